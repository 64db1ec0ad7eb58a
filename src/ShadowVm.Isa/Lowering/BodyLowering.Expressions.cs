using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;

namespace ShadowVm.Isa.Lowering;

internal sealed partial class BodyLowering
{
    /// <summary>
    /// Lowers a value. <paramref name="want"/> is the width it must have, or 0 where it decides itself.
    /// </summary>
    public Node Lower(Expression e, int want)
    {
        Charge(1, e.Token);
        if (Fold(e) is { } constant)
            return LowerConstant(e, constant.Value, constant.Width, want);
        var node = e.Kind switch
        {
            ExpressionKind.Name => LowerName(e, want),
            ExpressionKind.Unary => LowerUnary(e, want),
            ExpressionKind.Binary => LowerBinary(e, want),
            ExpressionKind.Conditional => LowerConditional(e, want),
            ExpressionKind.Index => LowerIndex(e),
            ExpressionKind.Slice => LowerSlice(e),
            ExpressionKind.Member => LowerMember(e),
            ExpressionKind.Call => LowerCall(e, want),
            ExpressionKind.In => LowerIn(e),
            _ => throw bag.Fail(e.Token, $"'{e}' is no value"),
        };
        return Fit(e, node, want);
    }

    /// <summary>Lowers a value of any width; numbers take the fewest bits.</summary>
    public Node LowerAnyWidth(Expression e)
    {
        if (Fold(e) is not { } constant || constant.Width > 0)
            return Lower(e, IsElastic(e) && Fold(e) is null ? NaturalWidth(e) : 0);
        var width = Math.Max(1, BitsOf(constant.Value));
        return ConstantFolder.At(constant.Value, width, e, bag);
    }

    /// <summary>Lowers a value as a number of 64 bits, where it takes any width; else it has its own.</summary>
    public Node LowerNumber(Expression e) => Lower(e, IsElastic(e) ? 64 : 0);

    /// <summary>Whether it takes the width that is wanted.</summary>
    private bool IsElastic(Expression e)
    {
        if (Fold(e) is { } constant)
            return constant.Width == 0;
        return e.Kind switch
        {
            ExpressionKind.Name => e.Text is "word" or "none" && FindLocal(e.Text) is null
                || ElasticOperand(e) is not null,
            ExpressionKind.Unary => e.Text != "!" && IsElastic(e.Parts[0]),
            ExpressionKind.Binary => e.Text is "<<" or ">>" or ">>s"
                ? IsElastic(e.Parts[0])
                : e.Text is "+" or "-" or "*" or "/" or "%" or "/s" or "%s" or "&" or "|" or "^"
                && IsElastic(e.Parts[0]) && IsElastic(e.Parts[1]),
            ExpressionKind.Conditional => IsElastic(e.Parts[1]) && IsElastic(e.Parts[2]),
            ExpressionKind.Call => e.Parts[0].Path is "sx" or "zx",
            _ => false,
        };
    }

    private Operand? ElasticOperand(Expression e) =>
        e.Kind == ExpressionKind.Name && FindLocal(e.Text) is null
        && FindOperand(e.Text) is { Choice: null, Sign: not Sign.Plain } operand
            ? operand
            : null;

    /// <summary>Bits that the operands of an elastic value have by themselves.</summary>
    private int NaturalWidth(Expression e)
    {
        if (Fold(e) is { } constant)
            return BitsOf(constant.Value);
        if (e.Kind == ExpressionKind.Name)
            return e.Text == "none" ? 64 : ElasticOperand(e)?.Width ?? 32;
        if (e.Kind == ExpressionKind.Call)
            return 0;
        var first = e.Kind == ExpressionKind.Conditional ? 1 : 0;
        var width = 0;
        for (var i = first; i < e.Parts.Length; i++)
        {
            if (e.Kind == ExpressionKind.Binary && i == 1 && e.Text is "<<" or ">>" or ">>s")
                break;
            width = Math.Max(width, NaturalWidth(e.Parts[i]));
        }

        return width;
    }

    private static int BitsOf(Int128 value)
    {
        var bits = value < 0 ? 1 : 0;
        for (var rest = value < 0 ? ~value : value; rest != 0; rest >>= 1)
            bits++;
        return bits;
    }

    private Node LowerConstant(Expression e, Int128 value, int width, int want)
    {
        if (width == 0 && want == 0)
        {
            throw bag.Fail(
                e.First,
                $"Nothing says how many bits '{e}' has",
                "give a width: 'let NAME : WIDTH =', or zx.WIDTH(...)");
        }

        return width == 0 ? ConstantFolder.At(value, want, e, bag) : Fit(e, Nodes.Const((UInt128)value, width), want);
    }

