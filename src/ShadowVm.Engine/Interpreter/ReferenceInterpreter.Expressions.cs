using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics;
using ShadowVm.Isa.Numerics.Floating;
using static ShadowVm.Engine.Interpreter.Bits;

namespace ShadowVm.Engine.Interpreter;

public sealed partial class ReferenceInterpreter
{
    /// <summary>Value of an expression of at most 64 bits.</summary>
    private ulong Evaluate(Node n)
    {
        switch (n.Op)
        {
            case Op.Const: return (ulong)n.Value;
            case Op.Operand: return (ulong)_instruction!.Operands[n.Index] & Mask(n.Width);
            case Op.Pc: return _pc & Mask(n.Width);
            case Op.Next: return (_instruction is null ? _pc : _pc + (ulong)_instruction.Length) & Mask(n.Width);
            case Op.Word: return (_instruction?.Word ?? 0) & Mask(n.Width);
            case Op.Local: return _frame.Low(n.Index);
            case Op.Register: return _cpu[n.Index];
            case Op.RegisterAt: return ReadRegister(n.Index, Evaluate(n.A!));
            case Op.Retired: return _cpu.Retired & Mask(n.Width);
            case Op.Time: return _clock.At(_cpu.Retired) & Mask(n.Width);
            case Op.External: return _bus.Lines & Mask(n.Width);
            case Op.Not: return ~Evaluate(n.A!) & Mask(n.Width);
            case Op.Negate: return (0 - Evaluate(n.A!)) & Mask(n.Width);
            case Op.Add: return (Evaluate(n.A!) + Evaluate(n.B!)) & Mask(n.Width);
            case Op.Subtract: return (Evaluate(n.A!) - Evaluate(n.B!)) & Mask(n.Width);
            case Op.Multiply: return (Evaluate(n.A!) * Evaluate(n.B!)) & Mask(n.Width);
            case Op.And: return Evaluate(n.A!) & Evaluate(n.B!);
            case Op.Or: return Evaluate(n.A!) | Evaluate(n.B!);
            case Op.Xor: return Evaluate(n.A!) ^ Evaluate(n.B!);
            case Op.LeadingZeros:
            case Op.TrailingZeros:
            case Op.CountOnes:
            case Op.ReverseBytes: return BitCounts.Of(n.Op, Evaluate(n.A!), n.A!.Width);
            case Op.RotateLeft:
            case Op.RotateRight: return BitCounts.Turn(n.Op, Evaluate(n.A!), EvaluateWide(n.B!), n.Width);
            case Op.ShiftLeft:
            case Op.ShiftRight:
            case Op.ShiftRightSigned: return Shift(n);
            case Op.DivideUnsigned:
            case Op.DivideSigned:
            case Op.RemainderUnsigned:
            case Op.RemainderSigned: return Divide(n);
            case Op.Equal:
            case Op.NotEqual:
            case Op.LessUnsigned:
            case Op.LessSigned:
            case Op.LessOrEqualUnsigned:
            case Op.LessOrEqualSigned: return Compare(n) ? 1UL : 0;
            case Op.Concat: return (Evaluate(n.A!) << n.B!.Width) | Evaluate(n.B!);
            case Op.Slice:
                return n.A!.Width > 64
                    ? (ulong)(EvaluateWide(n.A) >> n.Index) & Mask(n.Width)
                    : (Evaluate(n.A) >> n.Index) & Mask(n.Width);
            case Op.SliceAt: return (ulong)ShiftRight(EvaluateWide(n.A!), Amount(n.B!)) & Mask(n.Width);
            case Op.ZeroExtend: return Evaluate(n.A!);
            case Op.SignExtend: return (ulong)Signed(Evaluate(n.A!), n.A!.Width) & Mask(n.Width);
            case Op.Select: return Evaluate(Evaluate(n.A!) != 0 ? n.B! : n.C!);
            case Op.Load: return Load(n);
            case Op.WalkLoad: return WalkLoad(n);
            case Op.Call: return (ulong)Call(n);
            case Op.Floating: return (ulong)Floating(n);
            default: throw new InvalidOperationException($"{n.Op} is no expression");
        }
    }

