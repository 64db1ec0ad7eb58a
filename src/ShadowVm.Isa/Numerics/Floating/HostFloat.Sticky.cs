using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics.Floating;

/// <content>
/// Operations whose flags are added to a set in which inexact stands already, as it does after the first few steps of most
/// programs: then nothing needs to be known of a result but that it is an ordinary number (an idea of QEMU's "hardfloat").
/// Rounded to even, such a result is the host's, and inexact the one exception that it may have met: NaN and infinity would
/// have come of the others, or a number at the lower end of the range. Each takes the set behind the mode, and gives no flags
/// that it knows to be there.
/// </content>
internal static partial class HostFloat
{
    /// <summary>a + b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult AddSticky64(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Double(a) + Double(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : AddWhole64(a, b, mode);
    }

    /// <summary>a - b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SubtractSticky64(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Double(a) - Double(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : SubtractWhole64(a, b, mode);
    }

    /// <summary>a × b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult MultiplySticky64(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Double(a) * Double(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : MultiplyWhole64(a, b, mode);
    }

    /// <summary>a / b in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult DivideSticky64(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Double(a) / Double(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : DivideWhole64(a, b, mode);
    }

    /// <summary>The square root of a in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SquareRootSticky64(ulong a, ulong mode, ulong set)
    {
        var value = Math.Sqrt(Double(a));
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : SquareRootWhole64(a, mode);
    }

    /// <summary>a × b + c in double precision, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult MultiplyAddSticky64(ulong a, ulong b, ulong c, ulong mode, ulong set)
    {
        var value = Math.FusedMultiplyAdd(Double(a), Double(b), Double(c));
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : MultiplyAddWhole64(a, b, c, mode);
    }

    /// <summary>a + b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult AddSticky32(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Single(a) + Single(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : AddWhole32(a, b, mode);
    }

    /// <summary>a - b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SubtractSticky32(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Single(a) - Single(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : SubtractWhole32(a, b, mode);
    }

    /// <summary>a × b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult MultiplySticky32(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Single(a) * Single(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : MultiplyWhole32(a, b, mode);
    }

    /// <summary>a / b in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult DivideSticky32(ulong a, ulong b, ulong mode, ulong set)
    {
        var value = Single(a) / Single(b);
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : DivideWhole32(a, b, mode);
    }

    /// <summary>The square root of a in single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult SquareRootSticky32(ulong a, ulong mode, ulong set)
    {
        var value = MathF.Sqrt(Single(a));
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : SquareRootWhole32(a, mode);
    }

    /// <summary>a × b + c in single precision, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatResult MultiplyAddSticky32(ulong a, ulong b, ulong c, ulong mode, ulong set)
    {
        var value = MathF.FusedMultiplyAdd(Single(a), Single(b), Single(c));
        return IsPlain(value) && IsSticky(mode, set) ? Result(value, false) : MultiplyAddWhole32(a, b, c, mode);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult AddWhole64(ulong a, ulong b, ulong mode) => Add64(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SubtractWhole64(ulong a, ulong b, ulong mode) => Subtract64(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyWhole64(ulong a, ulong b, ulong mode) => Multiply64(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult DivideWhole64(ulong a, ulong b, ulong mode) => Divide64(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SquareRootWhole64(ulong a, ulong mode) => SquareRoot64(a, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyAddWhole64(ulong a, ulong b, ulong c, ulong mode) => MultiplyAdd64(a, b, c, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult AddWhole32(ulong a, ulong b, ulong mode) => Add32(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SubtractWhole32(ulong a, ulong b, ulong mode) => Subtract32(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyWhole32(ulong a, ulong b, ulong mode) => Multiply32(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult DivideWhole32(ulong a, ulong b, ulong mode) => Divide32(a, b, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult SquareRootWhole32(ulong a, ulong mode) => SquareRoot32(a, mode);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static FloatResult MultiplyAddWhole32(ulong a, ulong b, ulong c, ulong mode) => MultiplyAdd32(a, b, c, mode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSticky(ulong mode, ulong set) => (set & FloatFlags.Inexact) != 0 && RoundsEven(mode);

    /// <summary>Neither zero, infinity nor NaN, nor so small that it may have been tiny before it was rounded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(double value) =>
        ((uint)(BitConverter.DoubleToUInt64Bits(value) >> 52) & 0x7ff) - 2 < 0x7ff - 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(float value) =>
        ((BitConverter.SingleToUInt32Bits(value) >> 23) & 0xff) - 2 < 0xff - 2;
}
