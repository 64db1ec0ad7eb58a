using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa.Lowering;

/// <summary>Makes nodes, folding what is constant anyway.</summary>
internal static class Nodes
{
    public static readonly Node Nothing = new() { Op = Op.Block };

    public static UInt128 MaskOf(int width) =>
        width >= 128 ? UInt128.MaxValue : (UInt128.One << width) - UInt128.One;

    public static Node Const(UInt128 value, int width) =>
        new() { Op = Op.Const, Width = width, Value = value & MaskOf(width) };

    public static Node Local(int index, int width) => new() { Op = Op.Local, Index = index, Width = width };

    public static Node SetLocal(int index, Node value) => new() { Op = Op.SetLocal, Index = index, A = value };

    public static Node Unary(Op op, Node a) => new() { Op = op, Width = a.Width, A = a };

    public static Node Binary(Op op, Node a, Node b) => new() { Op = op, Width = a.Width, A = a, B = b };

    public static Node Compare(Op op, Node a, Node b) => new() { Op = op, Width = 1, A = a, B = b };

    public static Node Not(Node a) => a.Op == Op.Const ? Const(~a.Value, a.Width) : Unary(Op.Not, a);

    public static Node And(Node a, Node b)
    {
        if (a.Op == Op.Const && a.Width == 1)
            return a.Value == UInt128.One ? b : a;
        if (b.Op == Op.Const && b.Width == 1)
            return b.Value == UInt128.One ? a : b;
        return Binary(Op.And, a, b);
    }

    public static Node Or(Node a, Node b)
    {
        if (a.Op == Op.Const && a.Value == UInt128.Zero)
            return b;
        if (b.Op == Op.Const && b.Value == UInt128.Zero)
            return a;
        return Binary(Op.Or, a, b);
    }

    public static Node Select(Node test, Node yes, Node no)
    {
        if (test.Op == Op.Const)
            return test.Value == UInt128.One ? yes : no;
        return new Node { Op = Op.Select, Width = yes.Width, A = test, B = yes, C = no };
    }

    public static Node If(Node test, Node yes, Node? no)
    {
        if (test.Op == Op.Const)
            return test.Value == UInt128.One ? yes : no ?? Nothing;
        return new Node { Op = Op.If, A = test, B = yes, C = no };
    }

    public static Node Block(List<Node> statements)
    {
        if (statements.Count == 1)
            return statements[0];
        return statements.Count == 0 ? Nothing : new Node { Op = Op.Block, Items = statements.ToArray() };
    }

    public static Node Slice(Node a, int low, int width)
    {
        if (low == 0 && width == a.Width)
            return a;
        if (a.Op == Op.Const)
            return Const(a.Value >> low, width);
        if (a.Op == Op.Slice)
            return new Node { Op = Op.Slice, Width = width, Index = a.Index + low, A = a.A };
        return new Node { Op = Op.Slice, Width = width, Index = low, A = a };
    }

    public static Node Concat(Node high, Node low)
    {
        var width = high.Width + low.Width;
        if (high.Op == Op.Const && low.Op == Op.Const)
            return Const(high.Value << low.Width | low.Value, width);
        return new Node { Op = Op.Concat, Width = width, A = high, B = low };
    }

    public static Node ZeroExtend(Node a, int width)
    {
        if (a.Width == width)
            return a;
        return a.Op == Op.Const
            ? Const(a.Value, width)
            : new Node { Op = Op.ZeroExtend, Width = width, A = a };
    }

    public static Node SignExtend(Node a, int width)
    {
        if (a.Width == width)
            return a;
        if (a.Op == Op.Const)
        {
            var negative = (a.Value >> (a.Width - 1) & UInt128.One) != UInt128.Zero;
            return Const(negative ? a.Value | ~MaskOf(a.Width) : a.Value, width);
        }

        return new Node { Op = Op.SignExtend, Width = width, A = a };
    }

    /// <summary>Bits [low, low+width) of a value replaced.</summary>
    public static Node Replace(Node whole, int low, Node part)
    {
        var result = part;
        if (low > 0)
            result = Concat(result, Slice(whole, 0, low));
        var above = whole.Width - low - part.Width;
        return above > 0 ? Concat(Slice(whole, low + part.Width, above), result) : result;
    }

    /// <summary>Whether evaluating it twice, or not at all, could be noticed.</summary>
    public static bool HasEffects(Node node)
    {
        if (node.Op is Op.Load or Op.WalkLoad or Op.Call)
            return true;
        if (node.A is not null && HasEffects(node.A) || node.B is not null && HasEffects(node.B)
            || node.C is not null && HasEffects(node.C))
            return true;
        foreach (var item in node.Items)
        {
            if (HasEffects(item))
                return true;
        }

        return false;
    }
}
