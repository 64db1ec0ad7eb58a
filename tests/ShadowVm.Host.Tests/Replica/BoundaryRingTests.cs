using ShadowVm.Host.Replica;

namespace ShadowVm.Host.Tests.Replica;

public class BoundaryRingTests
{
    [Fact]
    public void Records_pass_between_two_threads_in_order_and_none_is_allocated()
    {
        const ulong count = 1_000_000;
        var ring = new BoundaryRing(256);
        long allocated = -1;
        var producer = new Thread(() =>
        {
            Produce(ring, 1, 1000);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Produce(ring, 1001, count);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        producer.Start();
        for (ulong expected = 1; expected <= count; expected++)
        {
            BoundaryRecord record;
            while (!ring.TryRead(out record)) Thread.SpinWait(1);
            if (record.Epoch != expected || record.Instructions != expected * 3)
            {
                Assert.Fail($"epoch {record.Epoch} with {record.Instructions} instead of {expected}");
            }
        }

        producer.Join();
        Assert.Equal(0, allocated);
        Assert.False(ring.TryRead(out _));
    }

    [Fact]
    public void A_full_ring_takes_no_more_until_it_is_read()
    {
        var ring = new BoundaryRing(4);
        for (ulong i = 1; i <= 4; i++) Assert.True(ring.TryWrite(new BoundaryRecord { Epoch = i }));
        Assert.False(ring.TryWrite(new BoundaryRecord { Epoch = 5 }));
        Assert.Equal(4, ring.Count);
        Assert.True(ring.TryRead(out var first));
        Assert.Equal(1UL, first.Epoch);
        Assert.True(ring.TryWrite(new BoundaryRecord { Epoch = 5 }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-4)]
    public void The_capacity_is_a_power_of_two(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BoundaryRing(capacity));

    private static void Produce(BoundaryRing ring, ulong first, ulong last)
    {
        for (var i = first; i <= last; i++)
        {
            var record = new BoundaryRecord { Epoch = i, Instructions = i * 3, Outputs = [], Batch = [] };
            while (!ring.TryWrite(record)) Thread.SpinWait(1);
        }
    }
}
