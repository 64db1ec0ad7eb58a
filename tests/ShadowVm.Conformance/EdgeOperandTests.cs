using System.Globalization;
using ShadowVm.Engine;
using ShadowVm.Engine.Verification;
using ShadowVm.Isa;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Every instruction of the definition with edge operands (<see cref="EdgeTest"/>), those of the kernel too, which the monitor
/// carries out: on each tier, as one epoch and with the recovery counter expiring at each instruction, against the reference
/// interpreter. None may be left out, and each must have done what it is for: it retired here or in a test of the definition,
/// or such a test says that it raises.
/// </summary>
public class EdgeOperandTests(ITestOutputHelper log)
{
    private const int FloatWords = 4; // FloatEdgeTests has more of them, with numbers that are edges there

    private static readonly int CasesMost = int.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_CONFORMANCE_CASES"), CultureInfo.InvariantCulture, out var n) ? n : 90_000;

    public static TheoryData<string> Variants() => [.. Definitions.Variants];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Each_tier_does_what_the_reference_does_with_every_instruction(string variant)
    {
        var isa = Definitions.Load(variant);
        var cases = new Dictionary<TestMode, long>();
        var ran = new List<(TestMode, Instruction, bool)>();
        foreach (var mode in TestMode.All.Where(mode => mode != TestMode.Reference))
        {
            var test = new EdgeTest(isa, 1, CasesMost);
            foreach (var instruction in isa.Instructions)
            {
                var (before, retired) = (test.Cases, test.Retired);
                var failure = test.Run(instruction, mode, FloatEdgeTests.Covers(isa, instruction) ? FloatWords : int.MaxValue);
                Assert.True(failure is null, $"{mode}: {failure}");
                if (test.Cases > before) ran.Add((mode, instruction, test.Retired > retired));
            }

            cases[mode] = test.Cases;
            Assert.True(test.Cases > 10_000, $"{mode}: only {test.Cases} cases were made");
            var (blocks, cold) = (test.BlockInstructions, test.ColdInstructions);
            if (mode == new TestMode(Tier.Block, false)) Assert.True(blocks > test.Cases, $"blocks did only {blocks} instructions");
            if (mode.Tier == Tier.Cold) Assert.True(cold > test.Cases, $"the cold tier did only {cold} instructions");
        }

        Assert.Empty(Missing(isa, ran));
        // Each case runs on the reference interpreter as well, and is compared with that.
        log.WriteLine(
            $"{variant}: {isa.Instructions.Count} instructions, {cases.Values.Sum()} cases on reference, "
            + $"{cases[new TestMode(Tier.Cold, false)]} on cold, {cases[new TestMode(Tier.Block, false)]} on block; with the "
            + $"counter expiring at each instruction {cases[new TestMode(Tier.Reference, true)]} on reference, "
            + $"{cases[new TestMode(Tier.Cold, true)]} on cold, {cases[new TestMode(Tier.Block, true)]} on block");
    }

    [Fact]
    public void An_instruction_that_was_not_run_is_missed()
    {
        var isa = Definitions.LoadDefault("alpha");
        var modes = TestMode.All.Where(mode => mode != TestMode.Reference);
        var all = (from mode in modes from each in isa.Instructions select (mode, each, true)).ToList();
        Assert.Empty(Missing(isa, all));
        var one = isa.Instructions.Single(each => each.Name == "whami");
        Assert.Equal(
            [$"whami was not run on {new TestMode(Tier.Cold, true)}"],
            Missing(isa, all.Where(run => run.Item2 != one || run.mode != new TestMode(Tier.Cold, true))));
        Assert.Equal(
            ["whami retired nowhere, and no test of the definition says that it raises"],
            Missing(isa, all.Select(run => (run.mode, run.each, run.each != one))));
    }

    /// <summary>What of a definition wasn't run in each way, or did nothing but trap without a test that says it does.</summary>
    private static List<string> Missing(IsaDefinition isa, IEnumerable<(TestMode Mode, Instruction Instruction, bool Retired)> ran)
    {
        var found = new List<string>();
        var runs = ran.ToLookup(run => run.Instruction.Name);
        var tests = isa.Tests.Select(test => test.Instruction).ToHashSet();
        foreach (var name in isa.Instructions.Select(each => each.Name))
        {
            found.AddRange(
                from mode in TestMode.All
                where mode != TestMode.Reference && !runs[name].Any(run => run.Mode == mode)
                select $"{name} was not run on {mode}");
            if (runs[name].Any() && !runs[name].Any(run => run.Retired) && !tests.Contains(name))
                found.Add($"{name} retired nowhere, and no test of the definition says that it raises");
        }

        return found;
    }
}
