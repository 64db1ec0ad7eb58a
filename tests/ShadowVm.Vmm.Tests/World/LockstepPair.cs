using ShadowVm.Engine;
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
    public static RunResult Run(
        string guest, long epochLength, Action<ScriptedWorld>? script = null, params (int, ulong)[] set) =>
        Run(guest, epochLength, new EngineSettings(), new EngineSettings(), script, set);

    /// <summary>The replicas' engines may differ: their states may not.</summary>
    public static RunResult Run(
        string guest,
        long epochLength,
        EngineSettings ofPrimary,
        EngineSettings ofBackup,
        Action<ScriptedWorld>? script = null,
        params (int, ulong)[] set)
    {
        using var primary = Guests.Machine(guest, epochLength, ofPrimary, set);
        using var backup = Guests.Machine(guest, epochLength, ofBackup, set);
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
            if (digest != backup.Digest())
            {
                Assert.Fail($"{guest} diverged at epoch {primary.Epoch}, length {epochLength}: {Difference(primary, backup)}");
            }

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

    private static string Difference(VirtualMachine one, VirtualMachine other)
    {
        var registers = one.Isa.Registers.SelectMany(file => Enumerable.Range(0, file.Count).Select(i => (file.Name, i, Slot: file.FirstSlot + i)))
            .Where(at => one.Cpu[at.Slot] != other.Cpu[at.Slot])
            .Select(at => $"{at.Name}[{at.i}] {one.Cpu[at.Slot]:x} {other.Cpu[at.Slot]:x}");
        var pages = Enumerable.Range(0, one.Memory.PageCount)
            .Where(page => !one.Memory.Page(page).SequenceEqual(other.Memory.Page(page))).Select(page => $"page {page}");
        string[] counts = one.Retired == other.Retired ? [] : [$"retired {one.Retired} {other.Retired}"];
        return string.Join(", ", registers.Concat(pages).Concat(counts).Take(12));
    }
}
