using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics.X86;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Emits expressions: each leaves a 64-bit integer on the stack with no bit set above its width, or, where the caller
/// drops those bits anyway, whatever comes cheapest ("loose").
/// </summary>
internal sealed partial class ExpressionEmitter(IlWriter il, StepEmitter leaves)
{
    private static readonly MethodInfo BigMultiply =
        ((Func<ulong, ulong, ulong>)WideArithmetic.MultiplyHigh).Method;

    private static readonly MethodInfo FastMultiply = typeof(Bmi2.X64).GetMethod(
        nameof(Bmi2.X64.MultiplyNoFlags), [typeof(ulong), typeof(ulong)])!;

    public void Emit(Node n, bool loose = false)
    {
        switch (n.Op)
        {
            case Op.Const:
                il.Const((long)(ulong)n.Value);
                break;

            case Op.Local:
                leaves.LoadLocal(n.Index);
                break;

            case Op.Register:
                leaves.LoadRegister(n.Index);
                break;

            case Op.RegisterAt:
                leaves.LoadRegisterAt(n);
                break;

            case Op.Operand or Op.Pc or Op.Next:
                leaves.LoadFromRecord(n);
                break;

            case Op.Not or Op.Negate:
                Emit(n.A!, true);
                il.Op(n.Op == Op.Not ? OpCodes.Not : OpCodes.Neg);
                Cut(n.Width, loose);
                break;

            case Op.Add or Op.Subtract or Op.Multiply:
                Emit(n.A!, true);
                Emit(n.B!, true);
                il.Op(n.Op switch { Op.Add => OpCodes.Add, Op.Subtract => OpCodes.Sub, _ => OpCodes.Mul });
                Cut(n.Width, loose);
                break;

            case Op.And when Fold.IsConst(n.B!):
                Emit(n.A!, loose: true); // the constant cuts
                Emit(n.B!);
                il.Op(OpCodes.And);
                break;

            case Op.And or Op.Or or Op.Xor:
                Emit(n.A!, loose);
                Emit(n.B!, loose);
                il.Op(n.Op switch { Op.And => OpCodes.And, Op.Or => OpCodes.Or, _ => OpCodes.Xor });
                break;

            case Op.ShiftLeft or Op.ShiftRight or Op.ShiftRightSigned:
                Shift(n, loose);
                break;

            case Op.LeadingZeros or Op.TrailingZeros or Op.CountOnes or Op.ReverseBytes:
                BitEmission.Count(il, n, Emit);
                break;

            case Op.RotateLeft or Op.RotateRight:
                BitEmission.Turn(il, n, Emit);
                break;

            case Op.DivideUnsigned or Op.DivideSigned or Op.RemainderUnsigned or Op.RemainderSigned:
                Divide(n);
                break;

            case Op.Equal or Op.NotEqual or Op.LessUnsigned or Op.LessSigned or Op.LessOrEqualUnsigned or Op.LessOrEqualSigned:
                Compare(n);
                break;

            case Op.Concat:
                Emit(n.A!, loose);
                il.Const32(n.B!.Width);
                il.Op(OpCodes.Shl);
                Emit(n.B);
                il.Op(OpCodes.Or);
                break;

            case Op.Slice:
                Slice(n, loose);
                break;

            case Op.ZeroExtend:
                Emit(n.A!);
                break;

            case Op.SignExtend when n.Width == 64 && SignedRegister(n.A!) is { } register:
                Emit(register);
                break;

            case Op.SignExtend:
                SignExtended(n.A!);
                Cut(n.Width, loose);
                break;

            case Op.Select:
                Select(n);
                break;

            default:
                throw new InvalidOperationException($"{n.Op} is no expression");
        }
    }

    /// <summary>Branches where a one-bit expression is 1.</summary>
    public void BranchIf(Node n, Label label)
    {
        if (n.Op == Op.Not)
        {
            BranchUnless(n.A!, label);
            return;
        }

        if (!IsComparison(n.Op))
        {
            Emit(n);
            il.Branch(OpCodes.Brtrue, label);
            return;
        }

        Operands(n);
        il.Branch(
            n.Op switch
            {
                Op.Equal => OpCodes.Beq,
                Op.NotEqual => OpCodes.Bne_Un,
                Op.LessUnsigned => OpCodes.Blt_Un,
                Op.LessSigned => OpCodes.Blt,
                Op.LessOrEqualUnsigned => OpCodes.Ble_Un,
                _ => OpCodes.Ble,
            },
            label);
    }

    /// <summary>Branches where a one-bit expression is 0.</summary>
    public void BranchUnless(Node n, Label label)
    {
        if (n.Op == Op.Not)
        {
            BranchIf(n.A!, label);
            return;
        }

        if (!IsComparison(n.Op))
        {
            Emit(n);
            il.Branch(OpCodes.Brfalse, label);
            return;
        }

        Operands(n);
        il.Branch(
            n.Op switch
            {
                Op.Equal => OpCodes.Bne_Un,
                Op.NotEqual => OpCodes.Beq,
                Op.LessUnsigned => OpCodes.Bge_Un,
                Op.LessSigned => OpCodes.Bge,
                Op.LessOrEqualUnsigned => OpCodes.Bgt_Un,
                _ => OpCodes.Bgt,
            },
            label);
    }

