using System.Diagnostics;
using System.Text;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Vmm;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Random programs of every user instruction, on each tier and against QEMU where it is installed, register by
/// register. SHADOWVM_CONFORMANCE_INSTRUCTIONS makes the runs longer.
/// </summary>
public class RandomProgramTests(ITestOutputHelper log)
{
    private static readonly int Instructions = RandomRun.Instructions(otherwise: 3_000);

    private static readonly int PerProgram = Math.Clamp(Instructions, 1, 10_000);

    // How else than on the reference interpreter with epochs as long as they may be.
    private static readonly (string Name, EngineSettings Engine, long EpochLength)[] Ways =
    [
        ("cold", Definitions.Forced(Tier.Cold), VirtualMachineSettings.EpochLengthMax),
        ("block", Definitions.Forced(Tier.Block), VirtualMachineSettings.EpochLengthMax),
        ("block, short epochs", Definitions.Forced(Tier.Block), 37),
        ("region", Definitions.Forced(Tier.Region), VirtualMachineSettings.EpochLengthMax),
        ("region, short epochs", Definitions.Forced(Tier.Region), 37),
        ("as it comes", new EngineSettings { WarmUp = 1000, HotAfter = 3 }, VirtualMachineSettings.EpochLengthDefault),
    ];

    public static TheoryData<string> Variants() => [.. Definitions.BareVariants];

    public static TheoryData<string, Tier> VariantsAndTiers()
    {
        var data = new TheoryData<string, Tier>();
        foreach (var variant in Definitions.BareVariants)
        {
            // A region isn't entered with a counter of one.
            foreach (var tier in new[] { Tier.Reference, Tier.Cold, Tier.Block }) data.Add(variant, tier);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(VariantsAndTiers))]
    public void A_counter_that_expires_at_each_instruction_changes_nothing(string variant, Tier tier)
    {
        var isa = Definitions.Load(variant);
        var program = new RandomProgram(isa, RandomRun.FirstSeed, 2000);
        using var whole = Definitions.Machine(
            isa, program.Image, VirtualMachineSettings.EpochLengthMax, Definitions.Forced(Tier.Reference));
        using var pieces = Definitions.Machine(isa, program.Image, 1, Definitions.Forced(tier));
        var expected = Run(whole);
        Assert.NotEqual("", expected);
        Assert.Equal(expected, Run(pieces));
        Assert.Equal(whole.Digest(), pieces.Digest());
        Assert.Equal(whole.Cpu.Slots, pieces.Cpu.Slots);
        log.WriteLine($"{variant}: {program.Names.Count} instructions of the definition, {whole.Retired} executed");
    }

    [Theory]
    [MemberData(nameof(Variants))]
    [Trait(RandomRun.Trait, RandomRun.WithQemu)]
    public void All_tiers_and_qemu_come_to_the_same_registers(string variant)
    {
        var isa = Definitions.Load(variant);
        var (executed, translated) = (0UL, 0L);
        var programs = RandomRun.Programs(Instructions, PerProgram);
        long? compared = 0;
        for (var i = 0; i < programs; i++)
        {
            var seed = RandomRun.FirstSeed + (ulong)i;
            var program = new RandomProgram(isa, seed, PerProgram);
            using var reference = Definitions.Machine(
                isa, program.Image, VirtualMachineSettings.EpochLengthMax, Definitions.Forced(Tier.Reference));
            var expected = Run(reference);
            Assert.NotEqual("", expected);
            // Of many programs each takes every tier, blocks or regions with short epochs.
            foreach (var (name, engine, length) in i < 2 ? Ways : i % 2 == 0 ? [Ways[0], Ways[1], Ways[4]] : [Ways[0], Ways[2], Ways[3]])
            {
                using var machine = Definitions.Machine(isa, program.Image, length, engine);
                var ours = Run(machine);
                executed += machine.Retired;
                translated += machine.Statistics.InstructionsTranslated;
                Assert.True(ours == expected, Difference(variant, name, seed, ours, expected));
                Assert.Equal(reference.Cpu.Slots, machine.Cpu.Slots);
                Assert.Equal(reference.Retired, machine.Retired);
            }

            if (compared is not null) compared = IsEqualToQemu(variant, seed, program, expected) ? compared + PerProgram : null;
        }

        Assert.True(translated > programs * PerProgram, $"only {translated} instructions were translated");
        log.WriteLine($"{variant}: {executed} executed, {translated} translated");
        log.WriteLine(RandomRun.Report(variant, programs * PerProgram, Instructions, $"qemu-system-riscv{isa.ElfClass}", compared));
    }

    /// <summary>Compares with QEMU, what it knows of the variant; false where it isn't installed.</summary>
    private static bool IsEqualToQemu(string variant, ulong seed, RandomProgram program, string expected)
    {
        var isa = Definitions.Load(variant);
        var known = Definitions.KnownToQemu(variant);
        if (known.Variant != isa.Variant)
        {
            program = new RandomProgram(known, seed, PerProgram, without: Definitions.WrongInQemu);
            using var reference = Definitions.Machine(
                known, program.Image, VirtualMachineSettings.EpochLengthMax, Definitions.Forced(Tier.Reference));
            expected = Run(reference);
            Assert.NotEqual("", expected);
        }

        if (Qemu(known, program.Image) is not { } theirs) return false;
        Assert.True(expected == theirs, Difference(known.Variant, "QEMU", seed, expected, theirs));
        return true;
    }

    private static string Run(VirtualMachine machine)
    {
        var console = new StringBuilder();
        var clock = InstructionClock.First;
        while (machine.ExitCode is null)
        {
            machine.BeginEpoch([], clock);
            machine.RunEpoch();
            foreach (var output in machine.Outputs) console.Append(Encoding.ASCII.GetString(output.Data));
            clock = InstructionClock.Next(machine, inputArrives: false);
            Assert.True(machine.Retired < 100_000_000, "the program does not end");
        }

        Assert.Equal(0, machine.ExitCode);
        return console.ToString();
    }

    private static string? Qemu(IsaDefinition isa, byte[] image)
    {
        var (path, console) = (Path.GetTempFileName(), Path.GetTempFileName());
        var (bits, compressed) = (isa.ElfClass, isa.UnitBytes == 2 ? "true" : "false");
        try
        {
            File.WriteAllBytes(path, image);
            // Into a file: what a pipe has no room for, where its reader is slow, is lost after some tries.
            string[] arguments =
            [
                "-M", "virt", "-cpu", $"rv{bits},c={compressed}{Definitions.QemuOptions}", "-bios", "none",
                "-display", "none", "-serial", $"file:{console}", "-monitor", "none", "-kernel", path,
            ];
            using var qemu = Process.Start(new ProcessStartInfo($"qemu-system-riscv{bits}", arguments) { RedirectStandardInput = true })!;
            qemu.WaitForExit();
            Assert.Equal(0, qemu.ExitCode);
            return File.ReadAllText(console).Replace("\r", "");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(path);
            File.Delete(console);
        }
    }

    private static string Difference(string variant, string other, ulong seed, string ours, string theirs)
    {
        var at = 0;
        while (at < Math.Min(ours.Length, theirs.Length) && ours[at] == theirs[at]) at++;
        return $"{variant} differs from {other} at digit {at} of {theirs.Length}; {RandomRun.Repeat(seed)}";
    }
}
