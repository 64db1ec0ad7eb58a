using ShadowVm.Engine;
using ShadowVm.Isa;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Every floating-point instruction, and those of its controls, with pairs of edge numbers, boxed and not, in a fixed and
/// in the dynamic rounding mode, with the unit off, clean and in a mode that is none: each tier against the reference
/// interpreter, as one epoch and with the recovery counter expiring at each instruction.
/// </summary>
public class FloatEdgeTests(ITestOutputHelper log)
{
    private const int Steps = 4;
    private const ulong Handler = EdgeProcessor.Ram + 0x800;

    private static readonly ulong[] Numbers =
    [
        0, 0x8000_0000_0000_0000, 1, 0x3ff0_0000_0000_0001, 0xc1e0_0000_001f_ffff, 0x7fef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000,
        0x7ff0_0000_0000_0001, 0xffff_ffff_3f80_0001, 0xffff_ffff_807f_ffff, 0xffff_ffff_7f7f_ffff, 0xffff_ffff_7f80_0001,
    ];

    public static TheoryData<string, Tier, bool> Cases()
    {
        var data = new TheoryData<string, Tier, bool>();
        foreach (var variant in Definitions.BareVariants.Where(name => name.Contains("fd", StringComparison.Ordinal)))
        {
            foreach (var inEpochsOfOne in new[] { false, true })
            {
                data.Add(variant, Tier.Cold, inEpochsOfOne);
                data.Add(variant, Tier.Block, inEpochsOfOne);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_tier_computes_what_the_reference_does(string variant, Tier tier, bool inEpochsOfOne)
    {
        var isa = Definitions.Load(variant);
        var (words, instructions) = (new List<uint>(), 0);
        foreach (var instruction in isa.Instructions.Where(instruction => Covers(isa, instruction)))
        {
            instructions++;
            var hasMode = instruction.FieldNames.Contains("rm") || instruction.FieldNames.Contains("rmx");
            foreach (var mode in hasMode ? (long[])[3, 7] : [0])
            {
                words.Add(isa.Encode(instruction.Name, [.. instruction.FieldNames.Select(name => (name, Field(name, mode)))]));
            }
        }

        Assert.InRange(instructions, 50, 1000);
        Compare(isa, words, tier, inEpochsOfOne);
    }

    /// <summary>Flags and rounding mode by number, and what has no number.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_tier_reads_and_writes_the_controls_as_the_reference_does(string variant, Tier tier, bool inEpochsOfOne)
    {
        var isa = Definitions.Load(variant);
        var words = new List<uint>();
        foreach (var name in (string[])["csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci"])
        {
            foreach (var number in (long[])[1, 2, 3])
            {
                foreach (var (from, to) in ((long, long)[])[(0, 4), (1, 0), (1, 4)])
                {
                    words.Add(isa.Encode(name, ("number", number), (name[^1] == 'i' ? "uimm" : "rs1", from), ("rd", to)));
                }
            }
        }

        Compare(isa, words, tier, inEpochsOfOne);
    }

    private void Compare(IsaDefinition isa, List<uint> words, Tier tier, bool inEpochsOfOne)
    {
        var (cases, byReference) = (0L, 0L);
        foreach (var word in words)
        {
            using var expected = new EdgeProcessor(isa, Definitions.Forced(Tier.Reference));
            using var found = new EdgeProcessor(isa, Definitions.Forced(tier));
            foreach (var processor in new[] { expected, found }) WriteCode(processor, word);
            for (var i = 0; i < Numbers.Length * Numbers.Length; i++)
            {
                foreach (var processor in new[] { expected, found }) Prepare(processor, i);
                expected.RunEpoch(Steps);
                for (var step = 0; step < (inEpochsOfOne ? Steps : 1); step++) found.RunEpoch(inEpochsOfOne ? 1 : Steps);
                var equal = expected.Cpu.Slots.SequenceEqual(found.Cpu.Slots) && expected.Cpu.Retired == found.Cpu.Retired;
                Assert.True(equal, $"{isa.Disassemble(isa.Decode(word), 0)} ({word:x8}), case {i}, differs in slot "
                    + expected.Cpu.Slots.CommonPrefixLength(found.Cpu.Slots));
                cases++;
            }

            byReference += found.Statistics.ReferenceInstructions;
        }

        log.WriteLine($"{isa.Variant}, {tier}: {words.Count} words, {cases} cases, {byReference} left to the reference");
        // All are emitted: only what traps is left, a third of the cases or so.
        Assert.True(byReference < cases / 2, $"the reference interpreter did {byReference} of {cases} instructions");
    }

    /// <summary>Whether an instruction is tried here, and not with the edges of integers.</summary>
    public static bool Covers(IsaDefinition isa, Instruction instruction) =>
        instruction.Name[0] == 'f' && !instruction.Name.StartsWith("fence", StringComparison.Ordinal)
        && isa.Registers.Any(file => file.Name == "mstatus.fs");

    private static long Field(string name, long mode) => name switch
    {
        "rd" => 4,
        "rs1" => 1,
        "rs2" => 2,
        "rs3" => 3,
        "imm" => 8,
        _ => mode,
    };

    private static void WriteCode(EdgeProcessor processor, uint word)
    {
        var isa = processor.Isa;
        processor.Memory.TryWrite(EdgeProcessor.Ram, 4, word);
        for (var i = 1; i < Steps; i++) Put(EdgeProcessor.Ram, i, 1);
        for (var i = 0; i < Steps; i++) Put(Handler, i, 2);

        void Put(ulong at, int i, int amount) => processor.Memory.TryWrite(
            at + ((ulong)i * 4), 4, isa.Encode("addi", ("rd", 9), ("rs1", 9), ("imm", amount)));
    }

    private static void Prepare(EdgeProcessor processor, int number)
    {
        processor.Reset();
        var isa = processor.Isa;
        var mask = ulong.MaxValue >> (64 - isa.AddressBits);
        var (first, second) = (Numbers[number % Numbers.Length], Numbers[number / Numbers.Length]);
        var (f, x) = (processor.Slot("f"), processor.Slot("x"));
        (processor.Cpu[f + 1], processor.Cpu[f + 2], processor.Cpu[f + 3]) = (first, second, Numbers[(number * 7) % Numbers.Length]);
        processor.Cpu[x + 1] = number % 3 == 0 ? EdgeProcessor.Data : first & mask;
        processor.Cpu[processor.Slot("mtvec")] = Handler;
        processor.Cpu[processor.Slot("mstatus.fs")] = number % 11 == 0 ? 0UL : 1 + (ulong)(number % 3);
        processor.Cpu[processor.Slot("fcsr.frm")] = (ulong)(number % 6);
        processor.Cpu[processor.Slot("fcsr.flags")] = (ulong)(number % 5);
    }
}
