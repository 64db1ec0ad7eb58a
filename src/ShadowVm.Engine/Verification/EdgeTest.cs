using System.Globalization;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>
/// Every instruction of a definition with every pair of edge values in the registers it reads and every edge value
/// in its fields, against the reference interpreter. The cases come from the definition alone. The instruction stands twice
/// in a block with plain ones between and behind it, so that it meets registers that are still in locals; where there are
/// delay slots, in one as well.
/// </summary>
public sealed class EdgeTest
{
    private const int Steps = 4;
    private const int CasesUsual = 500_000;
    private const int PairsMost = 400;
    private const int PairsWhole = 8;
    private const int KernelWordsFew = 8;
    private const int SlotEvery = 8; // of so many words one is tried in a delay slot too
    private const ulong Code = GuestMemory.PageBytes;
    private const ulong Data = 2 * GuestMemory.PageBytes;
    private const ulong MemoryBytes = 4 * GuestMemory.PageBytes;

    private readonly IsaDefinition _isa;
    private readonly int _casesMost;
    private readonly List<uint> _plain;
    private readonly uint? _skip;
    private int[]? _switches;
    private int _eachPair;
    private readonly uint? _end; // encodes nothing: a block ends before it
    private ulong _chance;

    /// <summary>Prepares tests of a definition.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="seed">Chooses which instructions stand around the one that is tested.</param>
    /// <param name="casesMost">About how many cases all instructions together may have.</param>
    public EdgeTest(IsaDefinition isa, ulong seed, int casesMost = CasesUsual)
    {
        _isa = isa;
        _casesMost = casesMost;
        _chance = seed;
        _plain = EdgeWords.Plain(isa);
        _skip = FindSkip();
        _end = isa.FindHoles().Holes is [var hole, ..] ? hole.Value : null;
    }

    /// <summary>Cases that were run.</summary>
    public long Cases { get; private set; }

    /// <summary>Cases in which the instruction that is tested retired, and didn't trap.</summary>
    public long Retired { get; private set; }

    /// <summary>Of so many pairs of values one is taken: a definition of many instructions has cases enough.</summary>
    private int EachPair
    {
        get
        {
            if (_eachPair != 0) return _eachPair;
            var words = 0L;
            foreach (var instruction in _isa.Instructions)
            {
                if (instruction.DeclaredClass == InstructionClass.User) words += Words(instruction).Count;
            }

            return _eachPair = (int)(words * PairsMost / _casesMost) + 1;
        }
    }

    /// <summary>Blocks that were translated for them.</summary>
    public long Blocks { get; private set; }

    /// <summary>Instructions that translated blocks did.</summary>
    public long BlockInstructions { get; private set; }

    /// <summary>Instructions that the cold tier did.</summary>
    public long ColdInstructions { get; private set; }

    /// <summary>Words of an instruction that are tested; none where no values of its fields were found.</summary>
    public IReadOnlyCollection<uint> Words(Instruction instruction) =>
        EdgeWords.Of(_isa, instruction, RegisterUse.Of(_isa, instruction));

    /// <summary>Tests one instruction in one way.</summary>
    /// <param name="instruction">The instruction.</param>
    /// <param name="mode">The way.</param>
    /// <param name="wordsMost">How many of its words are tried at most.</param>
    /// <returns>The first failure, or null.</returns>
    public TestFailure? Run(Instruction instruction, TestMode mode, int wordsMost = int.MaxValue)
    {
        var use = RegisterUse.Of(_isa, instruction);
        _switches = null;
        var words = EdgeWords.Of(_isa, instruction, use);
        // What a kernel instruction does depends on state more than on fields, of which many have none.
        var each = instruction.DeclaredClass != InstructionClass.User && words.Count <= KernelWordsFew ? 1 : EachPair;
        foreach (var (number, word) in words.Take(wordsMost).Index())
        {
            if (each > PairsWhole && number % 2 != 0) continue; // so many instructions that half of the words are enough
            var pairs = Values(use, each);
            if (Run(instruction, use, [word, Plain(word), word, Plain(word)], word, pairs, mode) is { } failure) return failure;
            if (_skip is not { } skip || number % SlotEvery != 0) continue;
            // What a slot changes is where it goes on: each value once is enough.
            pairs = pairs.DistinctBy(pair => pair.First);
            if (Run(instruction, use, [skip, word, Plain(word), Plain(word), word], word, pairs, mode) is { } inSlot) return inSlot;
        }

        return null;
    }

