namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>
/// How an operation rounds (the three low bits, <see cref="RoundEven"/> to <see cref="RoundAway"/>; other numbers round
/// to even) and what IEEE 754 leaves to an architecture, packed into one number, so that whoever knows the architecture
/// adds a constant to the rounding mode.
/// </summary>
public static class FloatMode
{
    /// <summary>To the nearest, ties to the one whose last bit is 0.</summary>
    public const uint RoundEven = 0;

    /// <summary>Towards zero.</summary>
    public const uint RoundZero = 1;

    /// <summary>Towards minus infinity.</summary>
    public const uint RoundDown = 2;

    /// <summary>Towards plus infinity.</summary>
    public const uint RoundUp = 3;

    /// <summary>To the nearest, ties away from zero.</summary>
    public const uint RoundAway = 4;

    /// <summary>The bits of the rounding mode.</summary>
    public const uint RoundMask = 7;

    /// <summary>Width of the rounding mode in bits.</summary>
    public const int RoundWidth = 3;

    /// <summary>Names of the rounding modes in the language, by number.</summary>
    public static IReadOnlyList<string> RoundNames { get; } = ["even", "zero", "down", "up", "away"];

    /// <summary>Tininess is looked at before rounding, not after it.</summary>
    public const uint TinyBefore = 1 << 3;

    /// <summary>A NaN that comes of NaNs is the first of them, quiet; without a rule it is the default one.</summary>
    public const uint NanFirst = 1 << 4;

    /// <summary>A NaN that comes of NaNs is the last of them, quiet.</summary>
    public const uint NanLast = 2 << 4;

    /// <summary>A NaN that comes of NaNs is the first signaling one, else the first.</summary>
    public const uint NanSignaling = 3 << 4;

    /// <summary>The bits of the rule for NaNs.</summary>
    public const uint NanMask = 3 << 4;

    /// <summary>
    /// A quiet NaN has 0 in its top fraction bit, as before IEEE 754-2008; a signaling one becomes the default NaN.
    /// </summary>
    public const uint QuietIsZero = 1 << 6;

    /// <summary>What is out of an integer's range gives its low bits; without a rule the nearest integer.</summary>
    public const uint RangeWrap = 1 << 7;

    /// <summary>What is out of an integer's range gives the largest integer.</summary>
    public const uint RangeMax = 2 << 7;

    /// <summary>What is out of an integer's range gives the smallest integer.</summary>
    public const uint RangeMin = 3 << 7;

    /// <summary>The bits of the rule for integers.</summary>
    public const uint RangeMask = 3 << 7;

    /// <summary>A NaN becomes the integer 0; without a rule the largest integer.</summary>
    public const uint NanToZero = 1 << 9;

    /// <summary>A NaN becomes the smallest integer.</summary>
    public const uint NanToMin = 2 << 9;

    /// <summary>The bits of the rule for NaNs as integers.</summary>
    public const uint NanToMask = 3 << 9;
}
