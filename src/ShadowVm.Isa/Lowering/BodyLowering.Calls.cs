using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Numerics;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <content>Calls: of built-ins, of functions, of spaces.</content>
internal sealed partial class BodyLowering
{
    /// <summary>
    /// A call of a declared or generated function; it is lowered first, so that there can be no recursion.
    /// </summary>
    public Node Call(FunctionDeclaration function, List<Node> arguments, Token at)
    {
        if (IsPure && function.Kind != FunctionKind.Function)
            Note(Effects.Reads, at);
        var body = functions.Lower(function, bag, at);
        CallDepth = Math.Max(CallDepth, body.CallDepth + 1);
        if (CallDepth > Limits.CallDepth)
            throw bag.Fail(at, $"Calls are nested deeper than {Limits.CallDepth} levels");
        Charge(body.Cost, at);
        if ((body.Effects & Effects.Raises) != 0)
            NothingStored(at, "This call may raise");
        _stored |= (body.Effects & Effects.Stores) != 0;
        if ((body.Effects & Effects.Accrues) != 0)
            AccruesOnce(at);
        Note(body.Effects, at);
        return new Node
        {
            Op = Op.Call,
            Index = function.Index,
            Width = function.ResultWidth,
            Items = arguments.ToArray(),
        };
    }

    private Node LowerCall(Expression e, int want)
    {
        var path = e.Parts[0].Path ?? throw bag.Fail(e.First, $"'{e.Parts[0]}' can't be called");
        if (model.Functions.TryGetValue(path, out var function))
            return CallDeclared(e, function);
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var first = dot < 0 ? path : path[..dot];
        if (model.Spaces.TryGetValue(first, out var space))
            return CallSpace(e, space, dot < 0 ? "" : path[(dot + 1)..]);
        if (Array.IndexOf(BuiltIns.Later, first) >= 0)
            throw bag.Fail(e.First, $"'{first}' is not carried out by this version of the language");
        if (e.Parts[0].Kind == ExpressionKind.Name && model.Choices.TryGetValue(first, out var choice)
            && choice.ValueWidth > 0)
            return LowerChoice(choice, Lower(Argument(e, 0, 1), choice.FieldWidth), e);
        return LowerBuiltIn(e, path, first, want);
    }

    private Node CallDeclared(Expression e, FunctionDeclaration function)
    {
        if (e.Parts.Length - 1 != function.Parameters.Length)
        {
            throw bag.Fail(
                e.Token, $"'{function.Name}' takes {function.Parameters.Length} arguments, not {e.Parts.Length - 1}");
        }

        var arguments = new List<Node>();
        for (var i = 0; i < function.Parameters.Length; i++)
            arguments.Add(Lower(e.Parts[i + 1], function.Parameters[i].Width));
        return Call(function, arguments, e.First);
    }

    private Node CallSpace(Expression e, SpaceDeclaration space, string member)
    {
        Note(Effects.Space, e.First);
        var (function, widths) = member switch
        {
            "read" => (space.Reader!, new[] { space.NumberWidth }),
            "modify" => (space.Modifier!, new[] { space.NumberWidth }),
            "write" => (space.Writer!, new[] { space.NumberWidth, space.Width }),
            "check" => (space.Checker!, new[] { space.NumberWidth, 1 }),
            _ => throw bag.Fail(
                e.Parts[0].Token,
                $"A space has no '{member}'",
                Suggestion.For(member, ["read", "modify", "write", "check"])),
        };
        if (function is null)
            throw bag.Fail(e.Token, $"'{space.Name}' can't be used: its declaration is in error");
        if (e.Parts.Length - 1 != widths.Length)
            throw bag.Fail(
                e.Token, $"'{space.Name}.{member}' takes {widths.Length} arguments, not {e.Parts.Length - 1}");
        var arguments = new List<Node>();
        for (var i = 0; i < widths.Length; i++)
            arguments.Add(Lower(e.Parts[i + 1], widths[i]));
        return Call(function, arguments, e.First);
    }

