namespace ShadowVm.Isa.Numerics.Floating;

/// <content>Comparisons, the smaller and the larger, the class of a number.</content>
internal static partial class SoftFloat<T>
{
    /// <summary>
    /// Which of four relations holds, a bit each: 1 less, 2 equal, 4 greater, 8 unordered. A signaling NaN is invalid, and
    /// where <paramref name="signaling"/> says so any NaN.
    /// </summary>
    public static FloatResult Compare(ulong a, ulong b, bool signaling, uint mode)
    {
        if (IsNan(a) || IsNan(b))
        {
            var invalid = signaling || IsSignaling(a, mode) || IsSignaling(b, mode);
            return new FloatResult(8, invalid ? FloatFlags.Invalid : 0);
        }

        if (a == b || IsZero(a) && IsZero(b))
            return Exactly(2);
        return Exactly(IsBelow(a, b) ? 1UL : 4);
    }

    /// <summary>The smaller one, a number rather than a quiet NaN; -0 is below +0.</summary>
    public static FloatResult Minimum(ulong a, ulong b, uint mode) => Extreme(a, b, true, mode);

    /// <summary>The larger one, a number rather than a quiet NaN; -0 is below +0.</summary>
    public static FloatResult Maximum(ulong a, ulong b, uint mode) => Extreme(a, b, false, mode);

    private static FloatResult Extreme(ulong a, ulong b, bool smaller, uint mode)
    {
        if (!IsNan(a) && !IsNan(b))
            return Exactly(IsBelow(a, b) == smaller ? a : b);
        if (IsNan(a) && IsNan(b))
            return NanOf(a, b, mode);
        var signals = IsSignaling(a, mode) || IsSignaling(b, mode);
        return new FloatResult(IsNan(a) ? b : a, signals ? FloatFlags.Invalid : 0);
    }

    /// <summary>The order of numbers, -0 below +0.</summary>
    private static bool IsBelow(ulong a, ulong b)
    {
        if (IsNegative(a) != IsNegative(b))
            return IsNegative(a);
        return IsNegative(a) ? Magnitude(a) > Magnitude(b) : Magnitude(a) < Magnitude(b);
    }

    /// <summary>
    /// A bit for what it is, from bit 0: -infinity, negative normal, negative subnormal, -0, +0, positive subnormal,
    /// positive normal, +infinity, signaling NaN, quiet NaN.
    /// </summary>
    public static FloatResult Classify(ulong a, uint mode)
    {
        if (IsNan(a))
            return Exactly(IsSignaling(a, mode) ? 1UL << 8 : 1UL << 9);
        var magnitude = Magnitude(a);
        var from = magnitude == 0 ? 0 : magnitude < 1UL << Fraction ? 1 : magnitude < Infinity ? 2 : 3;
        return Exactly(1UL << (IsNegative(a) ? 3 - from : 4 + from));
    }
}
