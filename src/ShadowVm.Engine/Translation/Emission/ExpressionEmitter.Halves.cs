using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>
/// The lower halves of values: a program's ints, which a processor of 64 bits keeps as sign extensions. What computes one of
/// another leaves the extension out.
/// </content>
internal sealed partial class ExpressionEmitter
{
    /// <summary>
    /// Leaves the lower half of a value on the stack, as 32 bits; those above the value's width are whatever comes cheapest.
    /// </summary>
    public void EmitHalf(Node n)
    {
        switch (n.Op)
        {
            case Op.Const:
                il.Const32((int)(uint)(ulong)n.Value);
                break;

            case Op.Local:
                leaves.LoadLocalHalf(n.Index);
                break;

            case Op.Register:
                leaves.LoadRegisterHalf(n.Index);
                break;

            case Op.Not or Op.Negate:
                EmitHalf(n.A!);
                il.Op(n.Op == Op.Not ? OpCodes.Not : OpCodes.Neg);
                break;

            case Op.Add or Op.Subtract or Op.Multiply or Op.And or Op.Or or Op.Xor:
                EmitHalf(n.A!);
                EmitHalf(n.B!);
                il.Op(n.Op switch
                {
                    Op.Add => OpCodes.Add,
                    Op.Subtract => OpCodes.Sub,
                    Op.Multiply => OpCodes.Mul,
                    Op.And => OpCodes.And,
                    Op.Or => OpCodes.Or,
                    _ => OpCodes.Xor,
                });
                break;

            case Op.ShiftLeft or Op.ShiftRight or Op.ShiftRightSigned when n.Width == 32 && IsBelow(n.B!, 32):
                EmitHalf(n.A!);
                EmitAmount(n.B!);
                il.Op(n.Op switch { Op.ShiftLeft => OpCodes.Shl, Op.ShiftRight => OpCodes.Shr_Un, _ => OpCodes.Shr });
                break;

            case Op.RotateLeft or Op.RotateRight when n.Width == 32 && n.B!.Width >= 5: // what is above is turned around and around
                BitEmission.TurnHalf(il, n, EmitHalf);
                break;

            case Op.Slice when n.Index == 0 && n.A!.Width <= 64:
                EmitHalf(n.A);
                break;

            case Op.ZeroExtend or Op.SignExtend when n.A!.Width >= 32:
                EmitHalf(n.A);
                break;

            case Op.SignExtend when n.A!.Width is 8 or 16:
                EmitHalf(n.A);
                il.Op(n.A.Width == 8 ? OpCodes.Conv_I1 : OpCodes.Conv_I2);
                break;

            default:
                Emit(n, loose: true);
                il.Op(OpCodes.Conv_I4);
                break;
        }
    }

    /// <summary>Whether a value of 64 bits is known to be the sign extension of its lower half.</summary>
    public bool IsSigned(Node n) => n.Op switch
    {
        Op.Const => (long)(ulong)n.Value == (int)(uint)(ulong)n.Value,
        Op.Register => leaves.IsSigned(n.Index),
        Op.SignExtend => n.A!.Width <= 32,
        Op.ZeroExtend => n.A!.Width < 32,
        Op.Not => IsSigned(n.A!),
        Op.And or Op.Or or Op.Xor => IsSigned(n.A!) && IsSigned(n.B!),
        _ => false,
    };

    /// <summary>Whether the lower half of such a value comes cheaper than the whole. A register's half would be a copy.</summary>
    public bool PrefersHalf(Node n) => n.Op switch
    {
        Op.Register => leaves.IsHalf(n.Index),
        Op.SignExtend when n.A is { Op: Op.Slice, Index: 0, A: { Op: Op.Register } register } => PrefersHalf(register),
        Op.SignExtend => n.A!.Width == 32,
        Op.Not => PrefersHalf(n.A!),
        Op.And or Op.Or or Op.Xor => PrefersHalf(n.A!) || PrefersHalf(n.B!),
        _ => false,
    };

    /// <summary>The register whose lower half this is, if the register is that half's sign extension.</summary>
    private Node? SignedRegister(Node half) =>
        half is { Op: Op.Slice, Index: 0, Width: 32, A: { Op: Op.Register, Width: 64 } register } && leaves.IsSigned(register.Index)
            ? register : null;

    /// <summary>Puts the amount of a shift on the stack: it is below 32.</summary>
    private void EmitAmount(Node n)
    {
        if (n is { Op: Op.Slice, Index: 0, A.Width: <= 64 })
        {
            EmitHalf(n.A);
            il.Const32((int)Fold.Mask(n.Width));
            il.Op(OpCodes.And);
            return;
        }

        Emit(n);
        il.Op(OpCodes.Conv_I4);
    }
}
