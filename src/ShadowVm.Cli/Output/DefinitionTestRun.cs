using ShadowVm.Cli.CommandLine;
using ShadowVm.Engine.Verification;
using ShadowVm.Isa;

namespace ShadowVm.Cli.Output;

/// <summary>Runs tests of definitions, tells progress on a terminal, and sums up by tier.</summary>
internal sealed class DefinitionTestRun(TextWriter output)
{
    private const int FailedExitCode = 1;
    private const int FailuresShownMax = 50;
    private const int HolesMax = 100;

    private readonly ProgressLine _progress = new();
    private readonly List<(string Text, List<TestMode> Modes)> _failures = [];
    private long _ran;

    /// <summary>Ways to carry the tests out.</summary>
    public required TestMode[] Modes { get; init; }

    /// <summary>What must be in a test's title or an instruction's name.</summary>
    public required string Filter { get; init; }

    /// <summary>Seed of generated tests.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Leaves out what is generated.</summary>
    public required bool OwnOnly { get; init; }

    /// <summary>Tests a variant and prints a line for each way.</summary>
    public void Add(IsaDefinition isa)
    {
        var tests = isa.Tests.Where(test => Wanted(test.Name) || Wanted(test.Instruction)).ToArray();
        var instructions = isa.Instructions
            .Where(each => !OwnOnly && Wanted(each.Name)).ToArray();
        var words = OwnOnly || Filter.Length > 0 ? [] : IllegalWords(isa);
        output.WriteLine($"{isa.Variant}: {tests.Length} tests, {instructions.Length} instructions, {words.Length} unclaimed words");
        foreach (var mode in Modes)
        {
            var edges = new EdgeTest(isa, Seed);
            var failed = 0;
            foreach (var test in tests) failed += Note(isa, mode, VectorTest.Run(isa, test, mode));
            for (var i = 0; i < instructions.Length; i++)
            {
                _progress.Show($"{isa.Variant}: {mode}: {i} of {instructions.Length} instructions, {edges.Cases} cases");
                failed += Note(isa, mode, edges.Run(instructions[i], mode));
            }

            foreach (var word in words) failed += Note(isa, mode, IllegalWordTest.Run(isa, word, mode));
            _progress.Clear();
            _ran += tests.Length + edges.Cases + words.Length;
            var verdict = failed == 0 ? "ok" : $"{failed} FAILED";
            output.WriteLine($"  {mode,-38} {tests.Length,6} tests {edges.Cases,9} edge cases {words.Length,5} words  {verdict}");
        }
    }

    /// <summary>Prints the failures, each once with the ways that it fails in.</summary>
    /// <returns>The exit code.</returns>
    public int Report()
    {
        if (_ran == 0) throw new UsageException($"--filter: no test and no instruction has '{Filter}' in its name");
        foreach (var (text, modes) in _failures.Take(FailuresShownMax))
        {
            var where = modes.Distinct().Count() == Modes.Length ? "in every tier" : string.Join("; ", modes.Distinct());
            output.WriteLine($"{text} ({where})");
        }

        if (_failures.Count > FailuresShownMax) output.WriteLine($"... and {_failures.Count - FailuresShownMax} more");
        output.WriteLine(_failures.Count == 0 ? $"all {_ran} hold" : $"{_failures.Count} FAILED");
        return _failures.Count == 0 ? 0 : FailedExitCode;
    }

    private bool Wanted(string name) => name.Contains(Filter, StringComparison.OrdinalIgnoreCase);

    private int Note(IsaDefinition isa, TestMode mode, TestFailure? failure)
    {
        if (failure is null) return 0;
        var text = $"{isa.Name}/{failure}";
        var known = _failures.FindIndex(each => each.Text == text);
        if (known < 0) _failures.Add((text, [mode]));
        else _failures[known].Modes.Add(mode);
        return 1;
    }

    /// <summary>Words of holes that are spread over all of them.</summary>
    private static uint[] IllegalWords(IsaDefinition isa)
    {
        var holes = isa.FindHoles().Holes;
        var step = (holes.Count / HolesMax) + 1;
        return [.. holes.Where((_, i) => i % step == 0).SelectMany(hole => new[] { hole.Examples.First, hole.Examples.Last }).Distinct()];
    }
}