    private Node Fit(Expression e, Node node, int want)
    {
        if (want == 0 || node.Width == want)
            return node;
        var hint = node.Width > want
            ? $"take a slice such as [{want - 1}:0]"
            : want == 1 ? "compare it with something" : "extend it with zx(...) or sx(...)";
        throw bag.Fail(
            e.First, $"'{e}' is {Bits(node.Width)} wide where {Bits(want)} {(want == 1 ? "is" : "are")} wanted", hint);
    }

    private static string Bits(int width) => width == 0 ? "no bits" : width == 1 ? "1 bit" : $"{width} bits";

    private Node LowerName(Expression e, int want)
    {
        var name = e.Text;
        if (FindLocal(name) is { } local)
            return local.Value ?? throw new GiveUpException();
        if (FindOperand(name) is { } operand)
            return LowerOperand(e, operand, want);
        if (FindChosen(name) is { } row)
            return LowerChosen(e, row);
        if (name == "pc")
            return new Node { Op = Op.Pc, Width = model.AddressBits };
        if (model.State.TryGetValue(name, out var state))
            return ReadState(e, state, null);
        switch (name)
        {
            case "next":
                return new Node { Op = Op.Next, Width = model.AddressBits };
            case "word":
                return Elastic(new Node { Op = Op.Word, Width = 32 }, want, e);
            case "none":
                return Nodes.Const(UInt128.MaxValue, want == 0 ? 64 : want);
            default:
                if (Array.IndexOf(BuiltIns.Later, name) >= 0)
                    throw bag.Fail(e.Token, $"'{name}' is not carried out by this version of the language");
                if (model.Functions.ContainsKey(name))
                    throw bag.Fail(e.Token, $"'{name}' is a function", $"write {name}(...)");
                throw Unknown(e.Token, name);
        }
    }

    private Node Elastic(Node node, int want, Expression e)
    {
        if (want == 0 || want == node.Width)
            return node;
        return want > node.Width ? Nodes.ZeroExtend(node, want) : Fit(e, node, want);
    }

    private Node LowerOperand(Expression e, Operand operand, int want)
    {
        if (operand.Choice is { ValueWidth: > 0 } choice)
        {
            var field = new Node { Op = Op.Operand, Index = IndexOf(operand), Width = operand.Width };
            return LowerChoice(choice, field, e);
        }

        var index = IndexOf(operand);
        if (operand.Sign == Sign.Plain || want == 0 || want == operand.Width)
            return new Node { Op = Op.Operand, Index = index, Width = operand.Width };
        if (want < operand.Width)
            return Fit(e, new Node { Op = Op.Operand, Index = index, Width = operand.Width }, want);
        // Operands are kept at 64 bits, extended by their sign: cutting is all that is needed up to there.
        var node = new Node { Op = Op.Operand, Index = index, Width = Math.Min(want, 64) };
        if (want <= 64)
            return node;
        return operand.Sign == Sign.Signed ? Nodes.SignExtend(node, want) : Nodes.ZeroExtend(node, want);
    }

    /// <summary>The value of a choice: of the row whose bits the field has.</summary>
    private Node LowerChoice(ChoiceDeclaration choice, Node field, Expression e)
    {
        Node? result = null;
        for (var i = choice.Rows.Count - 1; i >= 0; i--)
        {
            var row = choice.Rows[i];
            if (row.Value is null)
                throw bag.Fail(e.Token, $"The row \"{row.Text}\" of '{choice.Name}' has no value");
            var value = Isolated(row.At, () => Lower(row.Value, choice.ValueWidth));
            var bits = Nodes.Const(row.Bits, choice.FieldWidth);
            result = result is null ? value : Nodes.Select(Nodes.Compare(Op.Equal, field, bits), value, result);
        }

        return result ?? throw new GiveUpException();
    }

    /// <summary>What a row with fields stands for: it sees its fields, but not the names of the body.</summary>
    private Node LowerChosen(Expression e, ChoiceRow row)
    {
        var choice = Encoding!.Chosen!.Value.Choice;
        if (row.Value is null || choice.ValueWidth == 0)
            throw bag.Fail(e.Token, $"The row \"{row.Text}\" of '{choice.Name}' has no value");
        var barrier = _barrier;
        _barrier = _locals.Count;
        try
        {
            return Lower(row.Value, choice.ValueWidth);
        }
        finally
        {
            _barrier = barrier;
        }
    }

    private int IndexOf(Operand operand) => Array.IndexOf(Encoding!.Operands, operand);

