using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <summary>
/// Lowers functions and instruction bodies of one definition, each once; sees to it that none calls itself.
/// </summary>
internal sealed class FunctionLowering(DefinitionModel model)
{
    /// <summary>Held while something is lowered.</summary>
    public object Gate => model.Gate;

    private int _inlined;
    private int _active;

    /// <summary>Counts clauses that are put in place of a name, so that none can contain itself.</summary>
    public void Enter(Token at, DiagnosticBag bag)
    {
        if (++_inlined <= Limits.CallDepth)
            return;
        _inlined--;
        throw bag.Fail(at, $"{at.Shown} is defined by itself, or through more than {Limits.CallDepth} others");
    }

    public void Leave() => _inlined--;

    public LoweredBody Lower(FunctionDeclaration function, DiagnosticBag bag, Token at)
    {
        if (function.Lowered is { } done)
            return done;
        if (function.InProgress)
            throw bag.Fail(
                at, $"'{function.Name}' calls itself", "recursion isn't allowed: use 'for' with constant bounds");
        if (function.FailedIn == bag)
            throw new GiveUpException();
        if (_active >= Limits.CallDepth)
            throw bag.Fail(at, $"Calls are nested deeper than {Limits.CallDepth} levels");
        _active++;
        function.InProgress = true;
        var inlined = _inlined;
        _inlined = 0;
        try
        {
            var errors = bag.Errors;
            var result = LowerNew(function, bag);
            // A body in error isn't kept: whoever asks again, with a bag of his own, is told again.
            if (bag.Errors == errors)
                function.Lowered = result;
            else
                function.FailedIn = bag;
            return result;
        }
        catch (GiveUpException)
        {
            function.FailedIn = bag;
            throw;
        }
        finally
        {
            _active--;
            _inlined = inlined;
            function.InProgress = false;
        }
    }

    public LoweredBody Lower(Encoding encoding, DiagnosticBag bag)
    {
        if (encoding.Lowered is { } done)
            return done;
        _inlined = 0;
        _active = 0;
        var errors = bag.Errors;
        var lowering = new BodyLowering(model, bag, this) { Encoding = encoding };
        var statements = Parse(encoding.Extent, encoding.BodyStart, encoding.Row, bag, true);
        var body = lowering.LowerBlock(statements);
        if (model.HasDelaySlots && (lowering.Effects & Effects.Goes) != 0)
            body = Nodes.Block([new Node { Op = Op.OpenSlot }, body]);
        var result = new LoweredBody(body, lowering.LocalCount, lowering.Effects, lowering.Cost, lowering.CallDepth);
        ClassRules.Check(encoding, result, lowering.KernelAt, model, bag);
        if (bag.Errors == errors)
            encoding.Lowered = result;
        return result;
    }

    /// <summary>A condition over the bits of the word alone.</summary>
    public Node LowerCondition(Encoding encoding, Expression condition, DiagnosticBag bag) =>
        new BodyLowering(model, bag, this) { Encoding = encoding, DecodeOnly = true }.Lower(condition, 1);

    /// <summary>A value over the fields of a short form, signed where it is made of signed ones.</summary>
    public Node LowerShort(Encoding encoding, Expression value, DiagnosticBag bag) =>
        new BodyLowering(model, bag, this) { Encoding = encoding, DecodeOnly = true }.LowerNumber(value);

    /// <summary>A width in a header: a number, a constant or an enum.</summary>
    public static int WidthOf(Expression e, DefinitionModel model, DiagnosticBag bag)
    {
        if (e.Kind == ExpressionKind.Name && model.Enums.TryGetValue(e.Text, out var width))
            return width;
        if (ConstantFolder.Fold(e, model, bag) is not { } folded)
        {
            var known = new List<string>(model.Constants.Keys);
            known.AddRange(model.Enums.Keys);
            throw bag.Fail(e.First, $"'{e}' is no width", Suggestion.For(e.ToString(), known));
        }

        if (folded.Value < 1 || folded.Value > 128)
            throw bag.Fail(e.First, $"The width {folded.Value.ToString(null, null)} is outside 1 to 128");
        return (int)folded.Value;
    }

    /// <summary>
    /// The statements of a body. Lines that belong to the header (such as a refined class) stand first and are left
    /// out.
    /// </summary>
    public static Statement[] Parse(Extent extent, int bodyStart, Row? row, DiagnosticBag bag, bool isInstruction)
    {
        try
        {
            var tokens = Lexer.All(extent.Source, bodyStart, extent.End, bag, row, true);
            var parser = new StatementParser(tokens, bag);
            parser.SkipNewLines();
            while (isInstruction && (parser.Current.IsWord("class") || parser.Current.IsWord("ref"))
                && !parser.Following.Is("="))
                parser.SkipLine();
            return parser.ParseBody();
        }
        catch (GiveUpException)
        {
            return [];
        }
    }

    private LoweredBody LowerNew(FunctionDeclaration function, DiagnosticBag bag)
    {
        var lowering = new BodyLowering(model, bag, this) { Function = function };
        foreach (var (name, width) in function.Parameters)
            lowering.DeclareVariable(name, width, false);
        Node body;
        if (function.Generate is not null)
        {
            body = function.Generate(lowering);
        }
        else if (function.Value is not null)
        {
            body = new Node { Op = Op.Return, A = lowering.Lower(function.Value, function.ResultWidth) };
        }
        else
        {
            var before = bag.Errors;
            body = lowering.LowerBlock(Parse(function.Extent, function.BodyStart, null, bag, false));
            if (function.ResultWidth > 0 && bag.Errors == before && !Leaves(body))
            {
                throw bag.Fail(
                    function.At, $"'{function.Name}' can end without a result", "put a 'return' or 'raise' at its end");
            }
        }

        ClassRules.CheckHook(function, lowering.Effects, bag);
        if ((lowering.Effects & Effects.Delays) != 0 && (function.Kind == FunctionKind.Hook || function == model.Delayed?.Deliverer))
            throw bag.Fail(function.At, $"'{function.Name}' delays a trap, which only an instruction can");
        return new LoweredBody(body, lowering.LocalCount, lowering.Effects, lowering.Cost, lowering.CallDepth);
    }

    /// <summary>Whether control never comes out at the end.</summary>
    private static bool Leaves(Node node) => node.Op switch
    {
        Op.Return or Op.Raise => true,
        Op.If => node.C is not null && Leaves(node.B!) && Leaves(node.C),
        Op.Block => node.Items.Length > 0 && Leaves(node.Items[^1]),
        _ => false,
    };
}
