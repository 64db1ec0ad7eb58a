using System.Text.RegularExpressions;

namespace ShadowVm.Tidy;

/// <summary>Rules on the text of the product that no compiler knows.</summary>
public partial class SourceTests
{
    // What lets the host's time, chance, threads or files in. The deterministic assemblies do without.
    private static readonly (string Call, string InsteadOf)[] Banned =
    [
        ("DateTime", "guest time comes with the epoch log"),
        ("Stopwatch", "guest time comes with the epoch log"),
        ("Environment.Tick", "guest time comes with the epoch log"),
        ("TimeProvider", "guest time comes with the epoch log"),
        ("System.Random", "a seed and a generator of our own"),
        ("new Random(", "a seed and a generator of our own"),
        ("Random.Shared", "a seed and a generator of our own"),
        ("Guid.NewGuid", "numbers come from the configuration"),
        ("Thread.", "everything runs on the caller's thread"),
        ("new Thread(", "everything runs on the caller's thread"),
        ("Task.Run", "everything runs on the caller's thread"),
        ("Console.", "outputs are actions that the role decides on"),
        ("System.Net", "the channel is outside"),
        ("Process.", "processes are outside"),
        ("Environment.", "the environment is outside"),
    ];

    private static readonly string[] Deterministic =
        ["Isa", "Engine", "Machine", "Vmm", "Replication", "Simulation"];

    // Each seam through which an assembly touches what is banned elsewhere, with its reason.
    private static readonly (string File, string Call)[] Seams =
    [
        ("src/ShadowVm.Isa/Source/IsaLibrary.cs", "Environment."), // SHADOWVM_ISA says where definitions lie
        ("src/ShadowVm.Engine/Translation/Blocks/TranslationWorker.cs", "new Thread("), // compiles copies, sees no machine
    ];

    [Fact]
    public void Deterministic_assemblies_call_nothing_that_varies()
    {
        var found = new List<string>();
        foreach (var path in Deterministic.SelectMany(name => Repository.Files($"src/ShadowVm.{name}", "*.cs")))
        {
            var code = WithoutComments(File.ReadAllText(Repository.PathOf(path)));
            found.AddRange(
                from rule in Banned
                where Regex.IsMatch(code, $@"(?<![\w.]){Regex.Escape(rule.Call)}")
                where !Seams.Contains((path, rule.Call))
                select $"{path}: {rule.Call}: {rule.InsteadOf}");
        }

        Assert.Empty(found);
    }

    [Fact]
    public void Files_are_read_in_the_deterministic_assemblies_only_by_the_definition_loader()
    {
        var readers = Deterministic.SelectMany(name => Repository.Files($"src/ShadowVm.{name}", "*.cs"))
            .Where(path => FileAccess().IsMatch(WithoutComments(File.ReadAllText(Repository.PathOf(path)))))
            .ToArray();
        Assert.All(readers, path => Assert.StartsWith("src/ShadowVm.Isa/", path));
        Assert.InRange(readers.Length, 0, 2);
    }

    /// <summary>
    /// NaN bits and flags differ between hosts; guests compute on integers, but for the few files that say what is the same on all.
    /// </summary>
    [Fact]
    public void Deterministic_assemblies_use_none_of_the_host_s_floating_point()
    {
        var found = new List<string>();
        foreach (var path in Deterministic.SelectMany(name => Repository.Files($"src/ShadowVm.{name}", "*.cs")))
        {
            if (path.Contains("/HostFloat", StringComparison.Ordinal)) continue;
            var code = Text().Replace(WithoutComments(File.ReadAllText(Repository.PathOf(path))), "");
            if (HostFloat().IsMatch(code)) found.Add(path);
        }

        Assert.Empty(found);
    }

    [Fact]
    public void No_name_of_an_instruction_set_stands_in_the_product()
    {
        var names = Directory.EnumerateDirectories(Repository.PathOf("isa"))
            .Select(path => Path.GetFileName(path)!)
            .Where(name => name != "machines")
            .Concat(["risc-?v", "rv32", "rv64", "alpha", "mips", "pa-?risc", "openrisc", "loongarch", "sparc", "aarch64"]);
        var pattern = new Regex($@"\b({string.Join('|', names)})", RegexOptions.IgnoreCase);
        var found = Repository.Files("src", "*.cs").Concat(Repository.Files("src", "*.csproj"))
            .SelectMany(path => File.ReadLines(Repository.PathOf(path))
                .Select((line, i) => (path, line, Number: i + 1)))
            .Where(at => pattern.IsMatch(at.line))
            .Select(at => $"{at.path}:{at.Number}: {at.line.Trim()}");
        Assert.Empty(found);
    }

    [Fact]
    public void Files_are_short_and_lines_fit()
    {
        const int linesMax = 600;
        const int columnsMax = 140;
        var found = new List<string>();
        foreach (var path in Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs")))
        {
            var lines = File.ReadAllLines(Repository.PathOf(path));
            if (lines.Length > linesMax) found.Add($"{path}: {lines.Length} lines, at most {linesMax}");
            found.AddRange(lines.Select((line, i) => (line, i)).Where(at => at.line.Length > columnsMax)
                .Select(at => $"{path}:{at.i + 1}: {at.line.Length} columns, at most {columnsMax}"));
        }

        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_is_left_half_done()
    {
        var marks = new Regex(@"NotImplementedException|\b(TO" + "DO|FIX" + @"ME|HACK)\b|Skip\s*=\s*""");
        var found = Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"))
            .Concat(Repository.Files("perf", "*.cs")).Concat(Repository.Files("isa", "*.isa"))
            .Where(path => !path.EndsWith("SourceTests.cs", StringComparison.Ordinal))
            .Where(path => marks.IsMatch(File.ReadAllText(Repository.PathOf(path))));
        Assert.Empty(found);
    }

    [Fact]
    public void Every_unsafe_block_says_why_it_is_safe()
    {
        var found = new List<string>();
        foreach (var path in Repository.Files("src/ShadowVm.Engine", "*.cs"))
        {
            var text = File.ReadAllText(Repository.PathOf(path));
            if (UnsafeWord().IsMatch(WithoutComments(text)) && !text.Contains("// SAFETY:")) found.Add(path);
        }

        Assert.Empty(found);
    }

    private static string WithoutComments(string code) => Comment().Replace(code, "");

    [GeneratedRegex(@"\b(double|float|MathF)\b|Math\.(Sqrt|FusedMultiplyAdd)|OpCodes\.(Conv|Ldc|Ldind|Stind)_R")]
    private static partial Regex HostFloat();

    [GeneratedRegex("\"[^\"\n]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<![\w.])(File|Directory|FileStream)\.|new FileStream\(")]
    private static partial Regex FileAccess();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex UnsafeWord();
}
