using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ShadowVm.Processes;

/// <summary>The guests print what they should, here and in QEMU from the same file, and are what their sources give.</summary>
public class GuestTests(ITestOutputHelper log)
{
    public static TheoryData<string, int> Guests() => new()
    {
        { "hello", 0 }, { "compute", 0 }, { "timer", 0 }, { "traps", 0 }, { "libc", 7 },
    };

    // Without compressed instructions, as its jumps to 2 bytes past a word must trap: the traps guest asks for that.
    private const string Variant = "rv64im_zicsr_zifencei";

    [Theory]
    [MemberData(nameof(Guests))]
    public void A_guest_prints_what_it_should(string guest, int exitCode)
    {
        using var folder = new TemporaryFolder();
        var run = ShadowVmProcess.Run(folder, "run", Checkout.Guest(guest), "--isa", Variant);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(Checkout.Expected(guest), run.Output);
        Assert.Equal("", run.Error);
    }

    /// <summary>Sources that no compiler is needed for, assembled as their comment says; `perf/startup` takes them as well.</summary>
    [Theory]
    [InlineData("alpha")]
    [InlineData("mips")]
    public void The_smallest_guest_of_another_instruction_set_is_assembled_and_says_the_same(string isa)
    {
        using var folder = new TemporaryFolder();
        var source = Path.Combine(Checkout.Root, "tests", "Guests", isa, "hello.s");
        var options = Regex.Match(File.ReadAllText(source), "Assemble it with (--isa \\w+ --org 0x[0-9a-f]+)").Groups[1].Value;
        var made = ShadowVmProcess.Run(folder, ["isa", "asm", source, .. options.Split(' '), "-o", "hello.elf"]);
        Assert.Equal((0, ""), (made.ExitCode, made.Error));
        var run = ShadowVmProcess.Run(folder, "run", "hello.elf");
        Assert.Equal((0, "", Checkout.Expected("hello")), (run.ExitCode, run.Error, run.Output));
    }

    /// <summary>It prints bits of results, flags and roundings; the default variant has F and D.</summary>
    [Theory]
    [InlineData("reference")]
    [InlineData("cold")]
    [InlineData("block")]
    public void Floating_point_is_the_same_on_every_tier(string tier)
    {
        using var folder = new TemporaryFolder();
        var run = ShadowVmProcess.Run(folder, "run", Checkout.Guest("floats"), "--tier", tier);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(Checkout.Expected("floats"), run.Output);
    }

    [Fact]
    public void Floating_point_is_what_qemu_has()
    {
        using var qemu = Tool.Start(
            log, "qemu-system-riscv64", "-M", "virt", "-bios", "none", "-nographic", "-kernel", Checkout.Guest("floats"));
        if (qemu is null) return;
        var output = qemu.StandardOutput.ReadToEnd();
        qemu.WaitForExit();
        Assert.Equal(Checkout.Expected("floats"), output.Replace("\r", ""));
    }

    [Theory]
    [MemberData(nameof(Guests))]
    public void A_guest_prints_the_same_in_qemu(string guest, int exitCode)
    {
        using var qemu = Tool.Start(
            log,
            "qemu-system-riscv64",
            "-M", "virt", "-cpu", "rv64,c=false", "-bios", "none", "-nographic", "-kernel", Checkout.Guest(guest));
        if (qemu is null) return;
        var output = qemu.StandardOutput.ReadToEnd();
        qemu.WaitForExit();
        Assert.Equal(exitCode, qemu.ExitCode);
        Assert.Equal(Checkout.Expected(guest), output.Replace("\r", ""));
    }

    /// <summary>The image's header picks the definition, and the byte order its variant.</summary>
    [Theory]
    [InlineData("board-mips")]
    [InlineData("board-mipsel")]
    public void A_guest_of_another_definition_prints_what_it_should(string guest)
    {
        using var folder = new TemporaryFolder();
        var guests = Path.Combine(Checkout.Root, "tests", "Guests", "mips");
        var run = ShadowVmProcess.Run(folder, "run", Path.Combine(guests, "bin", guest + ".elf"), "--machine", "mips");
        Assert.Equal(File.ReadAllText(Path.Combine(guests, "expected", guest + ".txt")), run.Output);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("riscv64-unknown-elf-gcc", "")]
    [InlineData("mips-linux-gnu-gcc", "mips")]
    public void Sources_give_the_images_that_are_committed(string tool, string part)
    {
        using var compiler = Tool.Start(log, tool, "--version");
        if (compiler is null) return;
        compiler.StandardOutput.ReadToEnd();
        using var folder = new TemporaryFolder();
        var guests = Path.Combine(Checkout.Root, "tests", "Guests", part);
        using var build = Tool.Start(log, "bash", Path.Combine(guests, "build.sh"), folder.Path)!;
        var said = build.StandardOutput.ReadToEnd() + build.StandardError.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, said);
        foreach (var image in Directory.GetFiles(Path.Combine(guests, "bin"), "*.elf"))
        {
            var rebuilt = folder.File(Path.GetFileName(image));
            Assert.True(File.ReadAllBytes(image).AsSpan().SequenceEqual(File.ReadAllBytes(rebuilt)), image);
        }
    }
}

/// <summary>A program that may not be installed.</summary>
internal static class Tool
{
    public static Process? Start(ITestOutputHelper log, string name, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(name, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            log.WriteLine($"{name} is not installed: nothing was compared");
            return null;
        }
    }
}
