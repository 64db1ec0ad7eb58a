using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Numerics.Floating;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <content>
/// Floating point. The plain form of an operation is a call of a function that the loader made of the <c>float</c> block:
/// it accrues the flags. The form <c>.flags</c> has no effects and gives them.
/// </content>
internal sealed partial class BodyLowering
{
    private const string Flags = ".flags";
    private const int ModeWidth = 16;

    // Flags are or'ed into what a register held before the instruction: a second time would lose the first.
    private bool _accrued;

    /// <summary>Calls so far that add to the flags.</summary>
    private int FloatCalls { get; set; }

    private void AccruesOnce(Token at)
    {
        FloatCalls++;
        if (_accrued)
        {
            bag.Error(
                at, "This adds to the floating-point flags when that is already done: the first flags would be lost",
                "use the form '.flags' for both and add them yourself");
        }

        _accrued = true;
    }

    private Node Float(Expression e, string path)
    {
        var name = path.EndsWith(Flags, StringComparison.Ordinal) ? path[..^Flags.Length] : path;
        var code = FloatCode.Find(name);
        if (code < 0)
            throw UnknownFloat(e, name);
        var block = FloatBlock(e.First);
        var operands = FloatCode.OperandsOf(code);
        var count = operands + (FloatCode.Rounds(code) ? 1 : 0);
        var arguments = new List<Node>();
        for (var i = 0; i < count; i++)
            arguments.Add(Lower(Argument(e, i, count), i < operands ? FloatCode.OperandWidth(code) : FloatMode.RoundWidth));
        if (name.Length != path.Length)
            return Operation(code, arguments, block);
        return block.HasEffects && FloatCode.FunctionOf(code) != FloatFunction.Classify
            ? Call(block.Functions[name], arguments, e.First)
            : Nodes.Slice(Operation(code, arguments, block), 0, FloatCode.ResultWidth(code));
    }

    /// <summary>The body of a function that accrues.</summary>
    public Node AccruingFloat(int code)
    {
        var block = FloatBlock(Function!.At);
        var arguments = new List<Node>();
        for (var i = 0; i < Function.Parameters.Length; i++)
            arguments.Add(Nodes.Local(i, Function.Parameters[i].Width));
        var width = FloatCode.ResultWidth(code);
        var both = NewLocal();
        var statements = new List<Node> { Nodes.SetLocal(both, Operation(code, arguments, block)) };
        var result = Nodes.Local(both, width + FloatFlags.Count);
        foreach (var (flag, place) in block.Accrue)
        {
            var bits = flag < 0 ? Nodes.Slice(result, width, FloatFlags.Count) : Nodes.Slice(result, width + flag, 1);
            statements.Add(Isolated(place.First, () => Accrue(place, bits)));
        }

        foreach (var touch in block.Touch)
            statements.Add(Isolated(touch.Token, () => LowerBlock([touch])));
        Note(Effects.Accrues, block.At);
        statements.Add(new Node { Op = Op.Return, A = Nodes.Slice(result, 0, width) });
        return Nodes.Block(statements);
    }

    /// <summary>PLACE = PLACE | flags.</summary>
    private Node Accrue(Expression place, Node flags)
    {
        var root = place;
        while (root.Parts.Length > 0)
            root = root.Parts[0];
        if (model.State.TryGetValue(root.Text, out var state) && state.Control is { OnWrite: not null })
            throw bag.Fail(place.First, $"'{state.Name}' has 'on write', and an operation can't do that");
        var mark = Mark();
        var name = new Token(TokenKind.Name, "(flags)", place.Token.Source, place.Token.Offset, true);
        Declare(new Local { Name = name.Text, Value = flags });
        var sum = new Expression(
            ExpressionKind.Binary, name with { Text = "|", Kind = TokenKind.Symbol }, place,
            new Expression(ExpressionKind.Name, name));
        var assign = LowerAssign(new Statement { Kind = StatementKind.Assign, Token = place.First, A = place, B = sum });
        Release(mark);
        return assign;
    }

    private static Node Operation(int code, List<Node> arguments, FloatDeclaration block)
    {
        var rounding = Nodes.Const(FloatMode.RoundEven, FloatMode.RoundWidth);
        if (FloatCode.Rounds(code))
        {
            rounding = arguments[^1];
            arguments.RemoveAt(arguments.Count - 1);
        }

        var rules = Nodes.Const(block.Rules >> FloatMode.RoundWidth, ModeWidth - FloatMode.RoundWidth);
        return new Node
        {
            Op = Op.Floating,
            Index = code,
            Width = FloatCode.ResultWidth(code) + FloatFlags.Count,
            Items = [.. arguments, Nodes.Concat(rules, rounding)],
        };
    }

    /// <summary><c>rounding.zero</c> and <c>f32.nan</c>.</summary>
    private Node FloatConstant(Expression e, string first)
    {
        if (first == "rounding")
        {
            for (var i = 0; i < FloatMode.RoundNames.Count; i++)
            {
                if (FloatMode.RoundNames[i] == e.Text)
                    return Nodes.Const((UInt128)(uint)i, FloatMode.RoundWidth);
            }

            throw bag.Fail(e.Token, $"'{e.Text}' is no way to round", Suggestion.For(e.Text, FloatMode.RoundNames));
        }

        if (e.Text != "nan")
            throw bag.Fail(e.Token, $"'{e}' is no value", FloatCode.Find(first + "." + e.Text) >= 0 ? $"write {e}(...)" : null);
        return Nodes.Const(FloatCode.DefaultNan(first == "f64", FloatBlock(e.First).Rules), first == "f64" ? 64 : 32);
    }

    private FloatDeclaration FloatBlock(Token at) => model.Float ?? throw bag.Fail(
        at, "No 'float' block says what NaNs and conversions give", "add one to the definition");

    private GiveUpException UnknownFloat(Expression e, string name)
    {
        var known = new List<string>();
        foreach (var code in FloatCode.All)
            known.Add(FloatCode.NameOf(code));
        return bag.Fail(e.First, $"There is no function '{name}'", Suggestion.For(name, known));
    }

    /// <summary>Names of the bits that a call gives, for whoever keeps them in a 'let'.</summary>
    private static List<Field>? FieldsOfFloat(Expression? e)
    {
        if (e?.Kind != ExpressionKind.Call || e.Parts[0].Path is not { } path || path[0] != 'f')
            return null;
        var withFlags = path.EndsWith(Flags, StringComparison.Ordinal);
        var code = FloatCode.Find(withFlags ? path[..^Flags.Length] : path);
        if (code < 0)
            return null;
        var fields = new List<Field>();
        if (FloatCode.FunctionOf(code) is FloatFunction.CompareQuiet or FloatFunction.CompareSignaling)
        {
            Add("less", 0, 1);
            Add("equal", 1, 1);
            Add("greater", 2, 1);
            Add("unordered", 3, 1);
        }

        if (withFlags)
        {
            var width = FloatCode.ResultWidth(code);
            Add("value", 0, width);
            Add("flags", width, FloatFlags.Count);
            for (var i = 0; i < FloatFlags.Count; i++)
                Add(FloatFlags.Names[i], width + i, 1);
        }

        return fields;

        void Add(string name, int low, int width) => fields.Add(new Field(name, low, width, -1, null, e.First));
    }
}