    private TestFailure? Run(
        Instruction instruction, RegisterUse use, uint[] code, uint word, IEnumerable<(ulong, ulong)> pairs, TestMode mode)
    {
        // New processors for each word: code that is rewritten all the time would not be translated any more.
        using var expected = new TestProcessor(_isa, TestMode.Reference.Settings, 0, MemoryBytes);
        using var found = new TestProcessor(_isa, mode.Settings, 0, MemoryBytes);
        WriteCode(expected, code);
        WriteCode(found, code);
        _switches ??= FindSwitches(word, use);
        foreach (var (first, second) in pairs)
        {
            Prepare(expected, word, use, first, second);
            Prepare(found, word, use, first, second);
            expected.Run(1, false);
            if (code[0] == word && expected.Cpu.Retired == 1) Retired++;
            expected.Run(Steps - 1, false);
            found.Run(Steps, mode.InEpochsOfOne);
            Cases++;
            if (Difference(expected, found) is not { } difference) continue;
            var where = code[0] == word ? "" : " in a delay slot";
            return new TestFailure(
                instruction.Place, $"{Text(word)} (0x{word:x}) with 0x{first:x} and 0x{second:x}{where}",
                difference.What, difference.Expected, difference.Actual);
        }

        Blocks += found.Statistics.BlocksTranslated;
        BlockInstructions += found.Statistics.BlockInstructions;
        ColdInstructions += found.Statistics.ColdInstructions;
        return null;
    }

    /// <summary>
    /// Fields of control registers that the instruction looks at and without which it traps at reset, such as the one that
    /// switches a unit on: they are all ones then, if it doesn't trap with them.
    /// </summary>
    private int[] FindSwitches(uint word, RegisterUse use)
    {
        using var processor = new TestProcessor(_isa, TestMode.Reference.Settings, 0, MemoryBytes);
        processor.Write(Code, word);
        var fields = _isa.Registers.Where(file => !file.IsPlain && use.ReadSlots.Contains(file.FirstSlot)).ToArray();
        int[][] choices = [[], .. fields.Select(field => new[] { field.FirstSlot }), [.. fields.Select(field => field.FirstSlot)]];
        foreach (var choice in choices)
        {
            _switches = choice;
            Prepare(processor, word, use, 0, 0);
            processor.Run(1, false);
            if (processor.Cpu.Retired == 1) return choice;
        }

        return [];
    }

    /// <summary>With delay slots, a branch that always goes over the instruction behind its slot; else null.</summary>
    private uint? FindSkip()
    {
        if (_isa.DelaySlot < 0) return null;
        foreach (var instruction in _isa.Instructions)
        {
            var use = RegisterUse.Of(_isa, instruction);
            if (instruction.DeclaredClass != InstructionClass.User || !use.Goes) continue;
            foreach (var word in EdgeWords.Of(_isa, instruction, use))
            {
                using var processor = new TestProcessor(_isa, TestMode.Reference.Settings, 0, MemoryBytes);
                processor.Reset(Code);
                var behind = processor.Write(Code, word);
                processor.Run(1, false);
                var isOver = processor.Cpu[_isa.NextPcSlot] == behind + (2 * (behind - Code));
                if (isOver && processor.Cpu[_isa.DelaySlot] == 1 && processor.Cpu.Retired == 1) return word;
            }
        }

        return null;
    }

    private string Text(uint word) => _isa.Disassemble(_isa.Decode(word), Code);

    /// <summary>A plain word by chance; the word itself where the definition has none.</summary>
    private uint Plain(uint word)
    {
        if (_plain.Count == 0) return word;
        _chance = (_chance * 6364136223846793005) + 1442695040888963407;
        return _plain[(int)((_chance >> 33) % (ulong)_plain.Count)];
    }

    private IEnumerable<(ulong First, ulong Second)> Values(RegisterUse use, int each)
    {
        var values = EdgeValues(_isa.AddressBits);
        ulong[] first = use.Read.Count >= 1 || use.ReadSlots.Count > 0 ? values : [values[0]];
        ulong[] second = use.Read.Count >= 2 || (use.Read.Count == 1 && use.ReadSlots.Count > 0) ? values : [values[0]];
        return (from a in first from b in second select (a, b)).Where((_, i) => i % each == 0);
    }

