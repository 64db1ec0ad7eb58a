using System.Numerics;

namespace ShadowVm.Isa.Numerics.Floating;

/// <content>Product and sum with one rounding.</content>
internal static partial class SoftFloat<T>
{
    /// <summary>a × b + c. Infinity times zero is invalid whatever c is.</summary>
    public static FloatResult MultiplyAdd(ulong a, ulong b, ulong c, uint mode)
    {
        if (!IsFinite(a) || !IsFinite(b) || !IsFinite(c))
            return MultiplyAddSpecial(a, b, c, mode);
        var negative = IsNegative(a ^ b);
        if (IsZero(a) || IsZero(b))
            return Exactly(IsZero(c) ? ZeroSum(negative, IsNegative(c), mode) : c);

        // The whole product, its leading bit at bit 126 of 128.
        var exponent = Unpack(a, out var left) + Unpack(b, out var right);
        var high = Math.BigMul(left << 1, right << 1, out var low);
        if (high >> (Leading + 1) != 0)
        {
            exponent++;
            (high, low) = ShiftRightJam(high, low, 1);
        }

        if (IsZero(c))
            return Round(negative, exponent, high | (low != 0 ? 1UL : 0), mode);
        var other = Unpack(c, out var otherHigh);
        var otherLow = 0UL;
        var differ = negative != IsNegative(c);
        if (exponent < other || exponent == other && (high < otherHigh || high == otherHigh && low < otherLow))
        {
            (exponent, other) = (other, exponent);
            (high, low, otherHigh, otherLow) = (otherHigh, otherLow, high, low);
            negative ^= differ;
        }

        (otherHigh, otherLow) = ShiftRightJam(otherHigh, otherLow, exponent - other);
        if (!differ)
        {
            low += otherLow;
            high += otherHigh + (low < otherLow ? 1UL : 0);
            if (high >> (Leading + 1) != 0)
            {
                exponent++;
                (high, low) = ShiftRightJam(high, low, 1);
            }

            return Round(negative, exponent, high | (low != 0 ? 1UL : 0), mode);
        }

        high -= otherHigh + (low < otherLow ? 1UL : 0);
        low -= otherLow;
        if ((high | low) == 0)
            return Exactly(ZeroSum(false, true, mode));
        if (high == 0)
        {
            (high, low) = (low >> 1, low << 63);
            exponent -= 63;
        }

        // With 63 bits moved at once the leading bit may still be at bit 126 or below.
        var shift = high == 0 ? 63 : BitOperations.LeadingZeroCount(high) - (63 - Leading);
        if (shift > 0)
        {
            high = high << shift | low >> (64 - shift);
            low <<= shift;
            exponent -= shift;
        }

        return Round(negative, exponent, high | (low != 0 ? 1UL : 0), mode);
    }

    private static FloatResult MultiplyAddSpecial(ulong a, ulong b, ulong c, uint mode)
    {
        var negative = IsNegative(a ^ b);
        var impossible = IsInfinite(a) && IsZero(b) || IsZero(a) && IsInfinite(b);
        if (IsNan(a) || IsNan(b) || IsNan(c))
            return NanOf(a, b, c, impossible, mode);
        if (impossible)
            return Invalid(mode);
        if (!IsInfinite(a) && !IsInfinite(b))
            return Exactly(c);
        return IsInfinite(c) && negative != IsNegative(c) ? Invalid(mode) : Exactly(Signed(negative, Infinity));
    }

    private static FloatResult NanOf(ulong a, ulong b, ulong c, bool invalid, uint mode)
    {
        invalid |= IsSignaling(a, mode) || IsSignaling(b, mode) || IsSignaling(c, mode);
        // A NaN that the factors have among themselves comes before or behind the third as they do.
        var factor = IsNan(a) || IsNan(b) ? ChooseOperand(a, b, mode) : a;
        var nan = IsNan(factor) ? ChooseNan(factor, c, mode) : ChooseNan(c, c, mode);
        return new FloatResult(nan, invalid ? FloatFlags.Invalid : 0);
    }

    /// <summary>The NaN of two operands that the rule prefers, as it is.</summary>
    private static ulong ChooseOperand(ulong a, ulong b, uint mode)
    {
        if (!IsNan(a) || !IsNan(b))
            return IsNan(a) ? a : b;
        return (mode & FloatMode.NanMask) switch
        {
            FloatMode.NanLast => b,
            FloatMode.NanSignaling => IsSignaling(a, mode) || !IsSignaling(b, mode) ? a : b,
            _ => a,
        };
    }

    private static (ulong High, ulong Low) ShiftRightJam(ulong high, ulong low, int by)
    {
        switch (by)
        {
            case 0:
                return (high, low);
            case < 64:
                var lost = (low & ((1UL << by) - 1)) != 0;
                return (high >> by, high << (64 - by) | low >> by | (lost ? 1UL : 0));
            default:
                return (0, ShiftRightJam(high, by - 64) | (low != 0 ? 1UL : 0));
        }
    }
}
