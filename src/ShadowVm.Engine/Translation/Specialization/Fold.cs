using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics;

namespace ShadowVm.Engine.Translation.Specialization;

/// <summary>
/// Makes expression nodes of at most 64 bits, computing at once what is constant. The laws are those of
/// <see cref="Op"/>; whatever isn't recognised stays as it is.
/// </summary>
internal static class Fold
{
    public static ulong Mask(int width) => ulong.MaxValue >> (64 - width);

    public static Node Const(ulong value, int width) =>
        new() { Op = Op.Const, Width = width, Value = value & Mask(width) };

    public static bool IsConst(Node n) => n.Op == Op.Const;

    public static ulong Value(Node n) => (ulong)n.Value;

    private static bool Is(Node n, ulong value) => n.Op == Op.Const && (ulong)n.Value == value;

    public static Node Unary(Op op, Node a)
    {
        if (op is Op.LeadingZeros or Op.TrailingZeros or Op.CountOnes or Op.ReverseBytes)
        {
            var width = op == Op.ReverseBytes ? a.Width : BitCounts.Width;
            return IsConst(a)
                ? Const(BitCounts.Of(op, Value(a), a.Width), width)
                : new Node { Op = op, Width = width, A = a };
        }

        if (IsConst(a)) return Const(op == Op.Not ? ~Value(a) : 0 - Value(a), a.Width);
        if (op == Op.Not && a.Op == Op.Not) return a.A!;
        if (op == Op.Not && a.Width == 1 && Inverse(a) is { } inverse) return inverse;
        return new Node { Op = op, Width = a.Width, A = a };
    }

    public static Node Binary(Op op, Node a, Node b)
    {
        if (IsConst(a) && IsConst(b) && Compute(op, Value(a), Value(b), a.Width) is { } value)
        {
            return Const(value, a.Width);
        }

        if (IsConst(a) && op is Op.Add or Op.And or Op.Or or Op.Xor or Op.Multiply) (a, b) = (b, a);
        if (IsConst(b))
        {
            var ones = Mask(a.Width);
            switch (op)
            {
                case Op.Add or Op.Subtract or Op.Or or Op.Xor when Is(b, 0): return a;
                case Op.ShiftLeft or Op.ShiftRight or Op.ShiftRightSigned or Op.RotateLeft or Op.RotateRight when Is(b, 0): return a;
                case Op.And or Op.Multiply when Is(b, 0): return Const(0, a.Width);
                case Op.And when Is(b, ones): return a;
                case Op.Or when Is(b, ones): return b;
                case Op.Multiply when Is(b, 1): return a;
                case Op.Add when a.Op == Op.Add && IsConst(a.B!):
                    return Binary(Op.Add, a.A!, Const(Value(a.B!) + Value(b), a.Width));
                case Op.And when a.Op == Op.And && IsConst(a.B!):
                    return Binary(Op.And, a.A!, Const(Value(a.B!) & Value(b), a.Width));
            }
        }

        if (Is(a, 0) && op is Op.ShiftLeft or Op.ShiftRight or Op.ShiftRightSigned) return a;
        if (Is(a, 0) && op == Op.Subtract) return Unary(Op.Negate, b);
        return new Node { Op = op, Width = a.Width, A = a, B = b };
    }

    public static Node Compare(Op op, Node a, Node b)
    {
        if (IsConst(a) && IsConst(b)) return Const(Holds(op, Value(a), Value(b), a.Width) ? 1UL : 0, 1);
        if (a.Width == 1 && IsConst(b) && op is Op.Equal or Op.NotEqual && a.Width == 1)
        {
            return Is(b, 1) == (op == Op.Equal) ? a : Unary(Op.Not, a);
        }

        return new Node { Op = op, Width = 1, A = a, B = b };
    }

    public static Node Slice(Node a, int low, int width)
    {
        if (low == 0 && width == a.Width) return a;
        switch (a.Op)
        {
            case Op.Const: return Const(Value(a) >> low, width);
            case Op.Slice: return Slice(a.A!, a.Index + low, width);
            case Op.ZeroExtend when low + width <= a.A!.Width: return Slice(a.A, low, width);
            case Op.ZeroExtend when low >= a.A!.Width: return Const(0, width);
            case Op.SignExtend when low + width <= a.A!.Width: return Slice(a.A, low, width);
            case Op.Concat when low >= a.B!.Width: return Slice(a.A!, low - a.B.Width, width);
            case Op.Concat when low + width <= a.B!.Width: return Slice(a.B, low, width);
            // The low bits of a sum are the sum of the low bits.
            case Op.Add or Op.Subtract or Op.And or Op.Or or Op.Xor when low == 0 && IsConst(a.B!):
                return Binary(a.Op, Slice(a.A!, 0, width), Slice(a.B!, 0, width));
            default: return new Node { Op = Op.Slice, Width = width, Index = low, A = a };
        }
    }

