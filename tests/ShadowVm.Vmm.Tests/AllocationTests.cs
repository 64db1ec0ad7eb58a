using ShadowVm.Engine;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>The guest's thread allocates nothing per epoch once it has settled.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(Tier.Reference, 1)]
    [InlineData(Tier.Reference, 1000)]
    [InlineData(Tier.Cold, 1)]
    [InlineData(Tier.Cold, 1000)]
    [InlineData(Tier.Block, 1)]
    [InlineData(Tier.Block, 1000)]
    [InlineData(Tier.Region, 1000)]
    public void An_epoch_with_nothing_to_deliver_allocates_nothing(Tier tier, long length)
    {
        var engine = new EngineSettings { Tier = tier, WarmUp = 0, HotAfter = 1, Background = false, LookEvery = 100 };
        using var machine = Guests.Machine("compute", length, engine, (0, 1_000_000));
        machine.BeginEpoch([], InstructionClock.First);
        Turn(machine, length == 1 ? 300_000 : 2000); // until all code was met
        // A place that is seldom come to, or looked at, may be translated late.
        var windows = tier switch { Tier.Block => 5, Tier.Region => 50, _ => 1 };
        var allocated = long.MaxValue;
        for (var i = 0; i < windows && allocated != 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Turn(machine, 1000);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    private static void Turn(VirtualMachine machine, int epochs)
    {
        for (var i = 0; i < epochs; i++)
        {
            machine.RunEpoch();
            machine.Digest();
            machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
        }
    }
}
