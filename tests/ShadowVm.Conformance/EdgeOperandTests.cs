using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Every instruction of the definition with every pair of edge values in the registers it reads and every edge value in
/// its fields: on each tier, as one epoch and with the recovery counter expiring at each instruction, against the
/// reference interpreter. The cases come from the definition alone. The instruction stands behind one that writes what it
/// reads and before two that don't matter, so that it meets registers that are still in locals.
/// </summary>
public class EdgeOperandTests(ITestOutputHelper log)
{
    private const int Steps = 4;
    private const uint NoInstruction = uint.MaxValue; // a block ends before it
    private const ulong Handler = EdgeProcessor.Ram + 0x800;

    public static TheoryData<string, Tier, bool> Cases()
    {
        var data = new TheoryData<string, Tier, bool>();
        foreach (var variant in Definitions.Variants)
        {
            foreach (var tier in Enum.GetValues<Tier>())
            {
                if (tier != Tier.Reference) data.Add(variant, tier, false);
                data.Add(variant, tier, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_tier_does_what_the_reference_does(string variant, Tier tier, bool inEpochsOfOne)
    {
        var isa = Definitions.Load(variant);
        var (cases, instructions, translated, byBlocks, byRecords) = (0L, 0, 0L, 0L, 0L);
        foreach (var instruction in isa.Instructions)
        {
            if (instruction.DeclaredClass != InstructionClass.User) continue;
            var words = Words(isa, instruction);
            Assert.True(words.Count > 0, $"no word of {instruction.Name} was found");
            instructions++;
            foreach (var (number, word) in words.Index())
            {
                // New processors for each word: code that is rewritten all the time would not be translated any more.
                foreach (var inSlot in isa.DelaySlot >= 0 && number % 8 == 0 ? (bool[])[false, true] : [false])
                {
                    using var expected = new EdgeProcessor(isa, Definitions.Forced(Tier.Reference));
                    using var found = new EdgeProcessor(isa, Definitions.Forced(tier));
                    WriteCode(expected, word, inSlot);
                    WriteCode(found, word, inSlot);
                    foreach (var (first, second) in ValuePairs(isa, instruction, inSlot))
                    {
                        Prepare(expected, first, second);
                        Prepare(found, first, second);
                        expected.RunEpoch(Steps);
                        for (var i = 0; i < (inEpochsOfOne ? Steps : 1); i++) found.RunEpoch(inEpochsOfOne ? 1 : Steps);
                        Compare(expected, found, instruction, word, first, second);
                        cases++;
                    }

                    translated += found.Statistics.BlocksTranslated;
                    byBlocks += found.Statistics.BlockInstructions;
                    byRecords += found.Statistics.ColdInstructions;
                }
            }
        }

        log.WriteLine($"{variant}, {tier}: {instructions} instructions, {cases} cases, {translated} blocks");
        Assert.True(cases > 50_000, $"only {cases} cases were made");
        if (tier == Tier.Block && !inEpochsOfOne) Assert.True(byBlocks > cases, $"blocks did only {byBlocks} instructions");
        if (tier == Tier.Cold) Assert.True(byRecords > cases, $"the cold tier did only {byRecords} instructions");
    }

    /// <summary>The instruction with each edge of each field, the others at rest, and registers that coincide.</summary>
    private static HashSet<uint> Words(IsaDefinition isa, Instruction instruction)
    {
        var (read, written) = RegisterOperands(instruction);
        var ranges = OperandRange.Of(isa, instruction);
        var made = new HashSet<uint>();
        foreach (var rest in (Func<string, long>[])[At, name => Math.Max(At(name), 8), _ => 8, _ => 16])
        {
            foreach (var (varied, edges) in ranges)
            {
                long[] values = read.Contains(varied) || written.Contains(varied) ? [0, 1, 2, 3, 8, 9] : edges;
                foreach (var value in values)
                {
                    if (OperandRange.Encode(isa, instruction, name => name == varied ? value : rest(name)) is { } word) made.Add(word);
                }
            }

            if (OperandRange.Encode(isa, instruction, rest) is { } plain) made.Add(plain);
            if (made.Count > 8 || ranges.Length == 0) break;
        }

        return made;

        long At(string name) => read.IndexOf(name) is >= 0 and var at ? at + 1 : written.Contains(name) ? 3 : 0;
    }

    /// <summary>Fields that choose registers, as the semantics have it.</summary>
    private static (List<string> Read, List<string> Written) RegisterOperands(Instruction instruction)
    {
        var (read, written) = (new List<string>(), new List<string>());
        Visit(instruction.Body);
        return (read, written);

        void Visit(Node? node)
        {
            if (node is null) return;
            if (node is { Op: Op.RegisterAt or Op.SetRegisterAt, A.Op: Op.Operand })
            {
                var name = instruction.OperandNames[node.A.Index];
                var list = node.Op == Op.RegisterAt ? read : written;
                if (!list.Contains(name)) list.Add(name);
            }

            Visit(node.A);
            Visit(node.B);
            Visit(node.C);
            foreach (var item in node.Items) Visit(item);
        }
    }

    private static IEnumerable<(ulong First, ulong Second)> ValuePairs(IsaDefinition isa, Instruction instruction, bool inSlot)
    {
        var count = RegisterOperands(instruction).Read.Count;
        var values = EdgeValues(isa.AddressBits);
        ulong[] first = count >= 1 ? values : [values[0]];
        // What a slot changes is where it goes on: each value once is enough.
        ulong[] second = count >= 2 && !inSlot ? values : [values[0]];
        return from a in first from b in second select (a, b);
    }

    private static ulong[] EdgeValues(int width)
    {
        var mask = ulong.MaxValue >> (64 - width);
        var min = 1UL << (width - 1);
        ulong[] values =
        [
            0, 1, 2, 31, 63, 64, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
            min, min - 1, mask, mask - 1, 0x0123_4567_89ab_cdef, EdgeProcessor.Ram, EdgeProcessor.Ram - 1,
            EdgeProcessor.Data, EdgeProcessor.Data + 0xfd, EdgeProcessor.Ram + EdgeProcessor.RamBytes - 4,
        ];
        return [.. values.Select(value => value & mask).Distinct()];
    }

    /// <summary>
    /// The instruction behind one that writes what it reads and before some that don't matter: a block of all steps. Or
    /// in the slot of a branch that goes over one of them.
    /// </summary>
    private static void WriteCode(EdgeProcessor processor, uint word, bool inSlot)
    {
        var (isa, profile) = (processor.Isa, EdgeProfile.Of(processor.Isa));
        var at = processor.Write(EdgeProcessor.Ram, profile.Add(isa, 1, 5, 0));
        if (inSlot) at = processor.Write(at, profile.Skip!(isa));
        at = processor.Write(at, word);
        for (var i = 2; i < Steps; i++) at = processor.Write(at, profile.Add(isa, 4, 4, 1));
        processor.Write(at, NoInstruction);
        at = Handler;
        for (var i = 0; i < Steps; i++) at = processor.Write(at, profile.Add(isa, 4, 4, 2));
        processor.Write(at, NoInstruction);
    }

    private static void Prepare(EdgeProcessor processor, ulong first, ulong second)
    {
        var profile = EdgeProfile.Of(processor.Isa);
        processor.Reset();
        processor.Cpu[processor.Slot(profile.Vector)] = Handler - profile.VectorOffset;
        foreach (var file in processor.Isa.Registers)
        {
            if (file.Name == "mstatus.fs") processor.Cpu[file.FirstSlot] = 3;
        }

        var x = processor.Slot(profile.File);
        for (var i = 3; i < 32; i++) processor.Cpu[x + i] = 0x5a00u + (ulong)i;
        (processor.Cpu[x + 5], processor.Cpu[x + 2]) = (first, second);
        (processor.Cpu[x + 8], processor.Cpu[x + 9]) = (first, second);
    }

    private static void Compare(
        EdgeProcessor expected, EdgeProcessor found, Instruction instruction, uint word, ulong first, ulong second)
    {
        if (expected.Cpu.Slots.SequenceEqual(found.Cpu.Slots) && expected.Cpu.Retired == found.Cpu.Retired)
        {
            foreach (var page in expected.Memory.DirtyPages)
            {
                if (!expected.Memory.Page(page).SequenceEqual(found.Memory.Page(page))) Fail($"page {page}");
            }

            expected.Memory.ClearDirty();
            return;
        }

        var slot = expected.Cpu.Slots.CommonPrefixLength(found.Cpu.Slots);
        Fail(slot == expected.Cpu.SlotCount
            ? $"retired {found.Cpu.Retired}, not {expected.Cpu.Retired}"
            : $"slot {slot} is {found.Cpu[slot]:x}, not {expected.Cpu[slot]:x}");

        void Fail(string what) => Assert.Fail($"{instruction.Name} {word:x8} with {first:x} and {second:x}: {what}");
    }
}
