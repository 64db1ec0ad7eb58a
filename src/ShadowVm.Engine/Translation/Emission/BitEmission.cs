using System.Buffers.Binary;
using System.Numerics;
using System.Reflection.Emit;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>Emits the operators that the host has single instructions for, by the framework's own names for them.</summary>
internal static class BitEmission
{
    /// <summary>A count of bits, or the bytes turned around.</summary>
    public static void Count(IlWriter il, Node n, Action<Node, bool> emit)
    {
        var width = n.A!.Width;
        emit(n.A, false);
        if (n.Op == Op.ReverseBytes)
        {
            il.Call(((Func<ulong, ulong>)BinaryPrimitives.ReverseEndianness).Method);
            if (width == 64) return;
            il.Const32(64 - width);
            il.Op(OpCodes.Shr_Un);
            return;
        }

        if (n.Op == Op.TrailingZeros && width < 64)
        {
            // A one above the value ends the count where it must end.
            il.Const(1L << width);
            il.Op(OpCodes.Or);
        }

        il.Call(n.Op switch
        {
            Op.LeadingZeros => ((Func<ulong, int>)BitOperations.LeadingZeroCount).Method,
            Op.TrailingZeros => ((Func<ulong, int>)BitOperations.TrailingZeroCount).Method,
            _ => ((Func<ulong, int>)BitOperations.PopCount).Method,
        });
        if (n.Op == Op.LeadingZeros && width < 64)
        {
            il.Const32(64 - width);
            il.Op(OpCodes.Sub);
        }

        il.Op(OpCodes.Conv_U8);
    }

    /// <summary>A rotation of 32 bits, which are on the stack as such before and after.</summary>
    public static void TurnHalf(IlWriter il, Node n, Action<Node> emitHalf)
    {
        emitHalf(n.A!);
        emitHalf(n.B!);
        il.Call(((Func<uint, int, uint>)(n.Op == Op.RotateLeft ? BitOperations.RotateLeft : BitOperations.RotateRight)).Method);
    }

    /// <summary>A rotation, of 32 or 64 bits.</summary>
    public static void Turn(IlWriter il, Node n, Action<Node, bool> emit)
    {
        var left = n.Op == Op.RotateLeft;
        emit(n.A!, false);
        if (n.Width == 32) il.Op(OpCodes.Conv_U4);
        emit(n.B!, false);
        il.Op(OpCodes.Conv_I4); // both widths divide what is lost
        il.Call(n.Width == 32
            ? ((Func<uint, int, uint>)(left ? BitOperations.RotateLeft : BitOperations.RotateRight)).Method
            : ((Func<ulong, int, ulong>)(left ? BitOperations.RotateLeft : BitOperations.RotateRight)).Method);
        if (n.Width == 32) il.Op(OpCodes.Conv_U8);
    }
}
