using System.Numerics;
using System.Runtime.CompilerServices;

namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>
/// IEEE 754 arithmetic on integers alone: the same result and flags on every host. Numbers are bits in a 64-bit integer.
/// <para>
/// Between unpacking and rounding a finite number other than 0 is a sign, a significand with its leading bit at bit 62,
/// and the exponent of that bit. There is room for 10 more bits than the widest format has; what falls off at the right
/// is or'ed into the last one ("jammed"), so that rounding still knows of it.
/// </para>
/// </summary>
/// <typeparam name="T">The format of operands and results.</typeparam>
internal static partial class SoftFloat<T>
    where T : struct, IFloatFormat
{
    private const int Leading = 62;

    private static int Fraction => T.FractionBits;

    private static int Width => 1 + T.ExponentBits + T.FractionBits;

    private static int Bias => (1 << (T.ExponentBits - 1)) - 1;

    private static int MaxBiased => (1 << T.ExponentBits) - 1;

    private static ulong FractionMask => (1UL << Fraction) - 1;

    private static ulong SignBit => 1UL << (Width - 1);

    private static ulong Infinity => (ulong)MaxBiased << Fraction;

    private static ulong TopFractionBit => 1UL << (Fraction - 1);

    private static int Spare => Leading - Fraction;

    /// <summary>The NaN that comes of numbers.</summary>
    public static ulong DefaultNan(uint mode) => (mode & FloatMode.QuietIsZero) == 0
        ? Infinity | TopFractionBit
        : Infinity | (TopFractionBit - 1);

    private static bool IsNegative(ulong a) => (a & SignBit) != 0;

    private static ulong Magnitude(ulong a) => a & (SignBit - 1);

    private static bool IsNan(ulong a) => Magnitude(a) > Infinity;

    private static bool IsZero(ulong a) => Magnitude(a) == 0;

    private static bool IsInfinite(ulong a) => Magnitude(a) == Infinity;

    private static bool IsFinite(ulong a) => Magnitude(a) < Infinity;

    private static bool IsSignaling(ulong a, uint mode) =>
        IsNan(a) && (a & TopFractionBit) != 0 == ((mode & FloatMode.QuietIsZero) != 0);

    private static ulong Signed(bool negative, ulong magnitude) => negative ? magnitude | SignBit : magnitude;

    /// <summary>A significand with its leading bit in place, and the exponent of that bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Unpack(ulong a, out ulong significand)
    {
        var fraction = a & FractionMask;
        var biased = (int)(a >> Fraction) & MaxBiased;
        if (biased != 0)
        {
            significand = (fraction | 1UL << Fraction) << Spare;
            return biased - Bias;
        }

        var shift = BitOperations.LeadingZeroCount(fraction) - (63 - Leading);
        significand = fraction << shift;
        return 1 - Bias + Spare - shift;
    }

    /// <summary>Rounds a number to the format.</summary>
    private static FloatResult Round(bool negative, int exponent, ulong significand, uint mode)
    {
        var flags = 0UL;
        var biased = exponent + Bias;
        if (biased <= 0)
        {
            var tiny = (mode & FloatMode.TinyBefore) != 0 || biased < 0
                || significand + Increment(negative, significand, mode) < 1UL << (Leading + 1);
            if (tiny)
                flags = FloatFlags.Underflow;
            significand = ShiftRightJam(significand, 1 - biased);
            biased = 1; // of a number whose leading bit isn't there
        }

        var rest = significand & ((1UL << Spare) - 1);
        var rounded = (significand + Increment(negative, significand, mode)) >> Spare;
        // A tie went up: the even one of the two neighbours has its last bit clear.
        if (rest == 1UL << (Spare - 1) && IsToEven(mode))
            rounded &= ~1UL;
        if (biased - 1 + (int)(rounded >> Fraction) >= MaxBiased)
            return Overflow(negative, mode);
        if (rest == 0)
            flags = 0; // tiny, but exact
        else
            flags |= FloatFlags.Inexact;
        // The leading bit adds one to the exponent, and a carry out of the fraction another.
        return new FloatResult(Signed(negative, ((ulong)(biased - 1) << Fraction) + rounded), flags);
    }

    private static bool IsToEven(uint mode) => (mode & FloatMode.RoundMask) is FloatMode.RoundEven or > FloatMode.RoundAway;

    /// <summary>What is added before the spare bits are cut off.</summary>
    private static ulong Increment(bool negative, ulong significand, uint mode) => (mode & FloatMode.RoundMask) switch
    {
        FloatMode.RoundZero => 0,
        FloatMode.RoundDown => negative ? (1UL << Spare) - 1 : 0,
        FloatMode.RoundUp => negative ? 0 : (1UL << Spare) - 1,
        _ => 1UL << (Spare - 1),
    };

    /// <summary>The largest number or infinity, whichever is on the side that is rounded to.</summary>
    private static FloatResult Overflow(bool negative, uint mode)
    {
        var towardsZero = (mode & FloatMode.RoundMask) switch
        {
            FloatMode.RoundZero => true,
            FloatMode.RoundDown => !negative,
            FloatMode.RoundUp => negative,
            _ => false,
        };
        return new FloatResult(
            Signed(negative, towardsZero ? Infinity - 1 : Infinity), FloatFlags.Overflow | FloatFlags.Inexact);
    }

    private static ulong ShiftRightJam(ulong a, int by) =>
        by > 63 ? (a != 0 ? 1UL : 0) : a >> by | ((a & ((1UL << by) - 1)) != 0 ? 1UL : 0);

    private static FloatResult Exactly(ulong value) => new(value, 0);

    private static FloatResult Invalid(uint mode) => new(DefaultNan(mode), FloatFlags.Invalid);

    /// <summary>The NaN that comes of operands of which at least one is a NaN.</summary>
    private static FloatResult NanOf(ulong a, ulong b, uint mode)
    {
        var signals = IsSignaling(a, mode) || IsSignaling(b, mode);
        return new FloatResult(ChooseNan(a, b, mode), signals ? FloatFlags.Invalid : 0);
    }

    private static ulong ChooseNan(ulong a, ulong b, uint mode)
    {
        var chosen = (mode & FloatMode.NanMask) switch
        {
            FloatMode.NanFirst => IsNan(a) ? a : b,
            FloatMode.NanLast => IsNan(b) ? b : a,
            FloatMode.NanSignaling => IsSignaling(a, mode) ? a : IsSignaling(b, mode) ? b : IsNan(a) ? a : b,
            _ => DefaultNan(mode),
        };
        return Quiet(chosen, mode);
    }

    private static ulong Quiet(ulong nan, uint mode)
    {
        if ((mode & FloatMode.QuietIsZero) == 0)
            return nan | TopFractionBit;
        return IsSignaling(nan, mode) ? DefaultNan(mode) : nan;
    }
}
