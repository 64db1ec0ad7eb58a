using System.Runtime.CompilerServices;

namespace ShadowVm.Engine.Interpreter;

/// <summary>Arithmetic on bit-vectors of 1 to 128 bits kept in the low bits of a wider integer.</summary>
internal static class Bits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(int width) => ulong.MaxValue >> (64 - width);

    public static UInt128 WideMask(int width) => UInt128.MaxValue >> (128 - width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Signed(ulong value, int width) => (long)(value << (64 - width)) >> (64 - width);

    public static Int128 Signed(UInt128 value, int width) => (Int128)(value << (128 - width)) >> (128 - width);

    /// <summary>x/0 is all ones; min/-1 is min.</summary>
    public static ulong DivideSigned(ulong a, ulong b, int width)
    {
        if (b == 0) return Mask(width);
        var divisor = Signed(b, width);
        return divisor == -1 ? (0 - a) & Mask(width) : (ulong)(Signed(a, width) / divisor) & Mask(width);
    }

    /// <summary>x%0 is x; min%-1 is 0.</summary>
    public static ulong RemainderSigned(ulong a, ulong b, int width)
    {
        if (b == 0) return a;
        var divisor = Signed(b, width);
        return divisor == -1 ? 0 : (ulong)(Signed(a, width) % divisor) & Mask(width);
    }

    public static UInt128 DivideSigned(UInt128 a, UInt128 b, int width)
    {
        if (b == 0) return WideMask(width);
        var divisor = Signed(b, width);
        return divisor == -1 ? (0 - a) & WideMask(width) : (UInt128)(Signed(a, width) / divisor) & WideMask(width);
    }

    public static UInt128 RemainderSigned(UInt128 a, UInt128 b, int width)
    {
        if (b == 0) return a;
        var divisor = Signed(b, width);
        return divisor == -1 ? 0 : (UInt128)(Signed(a, width) % divisor) & WideMask(width);
    }
}
