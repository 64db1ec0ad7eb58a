using System.Runtime.CompilerServices;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Machine.Programs;
using ShadowVm.Vmm;

namespace ShadowVm.Conformance;

/// <summary>The shipped definitions in all their variants, and machines that run an image of the test's own.</summary>
internal static class Definitions
{
    private static readonly string Root = FindRoot();

    private static readonly MachineDescription Virt = MachineDescription.Parse(
        "virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));

    private static readonly MachineDescription User = MachineDescription.Parse(
        "user.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "user.machine")));

    private static readonly Dictionary<string, IsaSource> Sources = FindVariants();

    /// <summary>Each set of parameters with everything in it, and what has words at 4-byte steps.</summary>
    public static IReadOnlyList<string> Variants { get; } = [.. Sources.Keys];

    /// <summary>Bit manipulation, which QEMU has since version 7, whatever its default.</summary>
    public const string QemuOptions = ",zba=true,zbb=true,zbs=true";

    /// <summary>
    /// QEMU 7.2 counts on into the upper half where the lower one is 0, where the manual says 32.
    /// </summary>
    public static readonly string[] WrongInQemu = ["ctzw"];

    /// <summary>A variant without the extensions that QEMU 7.2, which Debian 12 has, doesn't know yet.</summary>
    public static IsaDefinition KnownToQemu(string variant) => IsaDefinition.Load(
        Sources[variant], string.Join('_', variant.Split('_').Where(name => name is not ("zicond" or "zcb"))));

    /// <summary>A definition by its folder, with everything in it.</summary>
    public static IsaDefinition LoadDefault(string name) => IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", name)));

    /// <summary>Variants that run a program of the test's own on a machine with a console.</summary>
    public static IReadOnlyList<string> BareVariants { get; } =
        [.. Variants.Where(name => name.StartsWith("rv", StringComparison.Ordinal))];

    /// <summary>A variant of a shipped definition, any that its name says.</summary>
    public static IsaDefinition OfName(string name, string variant) =>
        IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", name)), variant);

    public static IsaDefinition Load(string variant) => IsaDefinition.Load(Sources[variant], variant);

    /// <summary>
    /// A tier that is used from the first instruction on, with every block translated when it is first met. Blocks are
    /// short, since random code takes the compiler long.
    /// </summary>
    public static EngineSettings Forced(Tier tier) =>
        new()
        {
            Tier = tier,
            WarmUp = 0,
            HotAfter = 1,
            Background = false,
            BlockInstructions = 12,
            RegionAfter = 0,
            RegionInstructions = 24,
        };

    public static VirtualMachine Machine(IsaDefinition isa, byte[] image, long epochLength, EngineSettings engine) =>
        new(isa, Virt, image, new VirtualMachineSettings
        {
            EpochLength = epochLength,
            MemoryBytes = 4 << 20,
            Engine = engine,
        });

    /// <summary>A machine that runs a Linux program.</summary>
    public static VirtualMachine Program(IsaDefinition isa, byte[] image, EngineSettings engine, params string[] arguments) =>
        new(isa, User, image, new VirtualMachineSettings
        {
            MemoryBytes = 4 << 20,
            Engine = engine,
            Program = new ProgramSettings { Arguments = ["program", .. arguments] },
        });

    /// <summary>The text of a guest below tests/Guests.</summary>
    public static string GuestText(params string[] path) => File.ReadAllText(Path.Combine([Root, "tests", "Guests", .. path]));

    private static Dictionary<string, IsaSource> FindVariants()
    {
        var found = new Dictionary<string, IsaSource>();
        foreach (var folder in Directory.GetDirectories(Path.Combine(Root, "isa")).Order(StringComparer.Ordinal))
        {
            if (Directory.GetFiles(folder, "*.isa").Length == 0) continue;
            var source = IsaSource.FromFolder(folder);
            foreach (var variant in IsaDefinition.Variants(source)) found.Add(variant, source);
            if (source.Name != "riscv") continue;
            foreach (var variant in (string[])["rv64im_zicsr_zifencei", "rv32im_zicsr_zifencei"]) found.Add(variant, source);
        }

        return found;
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