    private Expression Argument(Expression e, int index, int count)
    {
        if (e.Parts.Length - 1 != count)
            throw bag.Fail(e.Token, $"'{e.Parts[0]}' takes {count} arguments, not {e.Parts.Length - 1}");
        return e.Parts[index + 1];
    }

    private Node LowerBuiltIn(Expression e, string path, string first, int want)
    {
        switch (path)
        {
            case "sx" or "zx":
                return Extend(e, path, want);
            case "bits":
                var width = FoldNumber(Argument(e, 2, 3), "The width", 1, 128);
                return new Node
                {
                    Op = Op.SliceAt,
                    Width = width,
                    A = LowerAnyWidth(e.Parts[1]),
                    B = LowerAnyWidth(e.Parts[2]),
                };
            case "rep":
                var count = FoldNumber(Argument(e, 1, 2), "The count", 1, 128);
                return Nodes.SignExtend(Lower(e.Parts[1], 1), count);
            case "mul_wide_s" or "mul_wide_u" or "mul_wide_su":
                return MultiplyWide(e, path);
            case "overflow.add" or "overflow.sub" or "carry.add" or "carry.sub":
                return Carries(e, path);
            case "min" or "max" or "min_s" or "max_s":
                return Extreme(e, path, want);
            case "abs":
                var value = Twice(e, Lower(Argument(e, 0, 1), want));
                return Nodes.Select(Nodes.Slice(value, value.Width - 1, 1), Nodes.Unary(Op.Negate, value), value);
            case "rotl" or "rotr":
                return Rotate(e, path == "rotl", want);
            case "reverse_bytes":
                return Reverse(e, 8, want);
            case "reverse_bits":
                return Reverse(e, 1, want);
            case "popcount" or "clz" or "ctz":
                return Count(e, path, want);
            case "retired" or "time":
                Argument(e, -1, 0);
                Note(Effects.Machine, e.First);
                return new Node { Op = path == "time" ? Op.Time : Op.Retired, Width = 64 };
            case "page":
                return Page(e);
            case "external":
                Argument(e, -1, 0);
                Note(Effects.Machine, e.First);
                return new Node { Op = Op.External, Width = 64 };
        }

        return first switch
        {
            "sx" or "zx" => Extend(e, first, WidthSuffix(e.Parts[0].Token)),
            "load" => Load(e, path),
            "expand_mask" => ExpandMask(e),
            "f32" or "f64" => Float(e, path),
            "walk" when path.StartsWith("walk.load.", StringComparison.Ordinal) => WalkLoad(e, path),
            "store" or "probe" or "walk" => throw bag.Fail(e.First, $"'{path}' gives no value", "use it as a statement"),
            _ => throw UnknownCall(e, path),
        };
    }

    private GiveUpException UnknownCall(Expression e, string path)
    {
        var known = new List<string>(model.Functions.Keys);
        known.AddRange(BuiltIns.Names);
        return bag.Fail(e.First, $"There is no function '{path}'", Suggestion.For(path, known));
    }

    /// <summary>A width behind a dot: a number or a constant.</summary>
    private int WidthSuffix(Token at)
    {
        var kind = at.Kind == TokenKind.Number ? ExpressionKind.Number : ExpressionKind.Name;
        return FoldNumber(new Expression(kind, at), "The width", 1, 128);
    }

    private Node Extend(Expression e, string how, int width)
    {
        var inner = Argument(e, 0, 1);
        if (width == 0)
            throw bag.Fail(e.First, $"Nothing says how wide '{e}' shall be", $"write {how}.WIDTH(...)");
        var value = Lower(
            inner,
            IsElastic(inner) && Fold(inner) is null ? NaturalWidth(inner) : Fold(inner) is { Width: 0 } ? width : 0);
        if (value.Width > width)
            throw bag.Fail(e.First, $"'{inner}' is {value.Width} bits wide, more than {width}", "take a slice");
        return how == "sx" ? Nodes.SignExtend(value, width) : Nodes.ZeroExtend(value, width);
    }