    private Node LowerUnary(Expression e, int want)
    {
        if (e.Text == "!")
            return Nodes.Not(Lower(e.Parts[0], 1));
        var inner = Lower(e.Parts[0], want == 0 && IsElastic(e.Parts[0]) ? NaturalWidth(e.Parts[0]) : want);
        return e.Text == "~" ? Nodes.Not(inner) : Nodes.Unary(Op.Negate, inner);
    }

    private Node LowerConditional(Expression e, int want)
    {
        if (Fold(e.Parts[0]) is { } known)
            return Lower(e.Parts[known.Value != 0 ? 1 : 2], want);
        var test = Lower(e.Parts[0], 1);
        var before = FloatCalls;
        var (yes, no) = LowerPair(e, e.Parts[1], e.Parts[2], want);
        if (FloatCalls > before)
            throw bag.Fail(e.Token, $"One side of '{e}' may add to the floating-point flags", "use 'if'");
        return Nodes.Select(test, yes, no);
    }

    /// <summary>Two values of one width; one that takes any width takes the other's.</summary>
    private (Node A, Node B) LowerPair(Expression e, Expression a, Expression b, int want)
    {
        if (want > 0)
            return (Lower(a, want), Lower(b, want));
        var elasticA = IsElastic(a);
        var elasticB = IsElastic(b);
        if (elasticA && elasticB)
        {
            var width = Math.Max(NaturalWidth(a), NaturalWidth(b));
            if (width == 0)
                throw bag.Fail(
                    e.First, $"Nothing says how many bits '{e}' has", "write sx.WIDTH(...) or zx.WIDTH(...)");
            return (Lower(a, width), Lower(b, width));
        }

        if (elasticA)
        {
            var right = Lower(b, 0);
            return (Lower(a, right.Width), right);
        }

        var left = Lower(a, 0);
        if (elasticB)
            return (left, Lower(b, left.Width));
        var other = Lower(b, 0);
        if (left.Width != other.Width)
        {
            throw bag.Fail(
                e.Token,
                $"'{a}' is {Bits(left.Width)} wide, '{b}' is {Bits(other.Width)}",
                "both sides must be equal: extend one with zx(...) or sx(...), or take a slice");
        }

        return (left, other);
    }

    private Node LowerIn(Expression e)
    {
        var value = LowerAnyWidth(e.Parts[0]);
        Node? result = null;
        for (var i = 1; i < e.Parts.Length; i++)
        {
            var test = Nodes.Compare(Op.Equal, value, Lower(e.Parts[i], value.Width));
            result = result is null ? test : Nodes.Or(result, test);
        }

        return result ?? Nodes.Const(0, 1);
    }

    private Node LowerSlice(Expression e)
    {
        var high = FoldNumber(e.Parts[1], "The upper bit", 0, 127);
        var low = FoldNumber(e.Parts[2], "The lower bit", 0, 127);
        if (high < low)
            throw bag.Fail(e.Token, $"The slice [{high}:{low}] has its lower bit first", $"write [{low}:{high}]");
        if (Fold(e.Parts[0]) is { Width: 0 } constant)
            return Nodes.Const((UInt128)(constant.Value >> low), high - low + 1);
        var value = Lower(e.Parts[0], 0);
        if (high >= value.Width)
            throw bag.Fail(e.Token, $"'{e.Parts[0]}' has bits {value.Width - 1} to 0, not {high}");
        return Nodes.Slice(value, low, high - low + 1);
    }

    private Node LowerIndex(Expression e)
    {
        var target = e.Parts[0];
        if (target.Kind == ExpressionKind.Name && FindLocal(target.Text) is null && FindOperand(target.Text) is null)
        {
            if (model.State.TryGetValue(target.Text, out var state) && state.IsArray)
                return ReadState(target, state, OneIndex(e));
            if (model.Views.TryGetValue(target.Text, out var view))
                return ReadView(e, view);
        }

        var value = Lower(target, 0);
        var index = OneIndex(e);
        if (Fold(index) is { } known)
        {
            if (known.Value < 0 || known.Value >= value.Width)
                throw bag.Fail(index.First, $"'{target}' has bits {value.Width - 1} to 0, not {index}");
            return Nodes.Slice(value, (int)known.Value, 1);
        }

        return new Node { Op = Op.SliceAt, Width = 1, A = value, B = LowerAnyWidth(index) };
    }

    private Expression OneIndex(Expression e) => e.Parts.Length == 2
        ? e.Parts[1]
        : throw bag.Fail(e.Parts[2].First, $"'{e.Parts[0]}' takes one index");
}
