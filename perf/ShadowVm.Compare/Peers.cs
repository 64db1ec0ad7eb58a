namespace ShadowVm.Compare;

/// <summary>All peers, by the names that --peers and --tiers know.</summary>
/// <param name="guests">Folder of the workloads' images.</param>
/// <param name="hello">Image of the guest that start-up is measured with.</param>
/// <param name="work">Folder of the native builds.</param>
/// <param name="shadowvm">ShadowVm's program.</param>
internal sealed class Peers(string guests, string hello, string work, string shadowvm)
{
    public static readonly string[] Names =
    [
        "shadowvm", "shadowvm-paged", "shadowvm-user", "qemu-user", "qemu-icount", "qemu-icount-paged", "qemu", "native", "native-scalar",
    ];

    public static readonly string[] Tiers = ["reference", "cold", "block", "region"];

    private static readonly string[] _virt =
        ["-M", "virt", "-bios", "none", "-display", "none", "-serial", "stdio", "-monitor", "none"];

    /// <summary>ShadowVm in a tier.</summary>
    public Peer ShadowVm(string tier) => new(
        tier,
        PeerKind.ShadowVm,
        work => (shadowvm, ["run", Image(work), "--tier", tier, .. Set(work, tier)]),
        Reduced: tier == "reference");

    /// <summary>ShadowVm in its fastest tier, with the workloads where addresses are translated.</summary>
    public Peer ShadowVmPaged() => new("paged", PeerKind.ShadowVm, work => (shadowvm, ["run", Paged(work)]));

    /// <summary>ShadowVm in its fastest tier, with the workloads as Linux programs.</summary>
    public Peer ShadowVmUser() => new(
        "user",
        PeerKind.ShadowVm,
        work => (shadowvm, work == Workload.StartUp ? ["run", hello] : ["run", Program(work), "--machine", "user"]));

    /// <summary>Another peer, or null where what it needs isn't installed; <paramref name="missing"/> names that.</summary>
    public Peer? Other(string name, out string missing)
    {
        // A fixed shift counts each instruction, which is what ShadowVm is compared for; shift=auto would also steer the
        // guest's clock after the host's. With sleep=off, which auto excludes, QEMU never waits for the host's time.
        string[] icount = name.StartsWith("qemu-icount", StringComparison.Ordinal) ? ["-icount", "shift=0,sleep=off"] : [];
        var native = name.StartsWith("native", StringComparison.Ordinal);
        missing = native ? "gcc" : name == "qemu-user" ? "qemu-riscv64" : "qemu-system-riscv64";
        if (Find(missing) is not { } program) return null;
        if (name == "qemu-user") return new Peer(name, PeerKind.User, run => (program, [Program(run)]));
        var paged = name.EndsWith("-paged", StringComparison.Ordinal);
        return native
            ? new Peer(name, PeerKind.Native, run => (Path.Combine(work, name, run.Program), [$"{run.Rounds}"]))
            : new Peer(name, PeerKind.Emulator, run => (program, [.. _virt, .. icount, "-kernel", paged ? Paged(run) : Image(run)]));
    }

    /// <summary>Where a program lies on the path, or null.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    private static string[] Set(Work work, string tier) => tier == "reference" && work.Rounds != 0 ? ["--set", $"0={work.Rounds}"] : [];

    private string Program(Work run) => Path.Combine(guests, "user", run.Program + ".elf");

    private string Paged(Work run) => run == Workload.StartUp ? hello : Path.Combine(guests, "paged", run.Program + ".elf");

    private string Image(Work run) => run == Workload.StartUp ? hello : Path.Combine(guests, run.Program + ".elf");
}
