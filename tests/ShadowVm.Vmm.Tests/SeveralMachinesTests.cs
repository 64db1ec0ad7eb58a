using ShadowVm.Machine;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// Several virtual machines in one process (patent p. 3, 8, 16): a protected pair, and others that run as if alone.
/// </summary>
public class SeveralMachinesTests
{
    [Fact]
    public void A_protected_pair_is_not_disturbed_by_an_unprotected_machine_that_runs_between_its_epochs()
    {
        var alone = LockstepPair.Run("journal", 100, script: null, Workload.Shortened("journal"));

        using var other = Guests.Machine("compute", 777, (0, 1));
        var otherRuns = Begin(other);
        var beside = LockstepPair.Run(
            "journal", 100, world => world.BetweenEpochs = () => otherRuns = otherRuns && Step(other), Workload.Shortened("journal"));

        Assert.Equal(alone.AllDigests, beside.AllDigests);
        Assert.Equal(alone.Console, beside.Console);
        Assert.True(other.Retired > 0);
    }

    [Fact]
    public void Machines_have_state_of_their_own()
    {
        using var one = Guests.Machine("compute", 1000, (0, 1));
        using var two = Guests.Machine("hello", 1000);
        Begin(one);
        Begin(two);
        one.RunEpoch();
        two.RunEpoch();
        Assert.Equal(0, two.ExitCode);
        Assert.Null(one.ExitCode);
        var before = one.Digest();
        two.Dispose();
        Assert.Equal(before, one.Digest());
    }

    [Fact]
    public void The_guest_s_end_in_one_machine_leaves_the_other_running()
    {
        using var ends = Guests.Machine("hello", 10);
        using var goesOn = Guests.Machine("compute", 10, (0, 1));
        var running = Begin(ends);
        Begin(goesOn);
        while (running) running = Step(ends);
        for (var i = 0; i < 1000; i++) Assert.True(Step(goesOn));
    }

    private static bool Begin(VirtualMachine machine)
    {
        machine.BeginEpoch(ReadOnlySpan<DeviceInput>.Empty, InstructionClock.First);
        return true;
    }

    private static bool Step(VirtualMachine machine)
    {
        machine.RunEpoch();
        if (machine.ExitCode is not null) return false;
        machine.BeginEpoch(ReadOnlySpan<DeviceInput>.Empty, InstructionClock.Next(machine, inputArrives: false));
        return true;
    }
}
