using System.Net;
using System.Net.Sockets;

namespace ShadowVm.Processes;

/// <summary>Bad input: one clear sentence on stderr, exit code 2, nothing on stdout, nothing lost.</summary>
public class BadInputTests
{
    [Theory]
    [InlineData("nosuch: there is no such file", "run", "nosuch")]
    [InlineData("not an ELF file: it begins with 68656c6c", "run", "text")]
    [InlineData("truncated", "run", "truncated.elf")]
    [InlineData("machine number 62", "run", "foreign.elf")]
    [InlineData("outside RAM", "run", "libc", "-m", "64K")]
    [InlineData("'abc' is not a size", "run", "hello", "--memory", "abc")]
    [InlineData("--memory: RAM size 0x0", "run", "hello", "-m", "0")]
    [InlineData("0x3", "run", "hello", "-m", "3")]
    [InlineData("0 is out of range", "run", "hello", "--epoch-length", "0")]
    [InlineData("'-1' is not a number", "run", "hello", "--epoch-length", "-1")]
    [InlineData("2G is out of range", "run", "hello", "--epoch-length", "2G")]
    [InlineData("'moon' is not one of host, instructions", "run", "hello", "--clock", "moon")]
    [InlineData("9 is out of range", "run", "hello", "--set", "9=1")]
    [InlineData("'x' is not of the form INDEX=VALUE", "run", "hello", "--set", "x")]
    [InlineData("'size=1M' has no path=", "run", "journal", "--disk", "size=1M")]
    [InlineData("is missing; give size=", "run", "journal", "--disk", "path=nodisk")]
    [InlineData("is a folder", "run", "journal", "--disk", "path=.")]
    [InlineData("size=12 is not", "run", "journal", "--disk", "path=x,size=12")]
    [InlineData("'foo' is not known", "run", "journal", "--disk", "path=x,foo=1")]
    [InlineData("'rv99' is neither a definition", "run", "hello", "--isa", "rv99")]
    [InlineData("there is no 'moon'", "run", "hello", "--machine", "moon")]
    [InlineData("'nowhere' that --isa", "run", "hello", "--isa-path", "nowhere")]
    [InlineData("'--bogus'", "run", "hello", "--bogus")]
    [InlineData("'frobnicate'", "frobnicate")]
    [InlineData("command was not provided", "")]
    [InlineData("'never' is not one of", "primary", "hello", "--commit", "never")]
    [InlineData("60ms is less than two heartbeats", "primary", "hello", "--timeout", "60ms")]
    [InlineData("'nonsense' is not an address", "primary", "hello", "--listen", "nonsense")]
    [InlineData("would cross a network unencrypted", "primary", "hello", "--listen", "0.0.0.0:0")]
    [InlineData("would cross a network unencrypted", "backup", "--primary", "192.0.2.1:7400")]
    [InlineData("'--primary' is required", "backup")]
    [InlineData("'x' is not a number", "simulate", "--seed", "x")]
    [InlineData("'nope' is not one of", "simulate", "--canary", "nope")]
    [InlineData("no instruction 'nosuch'", "isa", "show", "riscv", "nosuch")]
    [InlineData("no definition 'nosuch'", "isa", "check", "nosuch")]
    [InlineData("-1 is not a number of pairs", "demo", "--kills", "-1")]
    public void Is_refused_with_one_sentence(string says, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        WriteBadImages(folder);
        var before = Directory.GetFiles(folder.Path).Length;
        var (exitCode, output, error) = ShadowVmProcess.Run(folder, [.. arguments.Where(a => a.Length != 0)]);
        AssertRefused(says, exitCode, output, error);
        Assert.Equal(before, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public void A_port_in_use_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (exitCode, output, error) = ShadowVmProcess.Run(folder, "primary", "hello", "--listen", $"127.0.0.1:{port}");
        AssertRefused($"Port {port} on 127.0.0.1 is in use", exitCode, output, error);
    }

    [Fact]
    public void A_broken_definition_is_told_by_file_line_and_column()
    {
        using var folder = new TemporaryFolder();
        var definitions = folder.Definitions();
        var file = Path.Combine(definitions, "riscv", "i.isa");
        var lines = File.ReadAllLines(file);
        var line = Array.FindIndex(lines, text => text.Contains("x[rd] ="));
        lines[line] = lines[line].Replace("x[rd]", "xyzzy[rd]");
        File.WriteAllLines(file, lines);
        var (exitCode, output, error) = ShadowVmProcess.Run(folder, "run", "hello", "--isa-path", definitions);
        AssertRefused($"i.isa:{line + 1}:", exitCode, output, error);
        Assert.Contains("xyzzy", error);

        var (checkCode, findings, _) = ShadowVmProcess.Run(folder, "isa", "check", "--isa-path", definitions);
        Assert.Equal(1, checkCode);
        Assert.Contains($"riscv/i.isa:{line + 1}:", findings);
    }

    [Fact]
    public void A_disk_that_refuses_writes_is_told_to_the_guest_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("disk.img"), new byte[512 * 400]);
        var (exitCode, output, _) = ShadowVmProcess.Run(folder, "run", "journal", "--disk", "path=disk.img,readonly=on");
        Assert.Equal(1, exitCode);
        Assert.Contains("journal: operation failed with status 3", output);
        Assert.DoesNotContain(File.ReadAllBytes(folder.File("disk.img")), b => b != 0);
    }

    private static void AssertRefused(string says, int exitCode, string output, string error)
    {
        Assert.Contains(says, error);
        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("shadowvm: ", line);
    }

    private static void WriteBadImages(TemporaryFolder folder)
    {
        var hello = File.ReadAllBytes(Checkout.Guest("hello"));
        File.WriteAllText(folder.File("text"), "hello");
        File.WriteAllBytes(folder.File("truncated.elf"), hello[..3000]);
        hello[18] = 62; // the machine number of another architecture
        File.WriteAllBytes(folder.File("foreign.elf"), hello);
    }
}
