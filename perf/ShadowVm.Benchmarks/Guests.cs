using System.Runtime.CompilerServices;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Benchmarks;

/// <summary>The bundled guests and definitions, from the checkout that this source was compiled in.</summary>
internal static class Guests
{
    private static readonly string Root = FindRoot();

    public static IsaSource Source { get; } = IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv"));

    public static IsaDefinition Isa { get; } = IsaDefinition.Load(Source);

    public static VirtualMachine Machine(string guest, long epochLength, params (int, ulong)[] parameters)
    {
        var description = MachineDescription.Parse(
            "virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));
        var image = File.ReadAllBytes(Path.Combine(Root, "tests", "Guests", "bin", guest + ".elf"));
        return new VirtualMachine(Isa, description, image, new VirtualMachineSettings
        {
            EpochLength = epochLength,
            MemoryBytes = 16 << 20,
            Parameters = parameters,
        });
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
