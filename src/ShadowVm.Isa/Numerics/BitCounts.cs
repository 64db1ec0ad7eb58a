using System.Buffers.Binary;
using System.Numerics;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa.Numerics;

/// <summary>
/// Operators that look at the single bits of a value of at most 64: what every tier but generated code computes them
/// with.
/// </summary>
public static class BitCounts
{
    /// <summary>Bits of a count: 0 to 64.</summary>
    public const int Width = 7;

    /// <summary>A count, or the bytes turned around.</summary>
    /// <param name="op">LeadingZeros, TrailingZeros, CountOnes or ReverseBytes.</param>
    /// <param name="value">A value with no bit above its width.</param>
    /// <param name="width">Its width.</param>
    public static ulong Of(Op op, ulong value, int width) => op switch
    {
        Op.LeadingZeros => (ulong)(BitOperations.LeadingZeroCount(value) - (64 - width)),
        Op.TrailingZeros => (ulong)Math.Min(BitOperations.TrailingZeroCount(value), width),
        Op.CountOnes => (ulong)BitOperations.PopCount(value),
        _ => BinaryPrimitives.ReverseEndianness(value) >> (64 - width),
    };

    /// <summary>A value of 32 or 64 bits turned by an amount that is taken modulo its width.</summary>
    /// <param name="op">RotateLeft or RotateRight.</param>
    /// <param name="value">A value with no bit above its width.</param>
    /// <param name="amount">How far, any number.</param>
    /// <param name="width">The value's width.</param>
    public static ulong Turn(Op op, ulong value, UInt128 amount, int width)
    {
        var by = (int)(amount % (UInt128)width);
        if (by == 0)
            return value;
        if (op == Op.RotateRight)
            by = width - by;
        return (value << by | value >> (width - by)) & (ulong.MaxValue >> (64 - width));
    }
}
