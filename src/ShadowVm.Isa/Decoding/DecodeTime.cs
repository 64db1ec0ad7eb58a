using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Numerics;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Isa.Decoding;

/// <summary>
/// Evaluates what depends on the instruction word, its address and arguments alone: conditions of encodings, values
/// in assembly text, the length hook. Lowering has made sure that nothing else is in there.
/// </summary>
internal ref struct DecodeTime(IReadOnlyList<Function> functions, long[] operands, uint word, ulong pc, int bits)
{
    private UInt128 _result;
    private bool _left;

    /// <summary>Runs a pure function.</summary>
    public static UInt128 Run(IReadOnlyList<Function> functions, Function function, UInt128 argument)
    {
        var evaluation = new DecodeTime(functions, [], 0, 0, 0);
        var locals = new UInt128[function.LocalCount];
        locals[0] = argument;
        return evaluation.RunBody(function, locals);
    }

    /// <summary>Runs a pure function of any number of arguments.</summary>
    public static UInt128 Run(IReadOnlyList<Function> functions, Function function, UInt128[] arguments)
    {
        var evaluation = new DecodeTime(functions, [], 0, 0, 0);
        var locals = new UInt128[function.LocalCount];
        arguments.CopyTo(locals, 0);
        return evaluation.RunBody(function, locals);
    }

    public UInt128 Value(Node node, UInt128[] locals) => Raw(node, locals) & Nodes.MaskOf(node.Width);

    private UInt128 RunBody(Function function, UInt128[] locals)
    {
        _left = false;
        Execute(function.Body, locals);
        _left = false;
        return _result;
    }

    private UInt128 Raw(Node n, UInt128[] l)
    {
        switch (n.Op)
        {
            case Op.Const:
                return n.Value;
            case Op.Operand:
                return (UInt128)(Int128)operands[n.Index];
            case Op.Pc:
                return pc;
            case Op.Next:
                return pc + (ulong)(bits / 8);
            case Op.Word:
                return word;
            case Op.Local:
                return l[n.Index];
            case Op.Not:
                return ~Value(n.A!, l);
            case Op.Negate:
                return UInt128.Zero - Value(n.A!, l);
            case Op.LeadingZeros or Op.TrailingZeros or Op.CountOnes or Op.ReverseBytes:
                return BitCounts.Of(n.Op, (ulong)Value(n.A!, l), n.A!.Width);
            case Op.RotateLeft or Op.RotateRight:
                return BitCounts.Turn(n.Op, (ulong)Value(n.A!, l), Value(n.B!, l), n.Width);
            case Op.Select:
                return Value(Value(n.A!, l) != UInt128.Zero ? n.B! : n.C!, l);
            case Op.Slice:
                return Value(n.A!, l) >> n.Index;
            case Op.SliceAt:
                return Shifted(Value(n.A!, l), Value(n.B!, l), false);
            case Op.ZeroExtend:
                return Value(n.A!, l);
            case Op.SignExtend:
                return (UInt128)Signed(n.A!, l);
            case Op.Concat:
                return Value(n.A!, l) << n.B!.Width | Value(n.B, l);
            case Op.Call:
                return CallFunction(n, l);
            case Op.Floating:
                return Float(n, l);
            default:
                return Operator(n, l);
        }
    }

    private UInt128 Float(Node n, UInt128[] l)
    {
        var mode = (ulong)Value(n.Items[^1], l);
        var a = (ulong)Value(n.Items[0], l);
        var b = n.Items.Length > 2 ? (ulong)Value(n.Items[1], l) : 0;
        var c = n.Items.Length > 3 ? (ulong)Value(n.Items[2], l) : 0;
        var result = FloatUnit.Compute(n.Index, a, b, c, mode);
        return (UInt128)result.Flags << (n.Width - FloatFlags.Count) | result.Value;
    }

    private UInt128 CallFunction(Node n, UInt128[] l)
    {
        var function = functions[n.Index];
        var locals = new UInt128[function.LocalCount];
        for (var i = 0; i < n.Items.Length; i++)
            locals[i] = Value(n.Items[i], l);
        return RunBody(function, locals);
    }

    private UInt128 Operator(Node n, UInt128[] l)
    {
        var a = Value(n.A!, l);
        var b = Value(n.B!, l);
        var width = n.A!.Width;
        return n.Op switch
        {
            Op.Add => a + b,
            Op.Subtract => a - b,
            Op.Multiply => a * b,
            Op.And => a & b,
            Op.Or => a | b,
            Op.Xor => a ^ b,
            Op.ShiftLeft => Shifted(a, b, true),
            Op.ShiftRight => Shifted(a, b, false),
            Op.ShiftRightSigned => (UInt128)(Signed(n.A, l) >> (int)UInt128.Min(b, (UInt128)127)),
            Op.Equal => a == b ? 1u : 0u,
            Op.NotEqual => a != b ? 1u : 0u,
            Op.LessUnsigned => a < b ? 1u : 0u,
            Op.LessOrEqualUnsigned => a <= b ? 1u : 0u,
            Op.LessSigned => Signed(n.A, l) < Signed(n.B!, l) ? 1u : 0u,
            Op.LessOrEqualSigned => Signed(n.A, l) <= Signed(n.B!, l) ? 1u : 0u,
            Op.DivideUnsigned => b == UInt128.Zero ? UInt128.MaxValue : a / b,
            Op.RemainderUnsigned => b == UInt128.Zero ? a : a % b,
            Op.DivideSigned => b == UInt128.Zero ? UInt128.MaxValue : DivideSigned(n, l, width),
            Op.RemainderSigned => b == UInt128.Zero ? a : RemainderSigned(n, l),
            _ => throw new InvalidOperationException($"{n.Op} depends on the machine's state and can't stand here."),
        };
    }

    private UInt128 DivideSigned(Node n, UInt128[] l, int width)
    {
        var a = Signed(n.A!, l);
        var b = Signed(n.B!, l);
        return b == Int128.NegativeOne ? UInt128.Zero - Value(n.A!, l) : (UInt128)(a / b) & Nodes.MaskOf(width);
    }

    private UInt128 RemainderSigned(Node n, UInt128[] l)
    {
        var b = Signed(n.B!, l);
        return b == Int128.NegativeOne ? UInt128.Zero : (UInt128)(Signed(n.A!, l) % b);
    }

    private static UInt128 Shifted(UInt128 value, UInt128 by, bool left)
    {
        if (by >= (UInt128)128)
            return UInt128.Zero;
        return left ? value << (int)by : value >> (int)by;
    }

    private Int128 Signed(Node node, UInt128[] locals)
    {
        var up = 128 - node.Width;
        return (Int128)(Value(node, locals) << up) >> up;
    }

    private void Execute(Node n, UInt128[] l)
    {
        switch (n.Op)
        {
            case Op.Block:
                foreach (var item in n.Items)
                {
                    Execute(item, l);
                    if (_left)
                        return;
                }

                break;
            case Op.SetLocal:
                l[n.Index] = Value(n.A!, l);
                break;
            case Op.If:
                if (Value(n.A!, l) != UInt128.Zero)
                    Execute(n.B!, l);
                else if (n.C is not null)
                    Execute(n.C, l);
                break;
            case Op.Return:
                _result = n.A is null ? UInt128.Zero : Value(n.A, l);
                _left = true;
                break;
            case Op.For:
                Repeat(n, l);
                break;
            case Op.Break:
                _left = _broken = true;
                break;
            case Op.Order:
                break;
            default:
                throw new InvalidOperationException($"{n.Op} depends on the machine's state and can't stand here.");
        }
    }

    private bool _broken;

    private void Repeat(Node n, UInt128[] l)
    {
        var (from, to) = ((int)n.A!.Value, (int)n.B!.Value);
        var step = from <= to ? 1 : -1;
        for (var i = from; i != to + step; i += step)
        {
            l[n.Index] = (UInt128)i;
            Execute(n.C!, l);
            if (!_left)
                continue;
            if (_broken)
                _left = _broken = false;
            break;
        }
    }
}
