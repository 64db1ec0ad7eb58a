using System.Numerics;

namespace ShadowVm.Isa.Numerics.Floating;

/// <content>Sum, product, quotient and root.</content>
internal static partial class SoftFloat<T>
{
    public static FloatResult Add(ulong a, ulong b, uint mode)
    {
        if (!IsFinite(a) || !IsFinite(b))
            return AddSpecial(a, b, mode);
        if (IsZero(a))
            return Exactly(IsZero(b) ? ZeroSum(IsNegative(a), IsNegative(b), mode) : b);
        if (IsZero(b))
            return Exactly(a);
        var exponent = Unpack(a, out var large);
        var other = Unpack(b, out var small);
        var negative = IsNegative(a);
        var differ = negative != IsNegative(b);
        if (exponent < other || exponent == other && large < small)
        {
            (exponent, other) = (other, exponent);
            (large, small) = (small, large);
            negative ^= differ;
        }

        small = ShiftRightJam(small, exponent - other);
        if (!differ)
        {
            large += small;
            return large >> (Leading + 1) == 0
                ? Round(negative, exponent, large, mode)
                : Round(negative, exponent + 1, ShiftRightJam(large, 1), mode);
        }

        large -= small;
        if (large == 0)
            return Exactly(ZeroSum(false, true, mode));
        var shift = BitOperations.LeadingZeroCount(large) - (63 - Leading);
        return Round(negative, exponent - shift, large << shift, mode);
    }

    public static FloatResult Subtract(ulong a, ulong b, uint mode) =>
        IsNan(a) || IsNan(b) ? NanOf(a, b, mode) : Add(a, b ^ SignBit, mode);

    private static FloatResult AddSpecial(ulong a, ulong b, uint mode)
    {
        if (IsNan(a) || IsNan(b))
            return NanOf(a, b, mode);
        if (IsInfinite(a) && IsInfinite(b) && a != b)
            return Invalid(mode);
        return Exactly(IsInfinite(a) ? a : b);
    }

    /// <summary>The zero that two zeros, or two numbers that cancel, add up to.</summary>
    private static ulong ZeroSum(bool first, bool second, uint mode)
    {
        var negative = first == second ? first : (mode & FloatMode.RoundMask) == FloatMode.RoundDown;
        return Signed(negative, 0);
    }

    public static FloatResult Multiply(ulong a, ulong b, uint mode)
    {
        var negative = IsNegative(a ^ b);
        if (!IsFinite(a) || !IsFinite(b))
        {
            if (IsNan(a) || IsNan(b))
                return NanOf(a, b, mode);
            return IsZero(a) || IsZero(b) ? Invalid(mode) : Exactly(Signed(negative, Infinity));
        }

        if (IsZero(a) || IsZero(b))
            return Exactly(Signed(negative, 0));
        var exponent = Unpack(a, out var left) + Unpack(b, out var right);
        var high = Math.BigMul(left << 1, right << 1, out var low);
        if (low != 0)
            high |= 1;
        return high >> (Leading + 1) == 0
            ? Round(negative, exponent, high, mode)
            : Round(negative, exponent + 1, ShiftRightJam(high, 1), mode);
    }

    public static FloatResult Divide(ulong a, ulong b, uint mode)
    {
        var negative = IsNegative(a ^ b);
        if (!IsFinite(a) || !IsFinite(b))
        {
            if (IsNan(a) || IsNan(b))
                return NanOf(a, b, mode);
            if (IsInfinite(a))
                return IsInfinite(b) ? Invalid(mode) : Exactly(Signed(negative, Infinity));
            return Exactly(Signed(negative, 0));
        }

        if (IsZero(b))
        {
            return IsZero(a)
                ? Invalid(mode)
                : new FloatResult(Signed(negative, Infinity), FloatFlags.DivideByZero);
        }

        if (IsZero(a))
            return Exactly(Signed(negative, 0));
        var exponent = Unpack(a, out var rest) - Unpack(b, out var divisor);
        rest >>= Spare;
        divisor >>= Spare;
        if (rest < divisor)
        {
            rest <<= 1;
            exponent--;
        }

        // One digit of as many bits as there is room for above the remainder, and another, until there are enough.
        var digit = Leading + 1 - Fraction;
        var (quotient, bits) = (1UL, 0);
        rest -= divisor;
        for (; bits < Fraction + 2; bits += digit)
        {
            rest <<= digit;
            var part = rest / divisor;
            rest -= part * divisor;
            quotient = quotient << digit | part;
        }

        return Round(negative, exponent, quotient << (Leading - bits) | (rest != 0 ? 1UL : 0), mode);
    }

    public static FloatResult SquareRoot(ulong a, uint mode)
    {
        if (IsNan(a))
            return NanOf(a, a, mode);
        if (IsZero(a) || a == Infinity)
            return Exactly(a);
        if (IsNegative(a))
            return Invalid(mode);
        var exponent = Unpack(a, out var square);
        if ((exponent & 1) != 0)
            square <<= 1;
        // The upper half of the square bit by bit, two bits for one of the root; then half as many bits again by a
        // division, and for the wide format some more from zeros behind the square.
        var (root, rest) = (0UL, 0UL);
        for (var i = 0; i < 16; i++)
        {
            rest = rest << 2 | square >> 62;
            square <<= 2;
            // No host can guess these bits, so there is no branch: all ones where the trial was too large.
            var trial = root << 2 | 1;
            rest -= trial;
            var over = (ulong)((long)rest >> 63);
            rest += trial & over;
            root = (root << 1) + 1 + over;
        }

        ExtendRoot(ref root, ref rest, 16, square >> 48, square >> 32 & 0xffff);
        var bits = Math.Max(Fraction + 3, 32);
        if (bits > 32)
            ExtendRoot(ref root, ref rest, bits - 32, 0, 0);
        return Round(false, exponent >> 1, root << (Leading + 1 - bits) | (rest != 0 ? 1UL : 0), mode);
    }

    /// <summary>
    /// More bits of a root, at most as many as there are, when twice as many come behind the number, given in halves:
    /// the root and what it leaves of the number become those of the longer one (P. Zimmermann, Karatsuba Square Root).
    /// </summary>
    private static void ExtendRoot(ref ulong root, ref ulong rest, int bits, ulong upper, ulong lower)
    {
        var divisor = root << 1;
        var dividend = rest << bits | upper;
        var quotient = dividend / divisor;
        rest = ((dividend - quotient * divisor) << bits | lower) - quotient * quotient;
        root = (root << bits) + quotient;
        if ((long)rest >= 0)
            return;
        rest += (root << 1) - 1;
        root--;
    }
}
