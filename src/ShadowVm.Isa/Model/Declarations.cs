using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

/// <summary>Named bits of a register, control register or argument that has their layout.</summary>
/// <param name="Name">Name behind the dot.</param>
/// <param name="Low">Lowest bit.</param>
/// <param name="Width">Bits.</param>
/// <param name="Slot">State slot where the register is split, else -1.</param>
/// <param name="Derived">What it reads as where it is computed, else null.</param>
/// <param name="At">Where it is declared.</param>
internal sealed record Field(string Name, int Low, int Width, int Slot, Expression? Derived, Token At)
{
    public int High => Low + Width - 1;
}

/// <summary>A register, register array or the stored part of a control register.</summary>
internal sealed class StateDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    public required int Width { get; init; }

    /// <summary>Elements; 1 for a single register.</summary>
    public int Count { get; init; } = 1;

    public bool IsArray { get; init; }

    public bool IsSplit { get; init; }

    /// <summary>Further names of elements, which are read and never printed.</summary>
    public List<(string Name, int Index)> OtherNames { get; } = [];

    /// <summary>
    /// Index in the definition's register list; the first field's where split; -1 where nothing is stored.
    /// </summary>
    public int File { get; set; } = -1;

    public int Slot { get; set; } = -1;

    public List<Field> Fields { get; } = [];

    /// <summary>The control register whose stored value this is, or null.</summary>
    public ControlDeclaration? Control { get; set; }
}

/// <summary>Another way to see registers, by index.</summary>
internal sealed class ViewDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    public required (string Name, int Width)[] Parameters { get; init; }

    public required int Width { get; init; }

    public Expression? Read { get; set; }

    public Statement? Write { get; set; }

    public FunctionDeclaration? Reader { get; set; }

    public FunctionDeclaration? Writer { get; set; }
}

/// <summary>A numbered space of control registers, and its rules of access.</summary>
internal sealed class SpaceDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    public required string Parameter { get; init; }

    public required int NumberWidth { get; init; }

    public required int Width { get; init; }

    /// <summary>Conditions to be met, and what happens where one isn't.</summary>
    public List<(Expression Condition, Statement[] Else)> Access { get; } = [];

    /// <summary>What happens at a number that no control has.</summary>
    public Statement[]? Absent { get; set; }

    /// <summary>The controls by number.</summary>
    public Dictionary<int, ControlInstance> Controls { get; } = [];

    public FunctionDeclaration? Reader { get; set; }

    public FunctionDeclaration? Modifier { get; set; }

    public FunctionDeclaration? Writer { get; set; }

    public FunctionDeclaration? Checker { get; set; }
}

/// <summary>A control register as declared: one, or a family counted by an index.</summary>
internal sealed class ControlDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    public required int Width { get; init; }

    public required SpaceDeclaration Space { get; init; }

    /// <summary>Index name of a family, else null.</summary>
    public string? IndexName { get; init; }

    public required StateDeclaration State { get; init; }

    /// <summary>Has no stored value: reads as its read clause says.</summary>
    public bool IsComputed { get; init; }

    public string? ViewOf { get; set; }

    public List<Token> ViewFields { get; } = [];

    public (int High, int Low)? ViewBits { get; set; }

    public List<(Expression Condition, Statement[] Else)> Access { get; } = [];

    public List<(Token Field, Expression[] Set, Expression Else)> FieldLegal { get; } = [];

    public Expression? Legal { get; set; }

    public List<Token>? Writable { get; set; }

    public Expression? Read { get; set; }

    public Expression? Modify { get; set; }

    public Statement[]? Write { get; set; }

    public Statement[]? OnWrite { get; set; }
}

/// <summary>One control register at one number.</summary>
/// <param name="Declaration">The declaration.</param>
/// <param name="Index">Its index in the family, 0 for a single one.</param>
/// <param name="Name">Name with index.</param>
internal sealed record ControlInstance(ControlDeclaration Declaration, int Index, string Name);

internal enum FunctionKind : byte
{
    Function,
    Procedure,
    Hook,

    /// <summary>Made by the loader from a space or a view.</summary>
    Generated,
}

/// <summary>A function of any kind, lowered on first use.</summary>
internal sealed class FunctionDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    public required FunctionKind Kind { get; init; }

    public required (string Name, int Width)[] Parameters { get; init; }

    public required int ResultWidth { get; init; }

    /// <summary>Index in the definition's list of functions.</summary>
    public int Index { get; set; }

    public Function? Ir { get; set; }

    /// <summary>Extent of the body and where it starts; a generated function has none.</summary>
    public Extent Extent { get; init; } = Extent.None;

    public int BodyStart { get; init; }

    /// <summary>Body written behind '=' in the header.</summary>
    public Expression? Value { get; init; }

    /// <summary>Makes the body of a generated function.</summary>
    public Func<Lowering.BodyLowering, Node>? Generate { get; init; }

    public LoweredBody? Lowered { get; set; }

    public bool InProgress { get; set; }

    /// <summary>Where its errors were reported, so that each caller doesn't report them again.</summary>
    public DiagnosticBag? FailedIn { get; set; }
}

/// <summary>What lowering a body gave.</summary>
/// <param name="Body">The statement.</param>
/// <param name="LocalCount">Locals it needs.</param>
/// <param name="Effects">What it may do, callees included.</param>
/// <param name="Cost">Nodes that one run may visit, callees and loops included.</param>
/// <param name="CallDepth">Levels of calls below it.</param>
internal sealed record LoweredBody(Node Body, int LocalCount, Lowering.Effects Effects, int Cost, int CallDepth);

/// <summary>One way an operand is written and what it stands for.</summary>
/// <param name="Bits">The field's bits; 0 where the row has fields of its own.</param>
/// <param name="Text">Its spelling, with holes for its fields.</param>
/// <param name="Value">What it stands for, or null.</param>
/// <param name="IsDefault">Whether brackets around it are left out.</param>
/// <param name="At">Place.</param>
/// <param name="Elements">Its pattern where it has fields of its own, else null.</param>
internal sealed record ChoiceRow(
    uint Bits, string Text, Expression? Value, bool IsDefault, Token At, List<Element>? Elements = null);

/// <summary>A field whose values have names of their own.</summary>
internal sealed class ChoiceDeclaration
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    public required int FieldWidth { get; init; }

    /// <summary>Width of the values, 0 where the rows have none.</summary>
    public required int ValueWidth { get; init; }

    public List<ChoiceRow> Rows { get; } = [];

    /// <summary>
    /// Whether rows have fields: then each row makes an encoding of its own of the instructions that the choice is in.
    /// </summary>
    public bool HasFields => Rows[0].Elements is not null;
}

/// <summary>Another spelling of an instruction's words.</summary>
internal sealed class AliasDeclaration
{
    public required Token At { get; init; }

    public required string Text { get; init; }

    public required string Target { get; init; }

    public required Token TargetAt { get; init; }

    public required List<(Token Field, Expression Value)> Fixed { get; init; }

    public Expression? Where { get; init; }

    public bool Hidden { get; init; }
}
