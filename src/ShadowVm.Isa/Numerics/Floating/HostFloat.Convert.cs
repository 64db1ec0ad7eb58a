using System.Reflection;
using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics.Floating;

/// <content>Comparisons and conversions: what is asked most, and is easy to know the exactness of.</content>
internal static partial class HostFloat
{
    private const double Largest32 = 1U << 31;
    private const double Largest64 = 1UL << 63;

    // An integer of so many bits is a number of double precision as it is.
    private const int ExactBits = 53;

    /// <summary>Which relation holds in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult CompareQuiet64(ulong a, ulong b, ulong mode) =>
        Relation(Double(a), Double(b)) is var relation and not 0
            ? new(relation, 0) : Softly(FloatFunction.CompareQuiet, true, a, b, mode);

    /// <summary>Which relation holds in double precision; every NaN is invalid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult CompareSignaling64(ulong a, ulong b, ulong mode) =>
        Relation(Double(a), Double(b)) is var relation and not 0
            ? new(relation, 0) : Softly(FloatFunction.CompareSignaling, true, a, b, mode);

    /// <summary>Which relation holds in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult CompareQuiet32(ulong a, ulong b, ulong mode) =>
        Relation(Single(a), Single(b)) is var relation and not 0
            ? new(relation, 0) : Softly(FloatFunction.CompareQuiet, false, a, b, mode);

    /// <summary>Which relation holds in single precision; every NaN is invalid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult CompareSignaling32(ulong a, ulong b, ulong mode) =>
        Relation(Single(a), Single(b)) is var relation and not 0
            ? new(relation, 0) : Softly(FloatFunction.CompareSignaling, false, a, b, mode);

    /// <summary>The number in double precision that a signed integer of 32 bits is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult DoubleFromSigned32(ulong a, ulong mode) => Result((double)(int)a, isInexact: false);

    /// <summary>The number in double precision that a signed integer of 64 bits is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult DoubleFromSigned64(ulong a, ulong mode) => a + (1UL << ExactBits) <= 2UL << ExactBits
        ? Result((double)(long)a, isInexact: false)
        : Softly(FloatFunction.FromSigned64, true, a, 0, mode);

    /// <summary>The signed integer of 32 bits that a number in double precision is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Signed32FromDouble(ulong a, ulong mode)
    {
        var x = Double(a);
        if (!(Math.Abs(x) < Largest32) || !RoundsToZero(mode)) return Softly(FloatFunction.ToSigned32, true, a, 0, mode);
        var value = (int)x;
        return new((uint)value, value != x ? FloatFlags.Inexact : 0);
    }

    /// <summary>The signed integer of 64 bits that a number in double precision is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult Signed64FromDouble(ulong a, ulong mode)
    {
        var x = Double(a);
        if (!(Math.Abs(x) < Largest64) || !RoundsToZero(mode)) return Softly(FloatFunction.ToSigned64, true, a, 0, mode);
        var value = (long)x;
        return new((ulong)value, value != x ? FloatFlags.Inexact : 0);
    }

    /// <summary>The number in double precision that one in single precision is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult DoubleFromSingle(ulong a, ulong mode)
    {
        var x = Single(a);
        return !float.IsNaN(x) ? Result((double)x, isInexact: false) : Softly(FloatFunction.Convert, true, a, 0, mode);
    }

    /// <summary>The number in single precision that one in double precision is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SingleFromDouble(ulong a, ulong mode)
    {
        // As far from the ends of the range as the others are.
        if ((a & ~(1UL << 63)) - SafeLowOf32 > SafeSpanOf32 || !RoundsEven(mode))
            return Softly(FloatFunction.Convert, false, a, 0, mode);
        var x = Double(a);
        var value = (float)x;
        return Result(value, value != x);
    }

    private const ulong SafeLowOf32 = (ulong)(1023 - 60) << 52;
    private const ulong SafeSpanOf32 = 120UL << 52;

    /// <summary>The relation as a bit; 0 where a NaN has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Relation(double x, double y) => x < y ? 1UL : x > y ? 4UL : x == y ? 2UL : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Relation(float x, float y) => x < y ? 1UL : x > y ? 4UL : x == y ? 2UL : 0;

    /// <summary>The relation of two numbers, for generated code.</summary>
    public static MethodInfo RelationMethod => ((Func<double, double, ulong>)Relation).Method;

    /// <summary>The same in single precision.</summary>
    public static MethodInfo RelationMethod32 => ((Func<float, float, ulong>)Relation).Method;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RoundsToZero(ulong mode) => (mode & FloatMode.RoundMask) == FloatMode.RoundZero;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult Softly(FloatFunction function, bool isDouble, ulong a, ulong b, ulong mode) =>
        FloatUnit.ComputeSoftly(FloatCode.Number(function, isDouble), a, b, 0, mode);
}