    /// <summary>Value of an expression of any width.</summary>
    private UInt128 EvaluateWide(Node n)
    {
        if (n.Width <= 64) return Evaluate(n);
        var mask = WideMask(n.Width);
        switch (n.Op)
        {
            case Op.Const: return n.Value;
            case Op.Operand: return (UInt128)(Int128)_instruction!.Operands[n.Index] & mask;
            case Op.Local: return _frame[n.Index];
            case Op.Not: return ~EvaluateWide(n.A!) & mask;
            case Op.Negate: return (0 - EvaluateWide(n.A!)) & mask;
            case Op.Add: return (EvaluateWide(n.A!) + EvaluateWide(n.B!)) & mask;
            case Op.Subtract: return (EvaluateWide(n.A!) - EvaluateWide(n.B!)) & mask;
            case Op.Multiply: return (EvaluateWide(n.A!) * EvaluateWide(n.B!)) & mask;
            case Op.And: return EvaluateWide(n.A!) & EvaluateWide(n.B!);
            case Op.Or: return EvaluateWide(n.A!) | EvaluateWide(n.B!);
            case Op.Xor: return EvaluateWide(n.A!) ^ EvaluateWide(n.B!);
            case Op.ShiftLeft:
                {
                    var amount = Amount(n.B!);
                    var value = EvaluateWide(n.A!);
                    return amount >= n.Width ? 0 : (value << amount) & mask;
                }

            case Op.ShiftRight: return ShiftRight(EvaluateWide(n.A!), Amount(n.B!));
            case Op.ShiftRightSigned:
                return (UInt128)(Signed(EvaluateWide(n.A!), n.Width) >> Math.Min(Amount(n.B!), 127)) & mask;
            case Op.DivideUnsigned:
                {
                    var (a, b) = (EvaluateWide(n.A!), EvaluateWide(n.B!));
                    return b == 0 ? mask : a / b;
                }

            case Op.RemainderUnsigned:
                {
                    var (a, b) = (EvaluateWide(n.A!), EvaluateWide(n.B!));
                    return b == 0 ? a : a % b;
                }

            case Op.DivideSigned: return DivideSigned(EvaluateWide(n.A!), EvaluateWide(n.B!), n.Width);
            case Op.RemainderSigned: return RemainderSigned(EvaluateWide(n.A!), EvaluateWide(n.B!), n.Width);
            case Op.Concat: return (EvaluateWide(n.A!) << n.B!.Width) | EvaluateWide(n.B!);
            case Op.Slice: return (EvaluateWide(n.A!) >> n.Index) & mask;
            case Op.SliceAt: return ShiftRight(EvaluateWide(n.A!), Amount(n.B!)) & mask;
            case Op.ZeroExtend: return EvaluateWide(n.A!);
            case Op.SignExtend: return (UInt128)Signed(EvaluateWide(n.A!), n.A!.Width) & mask;
            case Op.Select: return EvaluateWide(Evaluate(n.A!) != 0 ? n.B! : n.C!);
            case Op.Call: return Call(n);
            case Op.Floating: return Floating(n);
            default: throw new InvalidOperationException($"{n.Op} has no value of {n.Width} bits");
        }
    }

    private ulong ReadRegister(int file, ulong index)
    {
        var registers = _files[file];
        return index < (ulong)registers.Count && (int)index != registers.Zero
            ? _cpu[registers.FirstSlot + (int)index]
            : 0;
    }

    /// <summary>A shift amount of any width, cut to what still makes a difference.</summary>
    private int Amount(Node n)
    {
        var amount = EvaluateWide(n);
        return amount > 128 ? 128 : (int)amount;
    }

    private static UInt128 ShiftRight(UInt128 value, int amount) => amount >= 128 ? 0 : value >> amount;

    private ulong Shift(Node n)
    {
        var value = Evaluate(n.A!);
        var amount = Amount(n.B!);
        if (n.Op == Op.ShiftRightSigned)
        {
            return (ulong)(Signed(value, n.Width) >> Math.Min(amount, 63)) & Mask(n.Width);
        }

        if (amount >= n.Width) return 0;
        return n.Op == Op.ShiftLeft ? (value << amount) & Mask(n.Width) : value >> amount;
    }

    private ulong Divide(Node n)
    {
        var a = Evaluate(n.A!);
        var b = Evaluate(n.B!);
        return n.Op switch
        {
            Op.DivideUnsigned => b == 0 ? Mask(n.Width) : a / b,
            Op.RemainderUnsigned => b == 0 ? a : a % b,
            Op.DivideSigned => DivideSigned(a, b, n.Width),
            _ => RemainderSigned(a, b, n.Width),
        };
    }

    private bool Compare(Node n)
    {
        var width = n.A!.Width;
        if (width > 64) return CompareWide(n);
        var a = Evaluate(n.A);
        var b = Evaluate(n.B!);
        return n.Op switch
        {
            Op.Equal => a == b,
            Op.NotEqual => a != b,
            Op.LessUnsigned => a < b,
            Op.LessOrEqualUnsigned => a <= b,
            Op.LessSigned => Signed(a, width) < Signed(b, width),
            _ => Signed(a, width) <= Signed(b, width),
        };
    }

    private bool CompareWide(Node n)
    {
        var width = n.A!.Width;
        var a = EvaluateWide(n.A);
        var b = EvaluateWide(n.B!);
        return n.Op switch
        {
            Op.Equal => a == b,
            Op.NotEqual => a != b,
            Op.LessUnsigned => a < b,
            Op.LessOrEqualUnsigned => a <= b,
            Op.LessSigned => Signed(a, width) < Signed(b, width),
            _ => Signed(a, width) <= Signed(b, width),
        };
    }

    private UInt128 Floating(Node n)
    {
        var items = n.Items;
        var a = Evaluate(items[0]);
        var b = items.Length > 2 ? Evaluate(items[1]) : 0;
        var c = items.Length > 3 ? Evaluate(items[2]) : 0;
        var result = FloatUnit.Compute(n.Index, a, b, c, Evaluate(items[^1]));
        return ((UInt128)result.Flags << (n.Width - FloatFlags.Count)) | result.Value;
    }

    private UInt128 Call(Node n)
    {
        var items = n.Items;
        // Arguments are evaluated before any is passed: an argument may be a call itself and use the same stack.
        Span<UInt128> arguments = stackalloc UInt128[8];
        if (items.Length > arguments.Length) throw new InvalidOperationException("a call has more than 8 arguments");
        for (var i = 0; i < items.Length; i++) arguments[i] = EvaluateWide(items[i]);
        if (_status != Status.Running) return 0;
        for (var i = 0; i < items.Length; i++) _frame.PassArgument(i, arguments[i]);
        return Invoke(_isa.Functions[n.Index]);
    }
}
