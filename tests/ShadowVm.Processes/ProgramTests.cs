using Xunit.Abstractions;

namespace ShadowVm.Processes;

/// <summary>Linux programs: they print what they print under QEMU, and a pair's program survives a kill.</summary>
public class ProgramTests(ITestOutputHelper log)
{
    private static readonly (string Isa, string Target, string Qemu, string Flags, string? Libraries)[] Targets =
    [
        ("riscv", "riscv64-linux-gnu", "qemu-riscv64", "-static", null),
        ("mips", "mips-linux-gnu", "qemu-mips", "-static", null),
        ("mipsel", "mipsel-linux-gnu", "qemu-mipsel", "-static", null),
        ("alpha", "alpha-linux-gnu", "qemu-alpha", "-mieee", "/usr/alpha-linux-gnu"), // its static library breaks under QEMU too
    ];

    public static TheoryData<string> Isas() => [.. Targets.Select(target => target.Isa)];

    /// <summary>Those whose definition has the floating point that a C library is built with.</summary>
    public static TheoryData<string> WithLibrary() => ["riscv", "mips", "mipsel", "alpha"];

    [Theory]
    [MemberData(nameof(Isas))]
    public void System_calls_give_what_they_give_under_qemu(string isa)
    {
        using var folder = new TemporaryFolder();
        var program = Program(isa, "calls");
        var run = ShadowVmProcess.Run(folder, "run", "--machine", "user", "--root", Empty(folder, "here"), program, "a", "bb");
        Assert.Equal(("", 3), (run.Error, run.ExitCode));
        Assert.Equal(Expected("calls"), run.Output);
        var (_, _, qemu, _, _) = Of(isa);
        if (Under(qemu, Empty(folder, "there"), program, "a", "bb") is { } output) Assert.Equal(Expected("calls"), output);
    }

    /// <summary>printf, malloc, double arithmetic, qsort, longjmp, files.</summary>
    [Theory]
    [MemberData(nameof(WithLibrary))]
    public void A_program_with_glibc_prints_what_it_prints_under_qemu(string isa)
    {
        using var folder = new TemporaryFolder();
        var (_, target, qemu, flags, libraries) = Of(isa);
        var source = Path.Combine(Checkout.Root, "tests", "Guests", "linux", "suite.c");
        var program = folder.File("suite");
        using var compiler = Tool.Start(log, target + "-gcc", "-O2", flags, source, "-o", program, "-lm");
        if (compiler is null) return;
        var said = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, said);
        string[] sysroot = libraries is null ? [] : ["-L", libraries];
        var run = ShadowVmProcess.Run(
            folder,
            ["run", "--machine", "user", "--root", Empty(folder, "here"), .. sysroot, "--env", "SUITE=yes", program, "one"]);
        Assert.Equal(("to the error output\n", 7), (run.Error, run.ExitCode));
        Assert.Equal(Expected("suite"), run.Output);
        if (Under(qemu, Empty(folder, "there"), [.. sysroot, "-E", "SUITE=yes", program, "one"]) is { } output)
            Assert.Equal(Expected("suite"), output);
    }

    [Fact]
    public void Sources_give_the_programs_that_are_committed()
    {
        using var folder = new TemporaryFolder();
        using var build = Tool.Start(
            log, "bash", Path.Combine(Checkout.Root, "tests", "Guests", "linux", "build.sh"), folder.Path);
        if (build is null) return;
        var said = build.StandardOutput.ReadToEnd() + build.StandardError.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, said);
        log.WriteLine(said);
        foreach (var built in Directory.GetFiles(folder.Path, "*.elf", SearchOption.AllDirectories))
        {
            var committed = Path.Combine(Bin, Path.GetRelativePath(folder.Path, built));
            if (!File.Exists(committed)) continue; // its instruction set isn't there
            Assert.True(File.ReadAllBytes(committed).AsSpan().SequenceEqual(File.ReadAllBytes(built)), committed);
        }
    }

    [Theory]
    [InlineData("record 10")]
    [InlineData("record 70")]
    public void A_program_that_writes_a_file_survives_a_kill(string moment)
    {
        using var alone = new TemporaryFolder();
        string[] arguments = [Program("riscv", "records"), "150", "200000"]; // still at work when the kill comes late
        var whole = ShadowVmProcess.Run(alone, ["run", "--machine", "user", "--root", ".", .. arguments]);
        Assert.Equal(0, whole.ExitCode);

        using var pair = new Pair(
            arguments[0], ["--machine", "user", "--epoch-length", "20k", .. arguments[1..]],
            ["--root", ".", "--arbiter", "."]);
        pair.Primary.AwaitOutput(moment);
        pair.Primary.Signal("KILL");
        Assert.Equal(0, pair.Backup.WaitForExit());
        Assert.Contains("took over", pair.Backup.Error);
        Assert.Equal(File.ReadAllText(alone.File("records")), File.ReadAllText(pair.Folder.File("records")));
        // A plain stdout is at least once: what the old primary printed is a beginning, what the survivor prints an end.
        Assert.StartsWith(pair.Primary.Output, whole.Output);
        Assert.EndsWith(pair.Backup.Output, whole.Output);
        Assert.True(pair.Primary.Output.Length + pair.Backup.Output.Length >= whole.Output.Length, "a line is missing");
    }

    private static string Bin => Path.Combine(Checkout.Root, "tests", "Guests", "linux", "bin");

    private static (string Isa, string Target, string Qemu, string Flags, string? Libraries) Of(string isa) =>
        Targets.Single(target => target.Isa == isa);

    private static string Program(string isa, string name) => Path.Combine(Bin, isa, name + ".elf");

    private static string Expected(string name) =>
        File.ReadAllText(Path.Combine(Checkout.Root, "tests", "Guests", "linux", "expected", name + ".txt"));

    private static string Empty(TemporaryFolder folder, string name) => Directory.CreateDirectory(folder.File(name)).FullName;

    /// <summary>What a program prints under QEMU with a folder as its current one; null where QEMU isn't installed.</summary>
    private string? Under(string qemu, string folder, params string[] arguments)
    {
        using (var there = Tool.Start(log, qemu, "--version"))
        {
            if (there is null) return null;
            there.StandardOutput.ReadToEnd();
        }

        using var run = Tool.Start(log, "env", ["-C", folder, qemu, .. arguments])!;
        run.StandardInput.Close();
        var output = run.StandardOutput.ReadToEnd();
        run.WaitForExit();
        return output;
    }
}
