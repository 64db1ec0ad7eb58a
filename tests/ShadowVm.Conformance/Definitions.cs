using System.Runtime.CompilerServices;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Conformance;

/// <summary>The shipped definition in both widths, and machines that run an image of the test's own.</summary>
internal static class Definitions
{
    private static readonly string Root = FindRoot();

    private static readonly MachineDescription Virt = MachineDescription.Parse(
        "virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));

    public static IsaSource Source { get; } = IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv"));

    /// <summary>Everything, and what has words at 4-byte steps.</summary>
    public static IReadOnlyList<string> Variants { get; } =
        [.. IsaDefinition.Variants(Source), "rv64im_zicsr_zifencei", "rv32im_zicsr_zifencei"];

    /// <summary>Bit manipulation, which QEMU has since version 7, whatever its default.</summary>
    public const string QemuOptions = ",zba=true,zbb=true,zbs=true";

    /// <summary>
    /// QEMU 7.2 counts on into the upper half where the lower one is 0, where the manual says 32.
    /// </summary>
    public static readonly string[] WrongInQemu = ["ctzw"];

    /// <summary>A variant without the extensions that QEMU 7.2, which Debian 12 has, doesn't know yet.</summary>
    public static string KnownToQemu(string variant) =>
        string.Join('_', variant.Split('_').Where(name => name is not ("zicond" or "zcb")));

    public static IsaDefinition Load(string variant) => IsaDefinition.Load(Source, variant);

    /// <summary>
    /// A tier that is used from the first instruction on, with every block translated when it is first met. Blocks are
    /// short, since random code takes the compiler long.
    /// </summary>
    public static EngineSettings Forced(Tier tier) =>
        new() { Tier = tier, WarmUp = 0, HotAfter = 1, Background = false, BlockInstructions = 12 };

    public static VirtualMachine Machine(IsaDefinition isa, byte[] image, long epochLength, EngineSettings engine) =>
        new(isa, Virt, image, new VirtualMachineSettings
        {
            EpochLength = epochLength,
            MemoryBytes = 4 << 20,
            Engine = engine,
        });

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
