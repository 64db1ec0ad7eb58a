using System.Numerics;
using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Checking;

/// <summary>
/// Words that no encoding claims. The space of a length is halved by one bit after the other until a part is claimed by an
/// encoding as a whole, or by none.
/// </summary>
internal sealed class Holes
{
    private const int StepsMax = 200_000;

    private readonly IsaDefinition _definition;
    private readonly List<EncodingHole> _found = [];
    private readonly uint _lengthBits;
    private int _steps;

    private Holes(IsaDefinition definition)
    {
        _definition = definition;
        _lengthBits = LengthBits();
    }

    /// <summary>All holes, the shortest encodings first, then by value.</summary>
    public static (List<EncodingHole> Found, bool AreAll) Of(IsaDefinition definition)
    {
        var holes = new Holes(definition);
        var lengths = new SortedSet<int>();
        foreach (var encoding in definition.Model!.Encodings)
            lengths.Add(encoding.Bits);
        foreach (var bits in lengths)
        {
            var candidates = definition.Model.Encodings.FindAll(e => e.Bits == bits && !e.IsBroken);
            holes.Split(bits, 0, 0, candidates);
        }

        return (holes._found, holes._steps < StepsMax);
    }

    /// <summary>Looks at the words that have <paramref name="value"/> in the bits of <paramref name="mask"/>.</summary>
    /// <returns>Whether none of them is claimed; the caller then makes one hole of both halves.</returns>
    private bool Split(int bits, uint mask, uint value, List<Encoding> candidates)
    {
        if (++_steps >= StepsMax)
            return false;
        var all = bits == 32 ? uint.MaxValue : (1u << bits) - 1;
        var length = _lengthBits & all & ~mask;
        if (length == 0 && _definition.LengthOf(Unit(value)) * 8 != bits)
            return false;
        var matching = candidates.FindAll(e => ((e.Value ^ value) & e.Mask & mask) == 0);
        if (matching.Count == 0 && length == 0)
            return true;
        var open = length;
        foreach (var encoding in matching)
        {
            var undecided = (encoding.Mask | OverlapChecker.Looked(encoding)) & ~mask & all;
            if (undecided == 0 && length == 0
                && DecodeTree.Holds(encoding, encoding.Where, value, _definition.Functions))
                return false;
            open |= undecided;
        }

        if (open == 0)
            return true;
        // The bit that decides about the length first, then the one that most patterns fix.
        var bit = length != 0 ? length & (uint)-(int)length : MostFixed(matching, open);
        var count = _found.Count;
        var low = Split(bits, mask | bit, value, matching);
        if (low)
            _found.Add(new EncodingHole(bits, mask | bit, value));
        var high = Split(bits, mask | bit, value | bit, matching);
        if (low && high && _found.Count == count + 1)
        {
            _found.RemoveAt(count);
            return true;
        }

        if (high)
            _found.Add(new EncodingHole(bits, mask | bit, value | bit));
        return false;
    }

    private static uint MostFixed(List<Encoding> encodings, uint open)
    {
        var (best, most) = (0u, -1);
        for (var rest = open; rest != 0; rest &= ~(1u << (31 - BitOperations.LeadingZeroCount(rest))))
        {
            var bit = 1u << (31 - BitOperations.LeadingZeroCount(rest));
            var fixing = encodings.FindAll(e => (e.Mask & bit) != 0).Count;
            if (fixing > most)
                (best, most) = (bit, fixing);
        }

        return best;
    }

    private uint Unit(uint word) =>
        _definition.UnitBytes >= 4 ? word : word & ((1u << (_definition.UnitBytes * 8)) - 1);

    /// <summary>Bits of the first unit that the length depends on, found by turning each over in a scatter of units.</summary>
    private uint LengthBits()
    {
        var found = 0u;
        var seed = 1u;
        for (var i = 0; i < 256; i++)
        {
            seed = seed * 1664525 + 1013904223;
            var unit = Unit(i < 2 ? (uint)-i : seed ^ seed >> 15);
            for (var bit = 0; bit < _definition.UnitBytes * 8; bit++)
            {
                if (_definition.LengthOf(unit) != _definition.LengthOf(unit ^ 1u << bit))
                    found |= 1u << bit;
            }
        }

        return found;
    }
}
