namespace ShadowVm.Isa.Numerics.Floating;

/// <summary>An interchange format of IEEE 754 with at most 64 bits.</summary>
public interface IFloatFormat
{
    /// <summary>Bits of the fraction as stored.</summary>
    static abstract int FractionBits { get; }

    /// <summary>Bits of the exponent.</summary>
    static abstract int ExponentBits { get; }
}

/// <summary>Single precision.</summary>
public readonly struct Binary32 : IFloatFormat
{
    /// <inheritdoc/>
    public static int FractionBits => 23;

    /// <inheritdoc/>
    public static int ExponentBits => 8;
}

/// <summary>Double precision.</summary>
public readonly struct Binary64 : IFloatFormat
{
    /// <inheritdoc/>
    public static int FractionBits => 52;

    /// <inheritdoc/>
    public static int ExponentBits => 11;
}
