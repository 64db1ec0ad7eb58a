using System.Globalization;
using ShadowVm.Engine;
using ShadowVm.Engine.Verification;
using ShadowVm.Isa;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Every user instruction of the definition with edge operands (<see cref="EdgeTest"/>): on each tier, as one epoch and with
/// the recovery counter expiring at each instruction, against the reference interpreter.
/// </summary>
public class EdgeOperandTests(ITestOutputHelper log)
{
    private static readonly int CasesMost = int.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_CONFORMANCE_CASES"), CultureInfo.InvariantCulture, out var n) ? n : 120_000;

    public static TheoryData<string, Tier, bool> Cases()
    {
        var data = new TheoryData<string, Tier, bool>();
        foreach (var variant in Definitions.Variants)
        {
            foreach (var mode in TestMode.All)
            {
                if (mode != TestMode.Reference) data.Add(variant, mode.Tier, mode.InEpochsOfOne);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_tier_does_what_the_reference_does(string variant, Tier tier, bool inEpochsOfOne)
    {
        var isa = Definitions.Load(variant);
        var mode = new TestMode(tier, inEpochsOfOne);
        var test = new EdgeTest(isa, 1, CasesMost);
        var instructions = 0;
        foreach (var instruction in isa.Instructions)
        {
            if (instruction.DeclaredClass != InstructionClass.User || FloatEdgeTests.Covers(isa, instruction)) continue;
            Assert.True(test.Words(instruction).Count > 0, $"no word of {instruction.Name} was found");
            Assert.Null(test.Run(instruction, mode));
            instructions++;
        }

        log.WriteLine($"{variant}, {mode}: {instructions} instructions, {test.Cases} cases, {test.Blocks} blocks");
        Assert.True(test.Cases > 10_000, $"only {test.Cases} cases were made");
        var (blocks, cold) = (test.BlockInstructions, test.ColdInstructions);
        if (tier >= Tier.Block && !inEpochsOfOne) Assert.True(blocks > test.Cases, $"blocks did only {blocks} instructions");
        if (tier == Tier.Cold) Assert.True(cold > test.Cases, $"the cold tier did only {cold} instructions");
    }
}
