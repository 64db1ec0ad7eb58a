using System.Text.RegularExpressions;

namespace ShadowVm.Processes;

/// <summary>Help, listings, the demonstration, and what README shows.</summary>
public partial class CommandLineTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("primary")]
    [InlineData("backup")]
    [InlineData("demo")]
    [InlineData("simulate")]
    [InlineData("isa")]
    [InlineData("isa list")]
    [InlineData("isa check")]
    [InlineData("isa show")]
    [InlineData("isa disasm")]
    [InlineData("isa test")]
    [InlineData("isa doc")]
    [InlineData("isa asm")]
    public void Help_ends_with_examples(string command)
    {
        using var folder = new TemporaryFolder();
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (exitCode, output, _) = ShadowVmProcess.Run(folder, [.. words, "--help"]);
        Assert.Equal(0, exitCode);
        Assert.Contains("Usage:", output);
        Assert.Matches(@"Examples:\n(  shadowvm [^\n]+\n)+(\n(  [^\n]+\n)+)?$", output);
    }

    [Fact]
    public void Definitions_are_listed_checked_shown_and_used_to_disassemble()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("riscv", ShadowVmProcess.Run(folder, "isa", "list").Output);
        Assert.Contains("riscv: 0 errors, 0 warnings", ShadowVmProcess.Run(folder, "isa", "check").Output);
        Assert.Contains("SetRegisterAt x", ShadowVmProcess.Run(folder, "isa", "show", "rv64im", "addi").Output);
        var listing = ShadowVmProcess.Run(folder, "isa", "disasm", "hello").Output;
        Assert.Contains("<_start>:", listing);
        Assert.Contains("<main>:", listing);
    }

    [Fact]
    public void The_demonstration_proves_itself()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output, error) = ShadowVmProcess.Run(folder, "demo");
        Assert.True(exitCode == 0, output + error);
        Assert.DoesNotContain("FAIL", output);
        Assert.Equal(Shape(ReadMe.DemoOutput()), Shape(output));
    }

    [Fact]
    public void The_demonstration_survives_kills_at_random_moments()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output, error) = ShadowVmProcess.Run(folder, "demo", "--kills", "3", "--seed", "7");
        Assert.True(exitCode == 0, output + error);
        Assert.Contains("all 3 guests went on", output);
    }

    [Fact]
    public void Every_command_that_readme_shows_is_one()
    {
        using var folder = new TemporaryFolder();
        var commands = ReadMe.Commands();
        Assert.StartsWith("dotnet run -c Release --project src/ShadowVm.Cli -- demo", commands[0]);
        Assert.Equal("dotnet test ShadowVm.sln -c Release", commands[1]);
        foreach (var command in commands.Where(c => c.StartsWith("./shadowvm ", StringComparison.Ordinal)))
        {
            var words = command.Split(' ')[1..];
            var depth = words[0] == "isa" ? 2 : 1;
            var (exitCode, help, _) = ShadowVmProcess.Run(folder, [.. words[..depth], "--help"]);
            Assert.Equal(0, exitCode);
            foreach (var option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
            {
                Assert.Contains(option, help);
            }
        }

        var (code, output, _) = ShadowVmProcess.Run(folder, "run", "hello");
        Assert.Equal(0, code);
        Assert.Contains("$ ./shadowvm run hello\n" + output, ReadMe.Text);
    }

    /// <summary>Numbers and the lines that README leaves out apart, two outputs are the same.</summary>
    private static string[] Shape(string output) =>
        [.. output.Split('\n').Select(line => Number().Replace(line, "N")).Where(line => line.Length != 0 && line != "  ...").Distinct()];

    [GeneratedRegex(@"\b[0-9a-f]{16}\b|\d+(\.\d+)?")]
    private static partial Regex Number();
}
