namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>What the language computes with floating-point numbers; its names in the language are in <see cref="FloatCode"/>.</summary>
public enum FloatFunction : byte
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a × b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>Square root of a.</summary>
    SquareRoot,

    /// <summary>a × b + c, rounded once.</summary>
    MultiplyAdd,

    /// <summary>The smaller of two.</summary>
    Minimum,

    /// <summary>The larger of two.</summary>
    Maximum,

    /// <summary>Less, equal, greater, unordered as four bits; only signaling NaNs are invalid.</summary>
    CompareQuiet,

    /// <summary>As the quiet one, but every NaN is invalid.</summary>
    CompareSignaling,

    /// <summary>Ten bits that say what a number is.</summary>
    Classify,

    /// <summary>A signed integer of 32 bits.</summary>
    ToSigned32,

    /// <summary>A signed integer of 64 bits.</summary>
    ToSigned64,

    /// <summary>An unsigned integer of 32 bits.</summary>
    ToUnsigned32,

    /// <summary>An unsigned integer of 64 bits.</summary>
    ToUnsigned64,

    /// <summary>The number that a signed integer of 32 bits is.</summary>
    FromSigned32,

    /// <summary>The number that a signed integer of 64 bits is.</summary>
    FromSigned64,

    /// <summary>The number that an unsigned integer of 32 bits is.</summary>
    FromUnsigned32,

    /// <summary>The number that an unsigned integer of 64 bits is.</summary>
    FromUnsigned64,

    /// <summary>The number in this format that one of the other format is.</summary>
    Convert,

    /// <summary>The nearest integer, in the same format.</summary>
    ToIntegral,
}
