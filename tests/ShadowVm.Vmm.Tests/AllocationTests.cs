using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>The guest's thread allocates nothing per epoch once it has settled.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void An_epoch_with_nothing_to_deliver_allocates_nothing(long length)
    {
        using var machine = Guests.Machine("compute", length, (0, 1_000_000));
        machine.BeginEpoch([], InstructionClock.First);
        Turn(machine, 2000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Turn(machine, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
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
