namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>What an operation gives: a value, and which of the five exceptions it met.</summary>
/// <param name="Value">The bits of the result, nothing set above its width.</param>
/// <param name="Flags">A set of <see cref="FloatFlags"/>.</param>
public readonly record struct FloatResult(ulong Value, ulong Flags);

/// <summary>The five exceptions of IEEE 754, as the bits that every operation gives them.</summary>
public static class FloatFlags
{
    /// <summary>The result isn't the exact one.</summary>
    public const ulong Inexact = 1;

    /// <summary>The result is tiny, and not the exact one.</summary>
    public const ulong Underflow = 2;

    /// <summary>The result is beyond the largest number.</summary>
    public const ulong Overflow = 4;

    /// <summary>An infinity came of finite numbers: a division by zero.</summary>
    public const ulong DivideByZero = 8;

    /// <summary>There is no result: a NaN came of numbers, or a signaling NaN was looked at.</summary>
    public const ulong Invalid = 16;

    /// <summary>How many there are.</summary>
    public const int Count = 5;

    /// <summary>Their names in the language, lowest bit first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["inexact", "underflow", "overflow", "divide", "invalid"];
}
