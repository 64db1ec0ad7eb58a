using System.Runtime.CompilerServices;
using System.Text;
using ShadowVm.Engine;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;
using ShadowVm.Machine.Console;
using ShadowVm.Machine.Description;

namespace ShadowVm.Vmm.Tests.World;

/// <summary>Machines whose processor delivers some traps late, as long as its seed has it.</summary>
internal static class LateTraps
{
    public const ulong Ram = 0x1000_0000;

    private static readonly string Root = FindRoot();
    private static readonly MachineDescription Bare =
        MachineDescription.Parse("alpha.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "alpha.machine")));

    public static IsaDefinition Isa { get; } =
        IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", "alpha")));

    /// <summary>The guest of tests/Guests/alpha.</summary>
    public static byte[] Guest { get; } =
        Image(File.ReadAllText(Path.Combine(Root, "tests", "Guests", "alpha", "late.s")), out _);

    /// <summary>A Linux program of tests/Guests/alpha.</summary>
    public static byte[] Program(string file) =>
        Image(File.ReadAllText(Path.Combine(Root, "tests", "Guests", "alpha", file)), out _, 0x1_2000_0000);

    public static byte[] Image(string text, out AssemblyResult assembled, ulong start = Ram)
    {
        assembled = Assembler.Assemble(Isa, "test.s", text, start);
        Assert.True(assembled.Succeeded, string.Join('\n', assembled.Diagnostics));
        return ElfWriter.Write(Isa, assembled);
    }

    public static EngineSettings Processor(ulong seed, Tier tier = Tier.Block) => new()
    {
        Tier = tier,
        WarmUp = 0,
        HotAfter = 4,
        Background = false,
        TrapHardware = new TrapHardwareSettings { Seed = seed, SwitchEvery = 200 },
    };

    public static VirtualMachine Machine(byte[] image, VirtualMachineSettings settings) =>
        new(Isa, Bare, image, settings with { MemoryBytes = 1 << 20 });

    /// <summary>What an epoch wrote to the console.</summary>
    public static string Console(VirtualMachine machine)
    {
        var text = new StringBuilder();
        foreach (var output in machine.Outputs)
        {
            if (machine.Devices[output.Device] is Uart16550) text.Append(Encoding.ASCII.GetString(output.Data));
        }

        return text.ToString();
    }

    /// <summary>Runs a machine to the guest's end, or so many epochs.</summary>
    public static string Run(VirtualMachine machine, int epochs = int.MaxValue)
    {
        var console = new StringBuilder();
        var clock = InstructionClock.First;
        while (machine.ExitCode is null && epochs-- > 0)
        {
            machine.BeginEpoch([], clock);
            machine.RunEpoch();
            console.Append(Console(machine));
            clock = InstructionClock.Next(machine, inputArrives: false);
        }

        return console.ToString();
    }

    /// <summary>Two replicas, whose digests are compared at each boundary; null with a sentence where they differ.</summary>
    public static (string? Console, string Divergence) Pair(VirtualMachineSettings settings, EngineSettings first, EngineSettings second)
    {
        using var primary = Machine(Guest, settings with { Engine = first });
        using var backup = Machine(Guest, settings with { Engine = second });
        var console = new StringBuilder();
        var clock = InstructionClock.First;
        while (primary.ExitCode is null)
        {
            foreach (var machine in (VirtualMachine[])[primary, backup])
            {
                machine.BeginEpoch([], clock);
                machine.RunEpoch();
            }

            if (primary.Digest() != backup.Digest())
                return (null, $"epoch {primary.Epoch}, traps {primary.DelayedTraps} and {backup.DelayedTraps}");
            console.Append(Console(primary));
            clock = InstructionClock.Next(primary, inputArrives: false);
        }

        return (console.ToString(), "");
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