    private static ulong[] EdgeValues(int width)
    {
        var mask = ulong.MaxValue >> (64 - width);
        var min = 1UL << (width - 1);
        ulong[] values =
        [
            0, 1, 2, 31, 63, 64, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
            min, min - 1, mask, mask - 1, 0x0123_4567_89ab_cdef, Code, Code - 1, Data, Data + 0xfd, MemoryBytes - 4,
        ];
        return [.. values.Select(value => value & mask).Distinct()];
    }

    /// <summary>The block, and plain instructions at the bottom of memory, where a trap goes whose vector is zero.</summary>
    private void WriteCode(TestProcessor processor, uint[] words)
    {
        Put(Code, words);
        for (var i = 0UL; i < 8 && _plain.Count > 0; i++) Put(i * 0x80, [_plain[0], _plain[0]]);

        void Put(ulong at, uint[] code)
        {
            foreach (var word in code) at = processor.Write(at, word);
            if (_end is { } end) processor.Write(at, end);
        }
    }

    /// <summary>
    /// State at reset but for arrays of registers, which are filled, and what the instruction reads, which has the edge values.
    /// </summary>
    private void Prepare(TestProcessor processor, uint word, RegisterUse use, ulong first, ulong second)
    {
        processor.Reset(Code);
        var decoded = _isa.Decode(word);
        var names = decoded.Definition!.OperandNames;
        foreach (var file in _isa.Registers)
        {
            var mask = ulong.MaxValue >> (64 - file.Width);
            if (file.Count > 1)
            {
                for (var i = 0; i < file.Count; i++)
                {
                    if (i != file.Zero) processor.Cpu[file.FirstSlot + i] = (0x5a00u + (ulong)i) & mask;
                }

                for (var i = use.Read.Count - 1; i >= 0; i--)
                {
                    var element = decoded.Operands[Array.IndexOf(names, use.Read[i])];
                    if (element == file.Zero || element < 0 || element >= file.Count) continue;
                    processor.Cpu[file.FirstSlot + (int)element] = (i % 2 == 0 ? first : second) & mask;
                }
            }
            else if (file.IsPlain && use.ReadSlots.Contains(file.FirstSlot))
            {
                processor.Cpu[file.FirstSlot] = (use.Read.Count == 0 ? first : second) & mask;
            }
            else if (Array.IndexOf(_switches ?? [], file.FirstSlot) >= 0)
            {
                processor.Cpu[file.FirstSlot] = mask;
            }
        }
    }

    private (string What, string Expected, string Actual)? Difference(TestProcessor expected, TestProcessor found)
    {
        if (expected.Cpu.Retired != found.Cpu.Retired)
            return ("the count of retired instructions", Shown(expected.Cpu.Retired), Shown(found.Cpu.Retired));
        if (!expected.Cpu.Slots.SequenceEqual(found.Cpu.Slots))
        {
            var slot = expected.Cpu.Slots.CommonPrefixLength(found.Cpu.Slots);
            return (NameOf(_isa, slot), Shown(expected.Cpu[slot]), Shown(found.Cpu[slot]));
        }

        if (expected.Delayed != found.Delayed)
            return ("what may trap late", $"{expected.Delayed}", $"{found.Delayed}");

        foreach (var page in expected.Memory.DirtyPages)
        {
            var right = expected.Memory.Page(page);
            var wrong = found.Memory.Page(page);
            var at = right.CommonPrefixLength(wrong);
            if (at < right.Length) return ($"the byte at 0x{(page << GuestMemory.PageShift) + at:x}", Shown(right[at]), Shown(wrong[at]));
        }

        expected.Memory.ClearDirty();
        return null;
    }

    internal static string NameOf(IsaDefinition isa, int slot)
    {
        foreach (var file in isa.Registers)
        {
            if (slot < file.FirstSlot || slot >= file.FirstSlot + file.Count) continue;
            return file.Count == 1 ? file.Name : $"{file.Name}[{slot - file.FirstSlot}]";
        }

        return $"slot {slot}";
    }

    internal static string Shown(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