    /// <summary>Turns the bytes of the value on the stack around.</summary>
    public void Reverse(int bytes)
    {
        il.Call(((Func<ulong, ulong>)BinaryPrimitives.ReverseEndianness).Method);
        if (bytes == 8) return;
        il.Const32(64 - (8 * bytes));
        il.Op(OpCodes.Shr_Un);
    }

    private static bool IsComparison(Op op) =>
        op is Op.Equal or Op.NotEqual or Op.LessUnsigned or Op.LessSigned or Op.LessOrEqualUnsigned or Op.LessOrEqualSigned;

    /// <summary>Clears the bits above the width.</summary>
    private void Cut(int width, bool loose)
    {
        if (loose || width == 64) return;
        switch (width)
        {
            case 8:
                il.Op(OpCodes.Conv_U1);
                il.Op(OpCodes.Conv_U8);
                break;
            case 16:
                il.Op(OpCodes.Conv_U2);
                il.Op(OpCodes.Conv_U8);
                break;
            case 32:
                il.Op(OpCodes.Conv_U4);
                il.Op(OpCodes.Conv_U8);
                break;
            default:
                il.Const((long)Fold.Mask(width));
                il.Op(OpCodes.And);
                break;
        }
    }

    /// <summary>A value with its sign in all bits above its width.</summary>
    private void SignExtended(Node a)
    {
        var width = a.Width;
        if (width == 64)
        {
            Emit(a);
            return;
        }

        switch (width)
        {
            case 8 or 16 or 32:
                EmitHalf(a);
                if (width < 32) il.Op(width == 8 ? OpCodes.Conv_I1 : OpCodes.Conv_I2);
                il.Op(OpCodes.Conv_I8);
                break;
            default:
                Emit(a, loose: true);
                il.Const32(64 - width);
                il.Op(OpCodes.Shl);
                il.Const32(64 - width);
                il.Op(OpCodes.Shr);
                break;
        }
    }

    private void Slice(Node n, bool loose)
    {
        var a = n.A!;
        if (a.Width > 64)
        {
            MultiplyHigh(a);
            if (n.Index > 64)
            {
                il.Const32(n.Index - 64);
                il.Op(OpCodes.Shr_Un);
            }

            if (n.Index + n.Width < 128) Cut(n.Width, loose);
            return;
        }

        if (n.Index == 0 && n.Width == 32 && !loose)
        {
            EmitHalf(a);
            il.Op(OpCodes.Conv_U8);
            return;
        }

        if (n.Index == 0)
        {
            Emit(a, loose: true);
            Cut(n.Width, loose);
            return;
        }

        Emit(a);
        il.Const32(n.Index);
        il.Op(OpCodes.Shr_Un);
        if (n.Index + n.Width < a.Width) Cut(n.Width, loose);
    }

    /// <summary>
    /// The upper half of a product: of the unsigned numbers, less the other factor for each factor that is negative.
    /// </summary>
    private void MultiplyHigh(Node product)
    {
        var (a, b) = (il.Local(), il.Local());
        Emit(product.A!.A!);
        il.Set(a);
        Emit(product.B!.A!);
        il.Set(b);
        il.Get(a);
        il.Get(b);
        il.Call(Bmi2.X64.IsSupported ? FastMultiply : BigMultiply);
        if (product.A.Op == Op.SignExtend) SubtractIfNegative(a, b);
        if (product.B.Op == Op.SignExtend) SubtractIfNegative(b, a);
    }

    private void SubtractIfNegative(LocalBuilder sign, LocalBuilder amount)
    {
        il.Get(sign);
        il.Const32(63);
        il.Op(OpCodes.Shr);
        il.Get(amount);
        il.Op(OpCodes.And);
        il.Op(OpCodes.Sub);
    }

    private void Shift(Node n, bool loose)
    {
        var (a, b) = (n.A!, n.B!);
        var op = n.Op switch { Op.ShiftLeft => OpCodes.Shl, Op.ShiftRight => OpCodes.Shr_Un, _ => OpCodes.Shr };
        if (Fold.IsConst(b) && Fold.Value(b) >= (ulong)n.Width)
        {
            if (n.Op != Op.ShiftRightSigned)
            {
                il.Const(0);
                return;
            }

            b = Fold.Const((ulong)n.Width - 1, b.Width);
        }

        if (IsBelow(b, n.Width))
        {
            Shifted(a, n.Op, loose);
            Emit(b);
            il.Op(OpCodes.Conv_I4);
            il.Op(op);
            if (n.Op != Op.ShiftRight) Cut(n.Width, loose);
            return;
        }

        // The amount may be anything: the host's shifts don't say what happens beyond the width.
        var (value, amount) = (il.Local(), il.Local());
        Shifted(a, n.Op, loose: false);
        il.Set(value);
        Emit(b);
        il.Set(amount);
        var (beyond, end) = (il.Label(), il.Label());
        il.Get(amount);
        il.Const(n.Width);
        il.Branch(OpCodes.Bge_Un, beyond);
        il.Get(value);
        il.Get(amount);
        il.Op(OpCodes.Conv_I4);
        il.Op(op);
        if (n.Op != Op.ShiftRight) Cut(n.Width, loose: false);
        il.Branch(OpCodes.Br, end);
        il.Mark(beyond);
        if (n.Op == Op.ShiftRightSigned)
        {
            il.Get(value);
            il.Const32(63);
            il.Op(OpCodes.Shr);
            Cut(n.Width, loose: false);
        }
        else
        {
            il.Const(0);
        }

        il.Mark(end);
    }

