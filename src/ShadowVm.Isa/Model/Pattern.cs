using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

internal enum ElementKind : byte
{
    /// <summary>Bits with a value.</summary>
    Fixed,

    /// <summary>Bits that the hardware ignores.</summary>
    Ignored,

    /// <summary>A whole field.</summary>
    Field,

    /// <summary>Some bits of an operand.</summary>
    Piece,

    /// <summary>A field declared by a choice.</summary>
    Choice,
}

/// <summary>A stretch of an encoding, from the most significant bit down.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Width">Bits.</param>
/// <param name="Value">Of fixed bits.</param>
/// <param name="Name">Of a field, operand or choice.</param>
/// <param name="Low">Lowest operand bit of a piece.</param>
/// <param name="At">Place.</param>
internal sealed record Element(ElementKind Kind, int Width, uint Value, string Name, int Low, Token At);

internal enum Sign : byte
{
    /// <summary>Has its own width.</summary>
    Plain,

    /// <summary>Takes the width that is wanted, with zeros.</summary>
    Unsigned,

    /// <summary>Takes the width that is wanted, with its sign.</summary>
    Signed,
}

/// <summary>An operand of one encoding.</summary>
internal sealed class Operand
{
    public required string Name { get; init; }

    /// <summary>Bits of the value, those that are always zero at its bottom included.</summary>
    public required int Width { get; init; }

    public required Sign Sign { get; init; }

    /// <summary>Bits at the bottom that are in no piece.</summary>
    public required int ZeroBits { get; init; }

    public required (int WordLow, int Width, int ValueLow)[] Pieces { get; init; }

    /// <summary>What is added to the bits of the encoding; 0 but for operands that are declared with a formula.</summary>
    public int Bias { get; init; }

    public ChoiceDeclaration? Choice { get; init; }

    public required Token At { get; init; }

    /// <summary>The bits of a word that hold it.</summary>
    public uint Mask
    {
        get
        {
            var mask = 0u;
            foreach (var (wordLow, width, _) in Pieces)
                mask |= (uint)((1UL << width) - 1) << wordLow;
            return mask;
        }
    }

    /// <summary>The value in a word.</summary>
    public long Extract(uint word)
    {
        var value = 0UL;
        foreach (var (wordLow, width, valueLow) in Pieces)
            value |= (ulong)((word >> wordLow) & (uint)((1UL << width) - 1)) << valueLow;
        return Cut((long)value + Bias);
    }

    /// <summary>A value as wide as the operand, extended by its sign.</summary>
    public long Cut(long value)
    {
        var up = 64 - Width;
        return Sign == Sign.Signed ? value << up >> up : (long)((ulong)value << up >> up);
    }

    /// <summary>The operand's bits within a word; the value is known to fit.</summary>
    public uint Insert(long value)
    {
        var word = 0u;
        value -= Bias;
        foreach (var (wordLow, width, valueLow) in Pieces)
            word |= (uint)(((ulong)value >> valueLow) & ((1UL << width) - 1)) << wordLow;
        return word;
    }

    /// <summary>Whether a value can be encoded.</summary>
    public bool Fits(long value)
    {
        if (Bias != 0)
            return value >= Bias && value - Bias < 1L << Pieces[0].Width;
        if (((ulong)value & ((1UL << ZeroBits) - 1)) != 0)
            return false;
        return Sign == Sign.Signed
            ? value >= -(1L << (Width - 1)) && value < 1L << (Width - 1)
            : value >= 0 && value < 1L << Width;
    }
}
