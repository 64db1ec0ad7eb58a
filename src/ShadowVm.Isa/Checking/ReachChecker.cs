using System.Globalization;
using System.Numerics;
using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Checking;

/// <summary>
/// Finds encodings that no word ever reaches: their own condition excludes every word, or those that are over them take
/// all. Only what can be tried out completely is said.
/// </summary>
internal static class ReachChecker
{
    private const int TriesMax = 1 << 22;

    public static void Check(IsaDefinition definition, DiagnosticBag bag)
    {
        var tries = TriesMax;
        foreach (var encoding in definition.Model!.Encodings)
        {
            if (encoding.IsBroken || bag.Full)
                continue;
            var above = definition.Model.Encodings.FindAll(
                e => !e.IsBroken && e.Bits == encoding.Bits && e.Over.Exists(o => o.Text == encoding.Name));
            if (encoding.Where is null && above.Count == 0)
                continue;
            Check(definition, encoding, above, ref tries, bag);
        }
    }

    private static void Check(
        IsaDefinition definition, Encoding encoding, List<Encoding> above, ref int tries, DiagnosticBag bag)
    {
        var looked = OverlapChecker.Looked(encoding);
        foreach (var other in above)
            looked |= other.Mask | OverlapChecker.Looked(other);
        var free = looked & ~encoding.Mask & (uint)((1UL << encoding.Bits) - 1);
        if (BitOperations.PopCount(free) > 16 || tries < 1 << BitOperations.PopCount(free))
            return;
        Encoding? taker = null;
        uint? taken = null;
        var reached = OverlapChecker.FindWord(encoding.Value, free, word =>
        {
            if (!Matches(definition, encoding, word))
                return false;
            var by = above.Find(other => Matches(definition, other, word));
            (taker, taken) = by is null ? (taker, taken) : (taker ?? by, taken ?? word);
            return by is null;
        }, ref tries);
        if (reached is not null)
            return;
        if (taker is null)
        {
            bag.Error(encoding.At, $"No word is '{encoding.Name}': its condition never holds", "correct 'where'");
            return;
        }

        var shown = taken!.Value.ToString("x" + encoding.Bits / 4, CultureInfo.InvariantCulture);
        bag.Error(
            encoding.At, $"No word reaches '{encoding.Name}': 0x{shown} and all others are '{taker.Name}', which is over it",
            $"narrow '{taker.Name}', or remove '{encoding.Name}'");
    }

    private static bool Matches(IsaDefinition definition, Encoding encoding, uint word) =>
        (word & encoding.Mask) == encoding.Value
            && DecodeTree.Holds(encoding, encoding.Where, word, definition.Functions);
}