    private void Shifted(Node a, Op op, bool loose)
    {
        if (op == Op.ShiftRightSigned) SignExtended(a);
        else Emit(a, loose && op == Op.ShiftLeft);
    }

    /// <summary>Whether a value is known to be below a limit.</summary>
    private static bool IsBelow(Node n, int limit) => n.Op switch
    {
        Op.Const => Fold.Value(n) < (ulong)limit,
        Op.ZeroExtend => IsBelow(n.A!, limit),
        _ => n.Width < 31 && 1L << n.Width <= limit,
    };

    private void Divide(Node n)
    {
        var signed = n.Op is Op.DivideSigned or Op.RemainderSigned;
        var quotient = n.Op is Op.DivideSigned or Op.DivideUnsigned;
        var (a, b) = (il.Local(), il.Local());
        Value(n.A!);
        il.Set(a);
        Value(n.B!);
        il.Set(b);
        if (leaves.QuotientOf(n) is not { } shared)
        {
            Divide(a, b, n.Width, signed, quotient);
            Cut(n.Width, loose: false);
            return;
        }

        if (shared.Place is not { } place)
        {
            Divide(a, b, n.Width, signed, quotient: true);
            il.Set(place = shared.Place = il.Local());
        }

        if (!quotient) il.Get(a);
        il.Get(place);
        if (!quotient)
        {
            il.Get(b);
            il.Op(OpCodes.Mul);
            il.Op(OpCodes.Sub);
        }

        Cut(n.Width, loose: false);

        void Value(Node operand)
        {
            if (signed) SignExtended(operand);
            else Emit(operand);
        }
    }

    /// <summary>Divides numbers that are extended from a width. By zero, all bits are one and all of the number is left.</summary>
    private void Divide(LocalBuilder a, LocalBuilder b, int width, bool signed, bool quotient)
    {
        var (divide, notMinusOne, end) = (il.Label(), il.Label(), il.Label());
        il.Get(b);
        il.Branch(OpCodes.Brtrue, divide);
        if (quotient) il.Const(-1);
        else il.Get(a);
        il.Branch(OpCodes.Br, end);
        il.Mark(divide);
        if (signed && width == 64)
        {
            // min / -1 overflows the host's division; narrower ones don't, being done in 64 bits.
            il.Get(b);
            il.Const(-1);
            il.Branch(OpCodes.Bne_Un, notMinusOne);
            if (quotient)
            {
                il.Get(a);
                il.Op(OpCodes.Neg);
            }
            else
            {
                il.Const(0);
            }

            il.Branch(OpCodes.Br, end);
            il.Mark(notMinusOne);
        }

        il.Get(a);
        il.Get(b);
        il.Op(signed ? quotient ? OpCodes.Div : OpCodes.Rem : quotient ? OpCodes.Div_Un : OpCodes.Rem_Un);
        il.Mark(end);
    }

    private void Operands(Node n)
    {
        if (n.Op is Op.LessSigned or Op.LessOrEqualSigned)
        {
            SignExtended(n.A!);
            SignExtended(n.B!);
            return;
        }

        Emit(n.A!);
        Emit(n.B!);
    }

    private void Compare(Node n)
    {
        Operands(n);
        switch (n.Op)
        {
            case Op.Equal:
                il.Op(OpCodes.Ceq);
                break;
            case Op.NotEqual:
                il.Op(OpCodes.Ceq);
                Flip();
                break;
            case Op.LessUnsigned:
                il.Op(OpCodes.Clt_Un);
                break;
            case Op.LessSigned:
                il.Op(OpCodes.Clt);
                break;
            case Op.LessOrEqualUnsigned:
                il.Op(OpCodes.Cgt_Un);
                Flip();
                break;
            default:
                il.Op(OpCodes.Cgt);
                Flip();
                break;
        }

        il.Op(OpCodes.Conv_U8);
    }

    private void Flip()
    {
        il.Const32(0);
        il.Op(OpCodes.Ceq);
    }

    private void Select(Node n)
    {
        var (otherwise, end) = (il.Label(), il.Label());
        BranchUnless(n.A!, otherwise);
        Emit(n.B!);
        il.Branch(OpCodes.Br, end);
        il.Mark(otherwise);
        Emit(n.C!);
        il.Mark(end);
    }
}
