using System.Runtime.CompilerServices;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Benchmarks;

/// <summary>The bundled guests and definitions, from the checkout that this source was compiled in.</summary>
internal static class Guests
{
    private static readonly string Root = FindRoot();

    public static IsaSource Source { get; } = IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv"));

    public static IsaDefinition Isa { get; } = IsaDefinition.Load(Source);

    /// <summary>A bundled guest.</summary>
    public static VirtualMachine Machine(string guest, long epochLength, Tier tier, params (int, ulong)[] parameters) =>
        Machine(File.ReadAllBytes(Path.Combine(Root, "tests", "Guests", "bin", guest + ".elf")), epochLength, tier, parameters);

    /// <summary>A few lines of assembly.</summary>
    public static VirtualMachine Assembled(string text, long epochLength, Tier tier)
    {
        var assembled = Assembler.Assemble(Isa, "benchmark.s", text, 0x8000_0000);
        if (!assembled.Succeeded) throw new InvalidOperationException(string.Join('\n', assembled.Diagnostics));
        return Machine(ElfWriter.Write(Isa, assembled), epochLength, tier);
    }

    private static VirtualMachine Machine(byte[] image, long epochLength, Tier tier, params (int, ulong)[] parameters)
    {
        var description = MachineDescription.Parse(
            "virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));
        return new VirtualMachine(Isa, description, image, new VirtualMachineSettings
        {
            EpochLength = epochLength,
            MemoryBytes = 16 << 20,
            Parameters = parameters,
            Engine = new EngineSettings { Tier = tier, WarmUp = 0, HotAfter = 20, Background = false },
        });
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