    /// <summary>Two arguments of one width.</summary>
    private (Node A, Node B) Arguments(Expression e, int want) =>
        LowerPair(e, Argument(e, 0, 2), Argument(e, 1, 2), want);

    /// <summary>Refuses what would be read twice from memory.</summary>
    private Node Twice(Expression e, Node value) => Nodes.HasEffects(value)
        ? throw bag.Fail(e.First, $"An argument of '{e.Parts[0]}' has effects", "give it a name with 'let' first")
        : value;

    private Node MultiplyWide(Expression e, string how)
    {
        var (a, b) = Arguments(e, 0);
        if (a.Width > 64)
            throw bag.Fail(e.First, $"'{how}' multiplies at most 64 bits, not {a.Width}");
        var width = a.Width * 2;
        var wideA = how == "mul_wide_u" ? Nodes.ZeroExtend(a, width) : Nodes.SignExtend(a, width);
        var wideB = how == "mul_wide_s" ? Nodes.SignExtend(b, width) : Nodes.ZeroExtend(b, width);
        return Nodes.Binary(Op.Multiply, wideA, wideB);
    }

    private Node Carries(Expression e, string how)
    {
        var (a, b) = Arguments(e, 0);
        Twice(e, a);
        Twice(e, b);
        var op = how.EndsWith("add", StringComparison.Ordinal) ? Op.Add : Op.Subtract;
        var result = Nodes.Binary(op, a, b);
        if (how == "carry.add")
            return Nodes.Compare(Op.LessUnsigned, result, a);
        if (how == "carry.sub")
            return Nodes.Compare(Op.LessUnsigned, a, b);
        // The signs: equal before and changed after for a sum, different before for a difference.
        var against = op == Op.Add ? result : b;
        var signs = Nodes.Binary(
            Op.And,
            Nodes.Binary(Op.Xor, a, op == Op.Add ? against : b),
            Nodes.Binary(Op.Xor, op == Op.Add ? b : a, result));
        return Nodes.Slice(signs, a.Width - 1, 1);
    }

    private Node Extreme(Expression e, string how, int want)
    {
        var (a, b) = Arguments(e, want);
        Twice(e, a);
        Twice(e, b);
        var less = how.EndsWith("_s", StringComparison.Ordinal) ? Op.LessSigned : Op.LessUnsigned;
        var test = how.StartsWith("min", StringComparison.Ordinal) ? Nodes.Compare(less, a, b) : Nodes.Compare(
            less, b, a);
        return Nodes.Select(test, a, b);
    }

    private Node Rotate(Expression e, bool left, int want)
    {
        var value = Twice(e, Lower(Argument(e, 0, 2), want));
        var by = Twice(e, LowerAnyWidth(Argument(e, 1, 2)));
        if (value.Width is 32 or 64)
            return new Node { Op = left ? Op.RotateLeft : Op.RotateRight, Width = value.Width, A = value, B = by };
        var wide = Nodes.ZeroExtend(by, Math.Max(by.Width, 8));
        var turn = Nodes.Binary(Op.RemainderUnsigned, wide, Nodes.Const((UInt128)value.Width, wide.Width));
        var rest = Nodes.Binary(Op.Subtract, Nodes.Const((UInt128)value.Width, wide.Width), turn);
        var (first, second) = left ? (Op.ShiftLeft, Op.ShiftRight) : (Op.ShiftRight, Op.ShiftLeft);
        return Nodes.Binary(
            Op.Or,
            new Node { Op = first, Width = value.Width, A = value, B = turn },
            new Node { Op = second, Width = value.Width, A = value, B = rest });
    }

