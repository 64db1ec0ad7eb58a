using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Syntax;

namespace ShadowVm.Isa.Lowering;

/// <content>Operators between two values.</content>
internal sealed partial class BodyLowering
{
    private Node LowerBinary(Expression e, int want)
    {
        switch (e.Text)
        {
            case "&&" or "||":
                return Logical(e);
            case "@":
                return LowerConcat(e);
            case "<<" or ">>" or ">>s":
                return Shift(e, want);
            case "==" or "!=" or "<" or ">" or "<=" or ">=" or "<s" or ">s" or "<=s" or ">=s":
                return Compare(e);
        }

        var (a, b) = LowerPair(e, e.Parts[0], e.Parts[1], want);
        var op = e.Text switch
        {
            "+" => Op.Add,
            "-" => Op.Subtract,
            "*" => Op.Multiply,
            "/" => Op.DivideUnsigned,
            "/s" => Op.DivideSigned,
            "%" => Op.RemainderUnsigned,
            "%s" => Op.RemainderSigned,
            "&" => Op.And,
            "|" => Op.Or,
            "^" => Op.Xor,
            _ => throw bag.Fail(e.Token, $"'{e.Text}' is no operator"),
        };
        return Nodes.Binary(op, a, b);
    }

    private Node Logical(Expression e)
    {
        var a = Lower(e.Parts[0], 1);
        // What stands behind a settled condition may ask for what this variant doesn't have.
        if (a.Op == Op.Const && (a.Value == UInt128.One) == (e.Text == "||"))
            return a;
        var b = Lower(e.Parts[1], 1);
        if (Nodes.HasEffects(b))
        {
            return e.Text == "&&"
                ? Nodes.Select(a, b, Nodes.Const(0, 1))
                : Nodes.Select(a, Nodes.Const(1, 1), b);
        }

        return e.Text == "&&" ? Nodes.And(a, b) : OrBits(a, b);
    }

    private static Node OrBits(Node a, Node b) =>
        b.Op == Op.Const && b.Value == UInt128.One ? b : Nodes.Or(a, b);

    private Node LowerConcat(Expression e)
    {
        var high = ConcatPart(e.Parts[0]);
        var low = ConcatPart(e.Parts[1]);
        if (high.Width + low.Width > 128)
            throw bag.Fail(e.Token, $"'{e}' has {high.Width + low.Width} bits, more than 128");
        return Nodes.Concat(high, low);
    }

    /// <summary>A number beside '@' has the width that it is written with.</summary>
    private Node ConcatPart(Expression e)
    {
        if (e.Kind != ExpressionKind.Number)
            return Lower(e, IsElastic(e) && Fold(e) is null ? NaturalWidth(e) : 0);
        var digits = e.Text.Replace("_", "", StringComparison.Ordinal).Length - 2;
        if (e.Text.StartsWith("0b", StringComparison.Ordinal))
            return ConstantFolder.At(Fold(e)!.Value.Value, Math.Max(1, digits), e, bag);
        if (e.Text.StartsWith("0x", StringComparison.Ordinal))
            return ConstantFolder.At(Fold(e)!.Value.Value, Math.Max(1, digits) * 4, e, bag);
        throw bag.Fail(e.Token, $"The number {e.Text} has no width beside '@'", "write it as 0b... or 0x...");
    }

    private Node Shift(Expression e, int want)
    {
        var width = want == 0 && IsElastic(e.Parts[0]) ? NaturalWidth(e.Parts[0]) : want;
        var value = Lower(e.Parts[0], width);
        var by = LowerAnyWidth(e.Parts[1]);
        var op = e.Text switch { "<<" => Op.ShiftLeft, ">>" => Op.ShiftRight, _ => Op.ShiftRightSigned };
        return new Node { Op = op, Width = value.Width, A = value, B = by };
    }

    private Node Compare(Expression e)
    {
        var (a, b) = LowerPair(e, e.Parts[0], e.Parts[1], 0);
        return e.Text switch
        {
            "==" => Nodes.Compare(Op.Equal, a, b),
            "!=" => Nodes.Compare(Op.NotEqual, a, b),
            "<" => Nodes.Compare(Op.LessUnsigned, a, b),
            ">" => Nodes.Compare(Op.LessUnsigned, b, a),
            "<=" => Nodes.Compare(Op.LessOrEqualUnsigned, a, b),
            ">=" => Nodes.Compare(Op.LessOrEqualUnsigned, b, a),
            "<s" => Nodes.Compare(Op.LessSigned, a, b),
            ">s" => Nodes.Compare(Op.LessSigned, b, a),
            "<=s" => Nodes.Compare(Op.LessOrEqualSigned, a, b),
            _ => Nodes.Compare(Op.LessOrEqualSigned, b, a),
        };
    }
}
