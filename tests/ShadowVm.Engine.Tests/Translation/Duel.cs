using System.Runtime.CompilerServices;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>One program on the reference interpreter and on another engine, compared at every boundary.</summary>
internal static class Duel
{
    public const ulong Ram = 0x8000_0000;
    public const ulong RamBytes = 1 << 20;

    private static readonly string Root = FindRoot();
    private static readonly IsaSource Source = IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv"));
    private static readonly MachineDescription Virt = MachineDescription.Parse(
        "virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));

    public static readonly IsaDefinition Isa = IsaDefinition.Load(Source);

    public static readonly Dictionary<string, EngineSettings> Engines = new()
    {
        ["cold"] = new EngineSettings { Tier = Tier.Cold, WarmUp = 0 },
        ["block"] = new EngineSettings { Tier = Tier.Block, WarmUp = 0, HotAfter = 1, Background = false },
        ["region"] = new EngineSettings
        {
            WarmUp = 0,
            HotAfter = 1,
            Background = false,
            BlockInstructions = 12,
            RegionAfter = 0,
            RegionInstructions = 32,
        },
        ["hot region"] = new EngineSettings { WarmUp = 0, HotAfter = 2, Background = false, RegionAfter = 1, LookEvery = 50 },
        ["background"] = new EngineSettings { WarmUp = 0, HotAfter = 3 },
        ["as it comes"] = new EngineSettings { WarmUp = 100 },
    };

    public static IsaDefinition Variant(string name) => IsaDefinition.Load(Source, name);

    public static IsaDefinition Definition(string name) => IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", name)));

    public static VirtualMachine Machine(string text, long epochLength, EngineSettings engine, IsaDefinition? isa = null)
    {
        isa ??= Isa;
        var assembled = Assembler.Assemble(isa, "test.s", text, Ram);
        Assert.True(assembled.Succeeded, string.Join('\n', assembled.Diagnostics));
        return new VirtualMachine(isa, Virt, ElfWriter.Write(isa, assembled), new VirtualMachineSettings
        {
            EpochLength = epochLength,
            MemoryBytes = RamBytes,
            Engine = engine,
        });
    }

    /// <summary>Runs both for so many epochs; <paramref name="between"/> is done to each at each boundary.</summary>
    public static EngineStatistics Fight(
        string text,
        EngineSettings engine,
        int epochs,
        long epochLength,
        Action<VirtualMachine>? between = null,
        IsaDefinition? isa = null)
    {
        isa ??= Isa;
        using var reference = Machine(text, epochLength, new EngineSettings { Tier = Tier.Reference }, isa);
        using var other = Machine(text, epochLength, engine, isa);
        var clock = InstructionClock.First;
        for (var i = 0; i < epochs && reference.ExitCode is null; i++)
        {
            foreach (var machine in (VirtualMachine[])[reference, other])
            {
                machine.BeginEpoch([], clock);
                machine.RunEpoch();
                between?.Invoke(machine);
            }

            if (reference.Digest() != other.Digest())
            {
                var slot = reference.Cpu.Slots.CommonPrefixLength(other.Cpu.Slots);
                Assert.Fail($"epoch {i + 1}: retired {reference.Retired} and {other.Retired}, pc "
                    + $"{reference.Cpu[isa.PcSlot]:x} and {other.Cpu[isa.PcSlot]:x}, first slot that differs {slot}");
            }

            clock = InstructionClock.Next(reference, inputArrives: false);
        }

        return other.Statistics;
    }

    /// <summary>Random programs, each in short epochs and a few long ones. One that fails is told with its seed.</summary>
    public static void FightRandom(Func<Random, string> programOf, string engine, params int[] shortLengths)
    {
        const int longLength = 5003;
        for (var seed = 1; seed <= 60; seed++)
        {
            var text = programOf(new Random(seed));
            foreach (var length in (int[])[.. shortLengths, longLength])
            {
                try
                {
                    Fight(text, Engines[engine], length == longLength ? 4 : 300, length);
                }
                catch (Exception exception)
                {
                    Assert.Fail($"seed {seed}, epochs of {length}: {exception.Message}\n{text}");
                }
            }
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
