using ShadowVm.Host.Replica;
using ShadowVm.Machine;

namespace ShadowVm.Host.Tests.Replica;

public class InterruptBufferTests
{
    [Fact]
    public void Nothing_is_lost_and_each_poster_keeps_its_order()
    {
        const int posters = 3;
        const int each = 20_000;
        var wakeup = new Wakeup();
        var buffer = new InterruptBuffer(wakeup);
        var threads = Enumerable.Range(0, posters).Select(p => new Thread(() =>
        {
            for (var i = 0; i < each; i++)
            {
                buffer.Post(new DeviceInput((ushort)p, 1, false, BitConverter.GetBytes(i)));
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();

        var next = new int[posters];
        var batch = new List<DeviceInput>();
        for (var taken = 0; taken < posters * each; taken += batch.Count)
        {
            batch.Clear();
            buffer.TakeAll(batch);
            foreach (var input in batch) Assert.Equal(next[input.Device]++, BitConverter.ToInt32(input.Data));
        }

        Assert.All(next, n => Assert.Equal(each, n));
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void What_is_taken_follows_what_was_there()
    {
        var wakeup = new Wakeup();
        var buffer = new InterruptBuffer(wakeup);
        buffer.Post(new DeviceInput(1, 1, false, []));
        buffer.Post(new DeviceInput(2, 1, false, []));
        var batch = new List<DeviceInput> { new(0, 1, false, []) };
        buffer.TakeAll(batch);
        Assert.Equal([0, 1, 2], batch.Select(i => (int)i.Device));
    }
}
