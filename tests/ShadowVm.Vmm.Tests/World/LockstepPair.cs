using ShadowVm.Machine;

namespace ShadowVm.Vmm.Tests.World;

/// <summary>What a run came to.</summary>
internal sealed record RunResult(
    UInt128 AllDigests, UInt128 FinalDigest, string Console, byte[] Disk, int? ExitCode, ulong Instructions, ulong Epochs);

/// <summary>
/// Two replicas of one guest in one thread, the second fed with what the first was fed; their digests are compared at
/// each boundary.
/// </summary>
internal static class LockstepPair
{
    public static RunResult Run(string guest, long epochLength, Action<ScriptedWorld>? script = null, params (int, ulong)[] set)
    {
        using var primary = Guests.Machine(guest, epochLength, set);
        using var backup = Guests.Machine(guest, epochLength, set);
        var world = new ScriptedWorld(primary);
        script?.Invoke(world);

        DeviceInput[] batch = [];
        var clock = InstructionClock.First;
        UInt128 all = 0;
        while (true)
        {
            primary.BeginEpoch(batch, clock);
            backup.BeginEpoch(batch, clock);
            primary.RunEpoch();
            backup.RunEpoch();
            var digest = primary.Digest();
            if (digest != backup.Digest()) Assert.Fail($"{guest} diverged at epoch {primary.Epoch}, length {epochLength}");
            all = (all * 31) + digest;
            world.Take(primary);
            world.BetweenEpochs?.Invoke();
            if (primary.ExitCode is not null) break;
            batch = world.Due(primary);
            clock = InstructionClock.Next(primary, batch.Length != 0);
            if (primary.Waiting && batch.Length == 0 && clock.Base == primary.GuestTime)
            {
                Assert.Fail($"{guest} waits for nothing at epoch {primary.Epoch}: {world.Console}");
            }
        }

        return new RunResult(
            all, primary.Digest(), world.Console, world.Disk, primary.ExitCode, primary.Retired, primary.Epoch);
    }
}
