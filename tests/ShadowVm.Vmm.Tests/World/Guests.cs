using System.Runtime.CompilerServices;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;
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

    // Guests that aren't for the first definition: where they lie, and what they run on.
    private static readonly Dictionary<string, (string Folder, Lazy<IsaDefinition> Isa, string Machine)> Others = new()
    {
        ["board-mips"] = ("mips", Definition("mips", "mips32"), "mips"),
        ["board-mipsel"] = ("mips", Definition("mips", "mips32el"), "mips"),
    };

    /// <summary>A guest of tests/Guests; with a folder in its name, a workload of perf/Guests.</summary>
    public static byte[] Image(string name)
    {
        if (name.Contains('/')) return File.ReadAllBytes(Path.Combine(Root, "perf", "Guests", "bin", name + ".elf"));
        var folder = Path.Combine(Root, "tests", "Guests", Others.TryGetValue(name, out var other) ? other.Folder : "", "bin");
        return File.ReadAllBytes(Path.Combine(folder, name + ".elf"));
    }

    public static VirtualMachine Machine(string guest, long epochLength, params (int, ulong)[] set) =>
        Machine(guest, epochLength, new EngineSettings(), set);

    /// <summary>
    /// A machine that runs a guest, which is written NAME@VARIANT where it needs more than the others, or SOURCE+SOURCE@VARIANT where
    /// it is assembled.
    /// </summary>
    public static VirtualMachine Machine(string guest, long epochLength, EngineSettings engine, params (int, ulong)[] set)
    {
        var (isa, machine) = Others.TryGetValue(guest, out var other) ? (other.Isa.Value, Description(other.Machine)) : (Isa, Virt);
        var parts = guest.Split('@');
        if (parts.Length > 1) isa = IsaDefinition.Load(Source, parts[1]);
        var image = guest.Contains(".s@", StringComparison.Ordinal) ? Assembled(isa, parts[0]) : Image(parts[0]);
        return new VirtualMachine(isa, machine, image, new VirtualMachineSettings
        {
            EpochLength = epochLength,
            Parameters = set,
            MemoryBytes = 16 << 20,
            Engine = engine,
        });
    }

    private static byte[] Assembled(IsaDefinition isa, string sources)
    {
        var texts = sources.Split('+').Select(source => File.ReadAllText(Path.Combine(Root, "tests", "Guests", source)));
        var assembled = Assembler.Assemble(isa, sources, string.Join('\n', texts), Virt.RamStart);
        Assert.True(assembled.Succeeded, string.Join('\n', assembled.Diagnostics));
        return ElfWriter.Write(isa, assembled);
    }

    private static Lazy<IsaDefinition> Definition(string name, string variant) =>
        new(() => IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", name)), variant));

    private static MachineDescription Description(string name) => MachineDescription.Parse(
        name + ".machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", name + ".machine")));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