    public static Node ZeroExtend(Node a, int width)
    {
        if (width == a.Width) return a;
        if (IsConst(a)) return Const(Value(a), width);
        return a.Op == Op.ZeroExtend ? ZeroExtend(a.A!, width) : new Node { Op = Op.ZeroExtend, Width = width, A = a };
    }

    public static Node SignExtend(Node a, int width)
    {
        if (width == a.Width) return a;
        if (IsConst(a)) return Const((ulong)Signed(Value(a), a.Width), width);
        return a.Op switch
        {
            Op.SignExtend => SignExtend(a.A!, width),
            Op.ZeroExtend => ZeroExtend(a.A!, width), // its top bit is 0
            _ => new Node { Op = Op.SignExtend, Width = width, A = a },
        };
    }

    public static Node Concat(Node high, Node low)
    {
        var width = high.Width + low.Width;
        if (IsConst(high) && IsConst(low)) return Const((Value(high) << low.Width) | Value(low), width);
        if (Is(high, 0)) return ZeroExtend(low, width);
        return new Node { Op = Op.Concat, Width = width, A = high, B = low };
    }

    public static Node Select(Node test, Node yes, Node no)
    {
        if (IsConst(test)) return Value(test) != 0 ? yes : no;
        return new Node { Op = Op.Select, Width = yes.Width, A = test, B = yes, C = no };
    }

    /// <summary>
    /// Whether evaluating it again costs nothing and gives the same: it may stand for a local in several places. A
    /// local that is set more than once is marked by the value 1, and is none.
    /// </summary>
    public static bool IsLeaf(Node n) =>
        (n.Op == Op.Local && n.Value == 0) || n.Op is Op.Const or Op.Register or Op.Operand or Op.Pc or Op.Next
        || (n.Op is Op.ZeroExtend or Op.SignExtend && n.A!.Op == Op.Operand);

    public static long Signed(ulong value, int width) => (long)(value << (64 - width)) >> (64 - width);

    /// <summary>The comparison that holds where this one doesn't.</summary>
    private static Node? Inverse(Node n)
    {
        if (n.Op == Op.Equal) return new Node { Op = Op.NotEqual, Width = 1, A = n.A, B = n.B };
        if (n.Op == Op.NotEqual) return new Node { Op = Op.Equal, Width = 1, A = n.A, B = n.B };
        Op? swapped = n.Op switch
        {
            Op.LessUnsigned => Op.LessOrEqualUnsigned,
            Op.LessSigned => Op.LessOrEqualSigned,
            Op.LessOrEqualUnsigned => Op.LessUnsigned,
            Op.LessOrEqualSigned => Op.LessSigned,
            _ => null,
        };
        return swapped is { } op ? new Node { Op = op, Width = 1, A = n.B, B = n.A } : null;
    }

    private static ulong? Compute(Op op, ulong a, ulong b, int width) => op switch
    {
        Op.Add => a + b,
        Op.Subtract => a - b,
        Op.Multiply => a * b,
        Op.And => a & b,
        Op.Or => a | b,
        Op.Xor => a ^ b,
        Op.ShiftLeft => b >= (ulong)width ? 0 : a << (int)b,
        Op.ShiftRight => b >= (ulong)width ? 0 : a >> (int)b,
        Op.RotateLeft or Op.RotateRight => BitCounts.Turn(op, a, b, width),
        Op.ShiftRightSigned => (ulong)(Signed(a, width) >> (int)Math.Min(b, 63)),
        _ => null,
    };

    private static bool Holds(Op op, ulong a, ulong b, int width) => op switch
    {
        Op.Equal => a == b,
        Op.NotEqual => a != b,
        Op.LessUnsigned => a < b,
        Op.LessOrEqualUnsigned => a <= b,
        Op.LessSigned => Signed(a, width) < Signed(b, width),
        _ => Signed(a, width) <= Signed(b, width),
    };
}
