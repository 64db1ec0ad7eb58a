using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>
/// The host's floating-point unit, where value and flags are provably those of <see cref="SoftFloat{T}"/>; what isn't
/// provable here goes there. The only place that computes with the host's numbers.
/// <para>
/// IEEE 754 fixes the value of each operation to the last bit, rounding to even, which is how .NET leaves the host's unit.
/// Whether it was exact is worked out by error-free transformations: the error of a sum, a product, a remainder is itself a
/// number that can be computed exactly (Dekker; Knuth, TAOCP 4.2.2; for the fused product Boldo and Muller, "Exact and
/// approximated error of the FMA", 2011), as long as nothing comes near the ends of the range. So whatever does, and zeros,
/// infinities and NaNs, aren't done here; no exception but inexact is possible then.
/// </para>
/// </summary>
internal static partial class HostFloat
{
    // Numbers whose products, quotients and errors of those stay normal: exponents from -450 to 450.
    private const ulong SafeLow = (ulong)(1023 - 450) << 52;
    private const ulong SafeSpan = 900UL << 52;

    // The same for single precision, which is computed in double: -60 to 60.
    private const uint SafeLow32 = (uint)(127 - 60) << 23;
    private const uint SafeSpan32 = 120U << 23;

    /// <summary>a + b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Add64(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe(a) || !IsSafe(b) || !RoundsEven(mode)) return AddRest64(a, b, mode);
        var (x, y) = (Double(a), Double(b));
        var sum = x + y;
        return Result(sum, ErrorOfSum(x, y, sum) != 0);
    }

    /// <summary>a - b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Subtract64(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe(a) || !IsSafe(b) || !RoundsEven(mode)) return SubtractRest64(a, b, mode);
        var (x, y) = (Double(a), -Double(b));
        var sum = x + y;
        return Result(sum, ErrorOfSum(x, y, sum) != 0);
    }

    /// <summary>a × b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Multiply64(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe(a) || !IsSafe(b) || !RoundsEven(mode)) return MultiplyRest64(a, b, mode);
        var (x, y) = (Double(a), Double(b));
        var product = x * y;
        return Result(product, Math.FusedMultiplyAdd(x, y, -product) != 0);
    }

    /// <summary>a / b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Divide64(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe(a) || !IsSafe(b) || !RoundsEven(mode)) return DivideRest64(a, b, mode);
        var (x, y) = (Double(a), Double(b));
        var quotient = x / y;
        return Result(quotient, Math.FusedMultiplyAdd(-quotient, y, x) != 0);
    }

    /// <summary>The square root of a in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SquareRoot64(ulong a, ulong mode)
    {
        if (!IsSafe(a) || (long)a < 0 || !RoundsEven(mode)) return SquareRootRest64(a, mode);
        var x = Double(a);
        var root = Math.Sqrt(x);
        return Result(root, Math.FusedMultiplyAdd(-root, root, x) != 0);
    }

    /// <summary>a × b + c in double precision, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult MultiplyAdd64(ulong a, ulong b, ulong c, ulong mode)
    {
        if (!IsSafe(a) || !IsSafe(b) || !IsSafe(c) || !RoundsEven(mode))
            return MultiplyAddRest64(a, b, c, mode);
        var (x, y, z) = (Double(a), Double(b), Double(c));
        var value = Math.FusedMultiplyAdd(x, y, z);
        var product = x * y;
        var rest = Math.FusedMultiplyAdd(x, y, -product);
        var low = z + rest;
        var lowError = ErrorOfSum(z, rest, low);
        var high = product + low;
        var highError = ErrorOfSum(product, low, high);
        // A sum that all but cancels is exact or far from it; where nothing is left, its sign is the rule's.
        if (value == 0) return MultiplyAddRest64(a, b, c, mode);
        return Result(value, (high - value) + highError + lowError != 0);
    }

    /// <summary>a + b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Add32(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe32(a) || !IsSafe32(b) || !RoundsEven(mode)) return AddRest32(a, b, mode);
        return Sum32(Single(a), Single(b));
    }

    /// <summary>a - b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Subtract32(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe32(a) || !IsSafe32(b) || !RoundsEven(mode)) return SubtractRest32(a, b, mode);
        return Sum32(Single(a), -Single(b));
    }

    /// <summary>a × b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Multiply32(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe32(a) || !IsSafe32(b) || !RoundsEven(mode)) return MultiplyRest32(a, b, mode);
        var product = (double)Single(a) * Single(b); // exact
        var value = (float)product;
        return Result(value, value != product);
    }

    /// <summary>a / b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Divide32(ulong a, ulong b, ulong mode)
    {
        if (!IsSafe32(a) || !IsSafe32(b) || !RoundsEven(mode)) return DivideRest32(a, b, mode);
        var (x, y) = (Single(a), Single(b));
        var value = (float)((double)x / y); // 53 bits are enough for both roundings to come to the one
        return Result(value, (double)value * y != x);
    }

    /// <summary>The square root of a in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SquareRoot32(ulong a, ulong mode)
    {
        if (!IsSafe32(a) || (int)a < 0 || !RoundsEven(mode)) return SquareRootRest32(a, mode);
        var x = Single(a);
        var value = (float)Math.Sqrt(x);
        return Result(value, (double)value * value != x);
    }

    /// <summary>a × b + c in single precision, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult MultiplyAdd32(ulong a, ulong b, ulong c, ulong mode)
    {
        if (!IsSafe32(a) || !IsSafe32(b) || !IsSafe32(c) || !RoundsEven(mode))
            return MultiplyAddRest32(a, b, c, mode);
        var (product, z) = ((double)Single(a) * Single(b), (double)Single(c)); // exact
        var value = MathF.FusedMultiplyAdd(Single(a), Single(b), Single(c));
        if (value == 0) return MultiplyAddRest32(a, b, c, mode);
        var sum = product + z;
        // Whatever is lost of a number with so few bits beyond double's, is lost beyond single's as well.
        return Result(value, value != sum || ErrorOfSum(product, z, sum) != 0);
    }

    private static FloatResult Sum32(float x, float y)
    {
        var sum = (double)x + y;
        var value = (float)sum; // 53 bits are enough for both roundings to come to the one
        return Result(value, value != sum || ErrorOfSum(x, y, sum) != 0);
    }

    /// <summary>What a rounded sum lacks, exactly (Knuth).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ErrorOfSum(double x, double y, double sum)
    {
        var other = sum - x;
        return (x - (sum - other)) + (y - other);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSafe(ulong bits) => (bits & ~(1UL << 63)) - SafeLow <= SafeSpan;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSafe32(ulong bits) => ((uint)bits & ~(1U << 31)) - SafeLow32 <= SafeSpan32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RoundsEven(ulong mode) => (mode & FloatMode.RoundMask) == FloatMode.RoundEven;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FloatResult Result(double value, bool isInexact) =>
        new(BitConverter.DoubleToUInt64Bits(value), isInexact ? FloatFlags.Inexact : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FloatResult Result(float value, bool isInexact) =>
        new(BitConverter.SingleToUInt32Bits(value), isInexact ? FloatFlags.Inexact : 0);
}
