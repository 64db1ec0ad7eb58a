using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using ShadowVm.Isa.Numerics;

namespace ShadowVm.Vmm;

/// <summary>
/// A digest of all registers that costs only those that changed: the sum of a hash per stretch of them, keyed by the
/// stretch's number and kept while the stretch holds what it held. A program changes its few working registers in each
/// epoch and all the others almost never.
/// </summary>
internal sealed class RegisterDigest
{
    // XxHash128 takes up to 240 bytes in one piece; longer messages begin with several times the cost.
    private const int StretchSlots = 28;

    private readonly ulong[] _last;
    private readonly Wide[] _hashes;
    private Wide _sum;

    /// <summary>Of registers that are all zero.</summary>
    /// <param name="slots">Number of registers.</param>
    public RegisterDigest(int slots)
    {
        _last = new ulong[slots];
        _hashes = new Wide[(slots + StretchSlots - 1) / StretchSlots];
        for (var first = 0; first < slots; first += StretchSlots) Rehash(first);
    }

    /// <summary>The digest now.</summary>
    /// <param name="slots">The registers; always as many.</param>
    public Wide Update(ReadOnlySpan<ulong> slots)
    {
        for (var first = 0; first < slots.Length; first += StretchSlots)
        {
            var left = slots[first..];
            var last = _last.AsSpan(first);
            if (left.SequenceEqual(last)) break;
            var stretch = left[..Math.Min(StretchSlots, left.Length)];
            if (stretch.SequenceEqual(last[..stretch.Length])) continue;
            stretch.CopyTo(last);
            Rehash(first);
        }

        return _sum;
    }

    private void Rehash(int first)
    {
        var index = first / StretchSlots;
        var hash = Hash(_last.AsSpan(first, Math.Min(StretchSlots, _last.Length - first)), index);
        _sum += hash - _hashes[index];
        _hashes[index] = hash;
    }

    /// <summary>The same on any host.</summary>
    private static Wide Hash(ReadOnlySpan<ulong> slots, long seed)
    {
        if (BitConverter.IsLittleEndian) return XxHash128.HashToUInt128(MemoryMarshal.AsBytes(slots), seed);
        Span<ulong> turned = stackalloc ulong[StretchSlots];
        BinaryPrimitives.ReverseEndianness(slots, turned);
        return XxHash128.HashToUInt128(MemoryMarshal.AsBytes(turned[..slots.Length]), seed);
    }
}
