using System.Numerics;

namespace ShadowVm.Isa.Numerics.Floating;

/// <content>Integers and other formats.</content>
internal static partial class SoftFloat<T>
{
    /// <summary>The nearest integer as the mode rounds, of a width of at most 64 bits.</summary>
    public static FloatResult ToInteger(ulong a, int width, bool signed, uint mode)
    {
        var mask = ulong.MaxValue >> (64 - width);
        var largest = signed ? mask >> 1 : mask;
        var smallest = signed ? mask ^ mask >> 1 : 0;
        if (IsNan(a))
        {
            var value = (mode & FloatMode.NanToMask) switch
            {
                0 => largest,
                FloatMode.NanToMin => smallest,
                _ => 0UL,
            };
            return new FloatResult(value, FloatFlags.Invalid);
        }

        if (IsZero(a))
            return Exactly(0);
        var negative = IsNegative(a);
        var exponent = IsInfinite(a) ? Bias + 1 : Unpack(a, out _);
        if (exponent < 64)
        {
            var magnitude = Integral(a, mode, out var inexact);
            // The smallest signed integer has the same bits as its magnitude.
            if (magnitude <= (negative ? smallest : largest))
            {
                var result = (negative ? 0 - magnitude : magnitude) & mask;
                return new FloatResult(result, inexact ? FloatFlags.Inexact : 0);
            }
        }

        var outside = (mode & FloatMode.RangeMask) switch
        {
            0 => negative ? smallest : largest,
            FloatMode.RangeMax => largest,
            FloatMode.RangeMin => smallest,
            _ => LowBits(a, exponent, mode) & mask,
        };
        return new FloatResult(outside, FloatFlags.Invalid);
    }

    /// <summary>The magnitude of a number below 2 to the 64, rounded to an integer.</summary>
    private static ulong Integral(ulong a, uint mode, out bool inexact)
    {
        var exponent = Unpack(a, out var significand);
        // The fraction as 64 bits behind the point; below a half it only matters that there is something.
        var (whole, rest) = exponent switch
        {
            >= Leading => (significand << (exponent - Leading), 0UL),
            >= -1 => (significand >> (Leading - exponent), significand << (64 - Leading + exponent)),
            _ => (0UL, 1UL),
        };
        inexact = rest != 0;
        const ulong half = 1UL << 63;
        var up = (mode & FloatMode.RoundMask) switch
        {
            FloatMode.RoundZero => false,
            FloatMode.RoundDown => IsNegative(a) && inexact,
            FloatMode.RoundUp => !IsNegative(a) && inexact,
            FloatMode.RoundAway => rest >= half,
            _ => rest > half || rest == half && (whole & 1) != 0,
        };
        return up ? whole + 1 : whole;
    }

    /// <summary>The low 64 bits of an integer that may be larger, in two's complement; of infinity they are 0.</summary>
    private static ulong LowBits(ulong a, int exponent, uint mode)
    {
        var magnitude = 0UL;
        if (exponent < 64)
        {
            magnitude = Integral(a, mode, out _);
        }
        else if (exponent - Leading < 64)
        {
            Unpack(a, out var significand);
            magnitude = significand << (exponent - Leading);
        }

        return IsNegative(a) ? 0 - magnitude : magnitude;
    }

    /// <summary>An integer, given as its sign and magnitude, rounded to the format.</summary>
    public static FloatResult FromMagnitude(bool negative, ulong magnitude, uint mode)
    {
        if (magnitude == 0)
            return Exactly(0);
        var zeros = BitOperations.LeadingZeroCount(magnitude);
        var significand = zeros == 0 ? ShiftRightJam(magnitude, 1) : magnitude << (zeros - (63 - Leading));
        return Round(negative, 63 - zeros, significand, mode);
    }

    /// <summary>An integer of a width of at most 64 bits.</summary>
    public static FloatResult FromInteger(ulong value, int width, bool signed, uint mode)
    {
        var negative = signed && (value >> (width - 1) & 1) != 0;
        return FromMagnitude(negative, negative ? 0 - (value | ~(ulong.MaxValue >> (64 - width))) : value, mode);
    }

    /// <summary>The number in another format.</summary>
    public static FloatResult ConvertTo<TTo>(ulong a, uint mode)
        where TTo : struct, IFloatFormat
    {
        var negative = IsNegative(a);
        if (IsNan(a))
        {
            var fraction = (a & FractionMask) << (63 - Fraction); // its top bit at bit 62
            var signals = IsSignaling(a, mode);
            var moved = SoftFloat<TTo>.NanWith(negative, fraction, mode);
            return new FloatResult(moved, signals ? FloatFlags.Invalid : 0);
        }

        if (IsZero(a))
            return Exactly(SoftFloat<TTo>.Signed(negative, 0));
        if (IsInfinite(a))
            return Exactly(SoftFloat<TTo>.Signed(negative, SoftFloat<TTo>.Infinity));
        var exponent = Unpack(a, out var significand);
        return SoftFloat<TTo>.Round(negative, exponent, significand, mode);
    }

    /// <summary>The NaN of this format that a NaN of another becomes, which had these bits from bit 62 downwards.</summary>
    private static ulong NanWith(bool negative, ulong fraction, uint mode)
    {
        if ((mode & FloatMode.NanMask) == 0)
            return DefaultNan(mode);
        var bits = fraction >> (63 - Fraction);
        // Where quiet ones have a 0 at the top, all of the others may have got lost.
        return bits == 0 && (mode & FloatMode.QuietIsZero) != 0
            ? DefaultNan(mode)
            : Quiet(Signed(negative, Infinity | bits), mode);
    }

    /// <summary>The nearest integer, in the same format.</summary>
    public static FloatResult ToIntegral(ulong a, uint mode)
    {
        if (IsNan(a))
            return NanOf(a, a, mode);
        if (IsZero(a) || IsInfinite(a) || Unpack(a, out _) >= Fraction)
            return Exactly(a);
        var whole = Integral(a, mode, out var inexact);
        var value = whole == 0 ? Signed(IsNegative(a), 0) : FromMagnitude(IsNegative(a), whole, mode).Value;
        return new FloatResult(value, inexact ? FloatFlags.Inexact : 0);
    }
}
