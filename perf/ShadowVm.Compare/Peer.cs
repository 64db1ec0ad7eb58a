namespace ShadowVm.Compare;

/// <summary>Somebody who can run a workload.</summary>
/// <param name="Name">Column heading.</param>
/// <param name="Program">What is run, or null where it isn't installed.</param>
/// <param name="Arguments">Its arguments for a workload's file.</param>
/// <param name="IsNative">Whether it runs the native build.</param>
internal sealed record Peer(string Name, string? Program, Func<string, string[]> Arguments, bool IsNative = false)
{
    /// <summary>
    /// All peers. QEMU counts instructions exactly with -icount; shift=0 makes one a nanosecond of guest time and
    /// sleep=off lets it run as fast as it can, which shift=auto, meant for real-time guests, doesn't.
    /// </summary>
    public static Peer[] All(string shadowvm)
    {
        string[] machine = ["-M", "virt", "-bios", "none", "-display", "none", "-serial", "stdio", "-monitor", "none"];
        var qemu = Find("qemu-system-riscv64");
        return
        [
            new("shadowvm", shadowvm, elf => ["run", elf, "--stats"]),
            new("shadowvm-cold", shadowvm, elf => ["run", elf, "--stats", "--tier", "cold"]),
            new("qemu-icount", qemu, elf => [.. machine, "-icount", "shift=0,sleep=off", "-kernel", elf]),
            new("qemu", qemu, elf => [.. machine, "-kernel", elf]),
            new("native", Find("gcc") is null ? null : "", _ => [], IsNative: true),
        ];
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
