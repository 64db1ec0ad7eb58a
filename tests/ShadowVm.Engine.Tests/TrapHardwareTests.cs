using ShadowVm.Engine.DelayedTraps;

namespace ShadowVm.Engine.Tests;

/// <summary>The simulated processor's buffer: nothing is lost, nothing waits too long, and seeds differ.</summary>
public class TrapHardwareTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(TrapHardwareSettings.HoldLimit)]
    public void Each_trap_leaves_once_and_in_time(int holdAtMost)
    {
        var hardware = new TrapHardware(new TrapHardwareSettings { Seed = 7, HoldAtMost = holdAtMost, SwitchEvery = 900 });
        var held = new Dictionary<int, long>();
        for (var now = 1L; now < 20_000; now++)
        {
            var bit = (int)(now % 64);
            if (now % 3 == 0 && !held.ContainsKey(bit))
            {
                hardware.Hold(new TrapVectors(1UL << bit, 0), now);
                held[bit] = now;
            }

            var due = hardware.Due;
            var given = hardware.HandOver(now);
            Assert.Equal(due <= now, !given.IsEmpty);
            for (var i = 0; i < 64; i++)
            {
                if ((given.Classes >> i & 1) == 0) continue;
                Assert.InRange(now - held[i], 0, holdAtMost);
                held.Remove(i);
            }

            Assert.Equal(held.Keys.Aggregate(0UL, (all, i) => all | 1UL << i), hardware.Held.Classes);
        }
    }

    [Fact]
    public void A_context_switch_empties_the_buffer_before_its_time()
    {
        var hardware = new TrapHardware(new TrapHardwareSettings { HoldAtMost = 4096, SwitchEvery = 10 });
        for (var now = 0L; now < 1000; now += 50)
        {
            hardware.Hold(new TrapVectors(1, 1), now);
            Assert.InRange(hardware.Due, now, now + 20);
            hardware.Flush();
        }
    }

    [Fact]
    public void Whoever_never_asks_loses_nothing()
    {
        var hardware = new TrapHardware(new TrapHardwareSettings { HoldAtMost = 3 });
        for (var i = 0; i < 64; i++) hardware.Hold(new TrapVectors(1UL << i, 1UL << (63 - i)), 1000L * i);
        Assert.Equal(new TrapVectors(ulong.MaxValue, ulong.MaxValue), hardware.Held);
        Assert.Equal(hardware.Held, hardware.Flush());
        Assert.Equal(long.MaxValue, hardware.Due);
    }

    [Fact]
    public void Seeds_differ_and_repeat()
    {
        static long[] Dues(ulong seed) => [.. Enumerable.Range(0, 50).Select(i =>
        {
            var hardware = new TrapHardware(new TrapHardwareSettings { Seed = seed });
            hardware.Hold(new TrapVectors(1, 1), i * 1000L);
            return hardware.Due;
        })];
        Assert.Equal(Dues(1), Dues(1));
        Assert.NotEqual(Dues(1), Dues(2));
    }
}