    private Node Reverse(Expression e, int unit, int want)
    {
        var value = Twice(e, Lower(Argument(e, 0, 1), want));
        if (value.Width % unit != 0)
            throw bag.Fail(e.First, $"'{e}' has {value.Width} bits, no whole number of bytes");
        if (unit == 8 && value.Width <= 64)
            return new Node { Op = Op.ReverseBytes, Width = value.Width, A = value };
        var result = Nodes.Slice(value, 0, unit);
        for (var low = unit; low < value.Width; low += unit)
            result = Nodes.Concat(result, Nodes.Slice(value, low, unit));
        return result;
    }

    /// <summary>Counts bits; of more than 64, those of both halves.</summary>
    private Node Count(Expression e, string how, int want)
    {
        var value = Twice(e, Lower(Argument(e, 0, 1), 0));
        if (want == 0)
            throw bag.Fail(e.First, $"Nothing says how wide '{e}' shall be", "give a width: 'let NAME : WIDTH ='");
        var op = how switch { "clz" => Op.LeadingZeros, "ctz" => Op.TrailingZeros, _ => Op.CountOnes };
        if (value.Width <= 64)
            return Fit(Bits(value), want);
        var (low, high) = (Nodes.Slice(value, 0, 64), Nodes.Slice(value, 64, value.Width - 64));
        // A half that is all zeros counts whole, and the other goes on counting.
        var (first, second) = op == Op.TrailingZeros ? (low, high) : (high, low);
        var sum = Nodes.Binary(Op.Add, Nodes.ZeroExtend(Bits(first), 8), Nodes.ZeroExtend(Bits(second), 8));
        if (op == Op.CountOnes)
            return Fit(sum, want);
        var empty = Nodes.Compare(Op.Equal, first, Nodes.Const(UInt128.Zero, first.Width));
        return Fit(Nodes.Select(empty, sum, Nodes.ZeroExtend(Bits(first), 8)), want);

        Node Bits(Node of) => new() { Op = op, Width = BitCounts.Width, A = of };

        static Node Fit(Node count, int width) =>
            width < count.Width ? Nodes.Slice(count, 0, width) : Nodes.ZeroExtend(count, width);
    }

    private Node Load(Expression e, string path)
    {
        var (width, aligned) = AccessOf(e, path, "load".Length);
        NothingStored(e.First, "A load may fault");
        Note(Effects.Loads | Effects.Raises, e.First);
        var address = Lower(Argument(e, 0, 1), model.AddressBits);
        return new Node { Op = Op.Load, Width = width, Index = aligned ? 1 : 0, A = address };
    }

    /// <summary>Takes <c>.32</c> or <c>.32.aligned</c> apart.</summary>
    private (int Width, bool Aligned) AccessOf(Expression e, string path, int start)
    {
        var parts = path[start..].Split('.');
        if (parts.Length is < 2 or > 3)
            throw bag.Fail(e.First, $"'{path}' says no width", $"write {path[..start]}.32(...)");
        var widthToken = e.Parts[0].Token;
        if (parts.Length == 3)
            widthToken = e.Parts[0].Parts[0].Token;
        var width = WidthSuffix(widthToken);
        if (width is not (8 or 16 or 32 or 64))
            throw bag.Fail(widthToken, $"Memory is accessed by 8, 16, 32 or 64 bits, not {width}");
        var aligned = model.AlignNatural;
        if (parts.Length == 3)
        {
            aligned = parts[2] switch
            {
                "aligned" => true,
                "any" => false,
                "be" or "le" or "amo" or "in" => throw bag.Fail(
                    e.Parts[0].Token, $"'.{parts[2]}' is not carried out by this version of the language"),
                _ => throw bag.Fail(
                    e.Parts[0].Token,
                    $"'{path}' has no form '.{parts[2]}'",
                    Suggestion.For(parts[2], ["aligned", "any"])),
            };
        }

        return (width, aligned);
    }
}
