using System.Runtime.CompilerServices;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;

namespace ShadowVm.Vmm.Tests.World;

/// <summary>Machines with the guests of tests/Guests.</summary>
internal static class Guests
{
    private static readonly string Root = FindRoot();
    private static readonly IsaSource Source = IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv"));
    private static readonly MachineDescription Virt =
        MachineDescription.Parse("virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));

    public static IsaDefinition Isa { get; } = IsaDefinition.Load(Source, "rv64im_zicsr");

    public static byte[] Image(string name) => File.ReadAllBytes(Path.Combine(Root, "tests", "Guests", "bin", name + ".elf"));

    public static VirtualMachine Machine(string guest, long epochLength, params (int, ulong)[] set) =>
        Machine(guest, epochLength, new EngineSettings(), set);

    /// <summary>A machine that runs a guest, which is written NAME@VARIANT where it needs more than the others.</summary>
    public static VirtualMachine Machine(string guest, long epochLength, EngineSettings engine, params (int, ulong)[] set)
    {
        var parts = guest.Split('@');
        var isa = parts.Length == 1 ? Isa : IsaDefinition.Load(Source, parts[1]);
        return new(isa, Virt, Image(parts[0]), new VirtualMachineSettings
        {
            EpochLength = epochLength,
            Parameters = set,
            MemoryBytes = 16 << 20,
            Engine = engine,
        });
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
