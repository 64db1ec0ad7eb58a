using ShadowVm.Isa.Tests;

namespace ShadowVm.Cli.Tests;

/// <summary>
/// isa/TUTORIAL.md, followed to the letter: its boxes become files in the order of the page, and each command prints what
/// stands below it.
/// </summary>
public sealed class TutorialTests : IDisposable
{
    private const string Page = "isa/TUTORIAL.md";
    private const string Prompt = "$ shadowvm ";

    private readonly string _folder = Directory.CreateTempSubdirectory("shadowvm-tutorial-").FullName;

    public TutorialTests()
    {
        Directory.CreateDirectory(PathOf("isas/pebble"));
        Directory.CreateDirectory(PathOf("isas/machines"));
    }

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Every_command_prints_what_the_page_shows()
    {
        var (commands, ran) = (0, "");
        foreach (var box in Pages.Boxes(Page))
        {
            switch (box.Kind)
            {
                case "isa": File.AppendAllText(PathOf("isas/pebble/pebble.isa"), box.Text); break;
                case "vectors": File.AppendAllText(PathOf("isas/pebble/pebble.vectors"), box.Text); break;
                case "machine": File.AppendAllText(PathOf("isas/machines/pebble.machine"), box.Text); break;
                case "asm": File.AppendAllText(PathOf("hello.s"), box.Text); break;
                default:
                    Assert.Equal("console", box.Kind);
                    ran = Follow(box, ref commands) ?? ran;
                    break;
            }
        }

        Assert.True(commands >= 4, $"only {commands} commands stand in {Page}");
        foreach (var tier in new[] { "reference", "cold", "block" })
        {
            var run = Program.Run(_folder, "run", "--isa-path", "isas", "--machine", "pebble", "hello.elf", "--tier", tier);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            Assert.Equal(ran, Trimmed(run.Output));
        }
    }

    /// <summary>Carries out a box of commands; gives what <c>run</c> printed, if it was among them.</summary>
    private string? Follow(Box box, ref int commands)
    {
        string? ran = null;
        foreach (var part in ("\n" + box.Text).Split("\n" + Prompt)[1..])
        {
            var end = part.IndexOf('\n');
            var command = end < 0 ? part : part[..end];
            var expected = end < 0 ? "" : Trimmed(part[(end + 1)..]);
            var run = Program.Run(_folder, command.Split(' '));
            var found = Trimmed(run.Output + run.Error);
            Assert.True(Matches(expected, found), $"{Page}:{box.Line}: {command}\n{found}\ninstead of\n{expected}");
            if (command.StartsWith("run ", StringComparison.Ordinal)) ran = found;
            commands++;
        }

        return ran;
    }

    /// <summary>Line for line; a line '...' of the page stands for any lines.</summary>
    private static bool Matches(string expected, string found)
    {
        var parts = ("\n" + expected + "\n").Split("\n...\n");
        var text = "\n" + found + "\n";
        if (parts.Length == 1) return text == parts[0];
        if (!text.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..])
        {
            var next = text.IndexOf("\n" + part, at, StringComparison.Ordinal);
            if (next < 0) return false;
            at = next + 1 + part.Length;
        }

        return at == text.Length;
    }

    /// <summary>Without spaces at the ends of lines, which a page doesn't show.</summary>
    private static string Trimmed(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd()));

    private string PathOf(string name) => Path.Combine(_folder, name);
}
