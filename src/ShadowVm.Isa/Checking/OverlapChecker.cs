using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Checking;

/// <summary>
/// Two encodings may share a word only where one says <c>over</c> the other and lies wholly within it. Conditions
/// count: the bits that they look at are tried, all of them where they are few.
/// </summary>
internal static class OverlapChecker
{
    public static void Check(IsaDefinition definition, DiagnosticBag bag)
    {
        var encodings = definition.Model!.Encodings;
        var tries = 1 << 24;
        for (var i = 0; i < encodings.Count && !bag.Full; i++)
        {
            for (var j = i + 1; j < encodings.Count; j++)
            {
                var (a, b) = (encodings[i], encodings[j]);
                if (a.IsBroken || b.IsBroken || a.Bits != b.Bits || (a.Mask & b.Mask & (a.Value ^ b.Value)) != 0)
                    continue;
                if (SharedWord(definition, a, b, ref tries) is not { } word)
                    continue;
                if (Covers(definition, a, b, ref tries, bag) || Covers(definition, b, a, ref tries, bag))
                    continue;
                Report(definition, a, b, word, bag);
            }
        }
    }

    private static void Report(IsaDefinition definition, Encoding a, Encoding b, uint word, DiagnosticBag bag)
    {
        var narrow = System.Numerics.BitOperations.PopCount(a.Mask) > System.Numerics.BitOperations.PopCount(b.Mask)
            ? a : b;
        var wide = narrow == a ? b : a;
        var digits = narrow.Bits / 4;
        var text = Disassembler.For(definition, bag).Print(narrow, narrow.Extract(word), word, 0, false);
        var shown = word.ToString("x" + digits, System.Globalization.CultureInfo.InvariantCulture);
        bag.Error(
            b.At, $"'{a.Name}' and '{b.Name}' both match 0x{shown} ({text})",
            $"say 'over {wide.Name}' in '{narrow.Name}', or narrow one with 'where'");
    }

    /// <summary>
    /// Whether <paramref name="narrow"/> says over <paramref name="wide"/>; checks that it lies within.
    /// </summary>
    private static bool Covers(
        IsaDefinition definition, Encoding narrow, Encoding wide, ref int tries, DiagnosticBag bag)
    {
        var index = narrow.Over.FindIndex(t => t.Text == wide.Name);
        if (index < 0)
            return false;
        uint? outside = null;
        if ((wide.Mask & ~narrow.Mask) != 0)
            outside = narrow.Value | (wide.Mask & ~narrow.Mask & ~wide.Value);
        else if (wide.Where is not null)
            outside = FindWord(narrow, wide, w => Matches(definition, narrow, w)
                && !Matches(definition, wide, w), ref tries);
        if (outside is { } word && Matches(definition, narrow, word))
            bag.Error(
                narrow.Over[index],
                $"'{narrow.Name}' is not within '{wide.Name}': 0x{word:x8} is the one but not the other");
        return true;
    }

    private static bool Matches(IsaDefinition definition, Encoding encoding, uint word) =>
        (word & encoding.Mask) == encoding.Value
            && DecodeTree.Holds(encoding, encoding.Where, word, definition.Functions);

    private static uint? SharedWord(IsaDefinition definition, Encoding a, Encoding b, ref int tries)
    {
        if (a.Where is null && b.Where is null)
            return a.Value | b.Value;
        return FindWord(a, b, w => Matches(definition, a, w) && Matches(definition, b, w), ref tries);
    }

    /// <summary>Tries the words that both patterns allow and that differ in what the conditions look at.</summary>
    private static uint? FindWord(Encoding a, Encoding b, Predicate<uint> wanted, ref int tries)
    {
        var free = (Looked(a) | Looked(b)) & ~(a.Mask | b.Mask);
        return FindWord(a.Value | b.Value, free, wanted, ref tries);
    }

    /// <summary>Tries words that differ in some bits: all of them, or a scatter where there are more than 16.</summary>
    internal static uint? FindWord(uint start, uint free, Predicate<uint> wanted, ref int tries)
    {
        var bits = System.Numerics.BitOperations.PopCount(free);
        var count = bits <= 16 ? 1L << bits : 1L << 16;
        var seed = 1u;
        for (var i = 0L; i < count && tries > 0; i++, tries--)
        {
            var choice = (uint)i;
            if (bits > 16 && i > 1)
            {
                // Too many to try all: a fixed scatter, the same in every run.
                seed = seed * 1664525 + 1013904223;
                choice = seed ^ seed >> 13;
            }

            var word = start | (bits > 16 && i == 1 ? free : bits > 16 && i > 1 ? choice & free : Spread(choice, free));
            if (wanted(word))
                return word;
        }

        return null;
    }

    internal static uint Looked(Encoding encoding)
    {
        if (encoding.Where is null)
            return 0;
        var bits = 0u;
        foreach (var operand in encoding.Operands)
        {
            if (Uses(encoding.Where, Array.IndexOf(encoding.Operands, operand)))
                bits |= operand.Mask;
        }

        return bits;
    }

    private static bool Uses(Ir.Node node, int operand)
    {
        if (node.Op == Ir.Op.Word || node.Op == Ir.Op.Operand && node.Index == operand)
            return true;
        return node.A is not null && Uses(node.A, operand) || node.B is not null && Uses(node.B, operand)
            || node.C is not null && Uses(node.C, operand) || Array.Exists(node.Items, item => Uses(item, operand));
    }

    private static uint Spread(uint value, uint mask)
    {
        var result = 0u;
        for (var bit = 0; bit < 32; bit++)
        {
            if ((mask >> bit & 1) == 0)
                continue;
            result |= (value & 1) << bit;
            value >>= 1;
        }

        return result;
    }
}
