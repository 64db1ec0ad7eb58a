using System.Text;

namespace ShadowVm.Isa;

/// <summary>Words of one pattern that encode nothing.</summary>
/// <param name="Bits">Their length in bits.</param>
/// <param name="Mask">Bits that they have in common.</param>
/// <param name="Value">What these bits are.</param>
public sealed record EncodingHole(int Bits, uint Mask, uint Value)
{
    /// <summary>Number of words.</summary>
    public ulong Words => 1UL << (Bits - System.Numerics.BitOperations.PopCount(Mask));

    /// <summary>Two of the words: all other bits zero, all other bits one.</summary>
    public (uint First, uint Last) Examples => (Value, Value | (~Mask & (uint)((1UL << Bits) - 1)));

    /// <summary>The pattern as it would be written behind <c>reserved NAME</c>: '-' for bits that may be anything.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var bit = Bits - 1; bit >= 0; bit--)
        {
            text.Append((Mask >> bit & 1) == 0 ? '-' : (Value >> bit & 1) == 0 ? '0' : '1');
            if (bit > 0 && bit % 4 == 0)
                text.Append(' ');
        }

        return text.ToString();
    }
}
