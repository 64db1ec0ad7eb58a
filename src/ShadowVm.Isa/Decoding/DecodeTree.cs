using System.Numerics;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Decoding;

/// <summary>
/// Finds the encoding of a word. A node splits its candidates by a run of bits that (nearly) all of them fix; nodes
/// are made when first reached. Two threads may make the same one: they are equal, and either may be kept.
/// </summary>
internal sealed class DecodeTree
{
    private const int Few = 3;
    private readonly Encoding[] _candidates;
    private readonly uint _known;
    private readonly int _shift;
    private readonly uint _mask;
    private readonly DecodeTree?[]? _children;

    /// <param name="candidates">Encodings in the order in which they are to be tried.</param>
    /// <param name="known">Bits that the way here has decided.</param>
    private DecodeTree(Encoding[] candidates, uint known)
    {
        _candidates = candidates;
        _known = known;
        if (candidates.Length <= Few)
            return;
        (_shift, var width) = BestRun(candidates, known);
        if (width == 0)
            return;
        _mask = (1u << width) - 1;
        _children = new DecodeTree?[1 << width];
    }

    /// <summary>The tree over all encodings: those that are over others first, else in text order.</summary>
    public static DecodeTree Over(List<Encoding> encodings)
    {
        var sorted = encodings.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) =>
            encodings[b].Rank != encodings[a].Rank ? encodings[b].Rank.CompareTo(encodings[a].Rank) : a.CompareTo(b));
        for (var i = 0; i < order.Length; i++)
            sorted[i] = encodings[order[i]];
        return new DecodeTree(sorted, 0);
    }

    public Encoding? Find(uint word, IReadOnlyList<Function> functions)
    {
        var node = this;
        while (node._children is { } children)
        {
            var index = word >> node._shift & node._mask;
            node = children[index] ?? (children[index] = node.Child(index));
        }

        foreach (var candidate in node._candidates)
        {
            if ((word & candidate.Mask) == candidate.Value && Holds(candidate, candidate.Where, word, functions))
                return candidate;
        }

        return null;
    }

    /// <summary>Whether a condition over the bits of a word holds.</summary>
    public static bool Holds(Encoding encoding, Node? condition, uint word, IReadOnlyList<Function> functions)
    {
        return condition is null || Holds(encoding, condition, encoding.Extract(word), word, functions);
    }

    /// <summary>Whether a condition holds for operands that are known.</summary>
    public static bool Holds(
        Encoding encoding, Node? condition, long[] operands, uint word, IReadOnlyList<Function> functions)
    {
        if (condition is null)
            return true;
        var evaluation = new DecodeTime(functions, operands, word, 0, encoding.Bits);
        return evaluation.Value(condition, []) != UInt128.Zero;
    }

    private DecodeTree Child(uint index)
    {
        var bits = _mask << _shift;
        var value = index << _shift;
        var matching = Array.FindAll(_candidates, c => ((c.Value ^ value) & c.Mask & bits) == 0);
        return new DecodeTree(matching, _known | bits);
    }

    /// <summary>
    /// The longest run, up to 8 bits, that the most candidates fix; none where it would not part them.
    /// </summary>
    private static (int Shift, int Width) BestRun(Encoding[] candidates, uint known)
    {
        var all = ~known;
        foreach (var candidate in candidates)
            all &= candidate.Mask;
        if (all == 0)
            return MostFixedBit(candidates, known);
        var (best, length) = (0, 0);
        for (var bit = 0; bit < 32;)
        {
            var run = BitOperations.TrailingZeroCount(~(all >> bit));
            if (bit + run > 32)
                run = 32 - bit;
            if (run > length)
                (best, length) = (bit, run);
            bit += Math.Max(run, 1);
        }

        return (best, Math.Min(length, 8));
    }

    private static (int, int) MostFixedBit(Encoding[] candidates, uint known)
    {
        var (best, most) = (0, 0);
        for (var bit = 0; bit < 32; bit++)
        {
            if ((known >> bit & 1) != 0)
                continue;
            var (zeros, ones) = (0, 0);
            foreach (var candidate in candidates)
            {
                if ((candidate.Mask >> bit & 1) == 0)
                    continue;
                if ((candidate.Value >> bit & 1) == 0)
                    zeros++;
                else
                    ones++;
            }

            // What doesn't fix the bit goes both ways: it must part at least one from the rest on each side.
            if (zeros > 0 && ones > 0 && zeros + ones > most)
                (best, most) = (bit, zeros + ones);
        }

        return (best, most > 0 ? 1 : 0);
    }
}
