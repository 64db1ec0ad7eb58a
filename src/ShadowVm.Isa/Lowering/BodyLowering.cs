using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <summary>Turns one body into nodes: names resolved, widths settled, constants folded, effects noted.</summary>
internal sealed partial class BodyLowering(DefinitionModel model, DiagnosticBag bag, FunctionLowering functions)
{
    private readonly List<Local> _locals = [];
    private readonly HashSet<string> _written = [];
    private int _loops;

    // Names below this one, and the operands, are out of sight: a clause stands in its control, not in the body.
    private int _barrier;
    private bool _operandsHidden;

    /// <summary>The encoding whose operands are in sight, or null in a function.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>The function at hand, or null in an instruction.</summary>
    public FunctionDeclaration? Function { get; init; }

    /// <summary>True where only bits of the word may be looked at.</summary>
    public bool DecodeOnly { get; init; }

    public DefinitionModel Model => model;

    public DiagnosticBag Bag => bag;

    public Effects Effects { get; private set; }

    public int Cost { get; private set; }

    public int CallDepth { get; private set; }

    public int LocalCount { get; private set; }

    /// <summary>Where the first thing stands that makes this a kernel body.</summary>
    public Token KernelAt { get; private set; } = Token.None;

    private bool IsPure => DecodeOnly || Function?.Kind == FunctionKind.Function;

    /// <summary>Notes what a body does; a body that may not do it is in error.</summary>
    public void Note(Effects effects, Token at)
    {
        const Effects impure = Effects.Reads | Effects.Writes | Effects.Loads | Effects.Stores | Effects.Raises
            | Effects.Kernel | Effects.Space | Effects.Machine;
        if (IsPure && (effects & impure) != 0)
        {
            var what = DecodeOnly
                ? "Decoding looks at nothing but the word" : "A function looks at nothing but its arguments";
            var hint = DecodeOnly ? "say it in the body with 'require'" : "make it a procedure";
            throw bag.Fail(at, $"{what}, but {at.Shown} depends on the machine's state", hint);
        }

        if ((effects & (Effects.Kernel | Effects.Space)) != 0 && (Effects & (Effects.Kernel | Effects.Space)) == 0)
            KernelAt = at;
        Effects |= effects;
    }

    public void Charge(int cost, Token at)
    {
        Cost = (int)Math.Min((long)Cost + cost, int.MaxValue);
        if (Cost > Limits.Cost)
            throw bag.Fail(at, $"This body may take more than {Limits.Cost} steps, calls and loops included");
    }

    /// <summary>A new local of a width.</summary>
    public int NewLocal() => LocalCount++;

    public Local Declare(Local local)
    {
        _locals.Add(local);
        return local;
    }

    /// <summary>A variable of the body.</summary>
    public Local DeclareVariable(string name, int width, bool assignable, IReadOnlyList<Field>? fields = null)
    {
        var index = NewLocal();
        return Declare(new Local
        {
            Name = name,
            Value = Nodes.Local(index, width),
            Variable = assignable ? index : -1,
            Fields = fields ?? [],
        });
    }

    public int Mark() => _locals.Count;

    public void Release(int mark) => _locals.RemoveRange(mark, _locals.Count - mark);

    /// <summary>Lowers a clause of another declaration: what has names here has none there.</summary>
    private T Isolated<T>(Token at, Func<T> lower)
    {
        var (barrier, hidden) = (_barrier, _operandsHidden);
        (_barrier, _operandsHidden) = (_locals.Count, true);
        functions.Enter(at, bag);
        try
        {
            return lower();
        }
        finally
        {
            functions.Leave();
            (_barrier, _operandsHidden) = (barrier, hidden);
        }
    }

    private Operand? FindOperand(string name) => _operandsHidden ? null : Encoding?.Find(name);

    /// <summary>The row of a choice with fields that this encoding has, by the choice's name.</summary>
    private ChoiceRow? FindChosen(string name) =>
        !_operandsHidden && Encoding?.Chosen is { } chosen && chosen.Choice.Name == name ? chosen.Row : null;

    private Local? FindLocal(string name)
    {
        for (var i = _locals.Count - 1; i >= _barrier; i--)
        {
            if (_locals[i].Name == name)
                return _locals[i];
        }

        return null;
    }

    /// <summary>Value known at load, and its width or 0.</summary>
    public (Int128 Value, int Width)? Fold(Expression e) =>
        ConstantFolder.Fold(e, model, bag, name =>
            FindLocal(name) is { } local ? (true, local.Constant)
            : FindOperand(name) is not null || FindChosen(name) is not null || model.State.ContainsKey(name) ? (true, null)
            : (false, null));

    /// <summary>A whole number known at load, for widths and bit positions.</summary>
    public int FoldNumber(Expression e, string what, int min, int max)
    {
        if (Fold(e) is not { } folded)
            throw bag.Fail(e.First, $"{what} must be known at load, '{e}' is not");
        if (folded.Value < min || folded.Value > max)
        {
            throw bag.Fail(
                e.First, $"{what} is {folded.Value.ToString(null, null)}, outside {min} to {max}");
        }

        return (int)folded.Value;
    }

    public GiveUpException Unknown(Token at, string name)
    {
        if (FindLocal(name) is { Value: null })
            return new GiveUpException();
        var known = new List<string>();
        for (var i = _barrier; i < _locals.Count; i++)
            known.Add(_locals[i].Name);
        if (Encoding is not null && !_operandsHidden)
        {
            foreach (var operand in Encoding.Operands)
                known.Add(operand.Name);
        }

        known.AddRange(model.State.Keys);
        known.AddRange(model.Views.Keys);
        known.AddRange(model.Choices.Keys);
        known.AddRange(model.Spaces.Keys);
        known.AddRange(model.Functions.Keys);
        known.AddRange(model.Constants.Keys);
        known.AddRange(model.EnumValues.Keys);
        known.AddRange(BuiltIns.Names);
        return bag.Fail(at, $"Nothing here is called '{name}'", Suggestion.For(name, known));
    }
}
