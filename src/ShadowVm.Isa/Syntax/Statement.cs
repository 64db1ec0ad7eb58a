using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Syntax;

internal enum StatementKind : byte
{
    /// <summary>let or var NAME [: A] = B.</summary>
    Let,
    Var,

    /// <summary>A = B.</summary>
    Assign,

    /// <summary>The expression A, a call.</summary>
    Call,

    /// <summary>if A Body else Other.</summary>
    If,

    /// <summary>match A, with Arms.</summary>
    Match,

    /// <summary>for NAME in A..B Body.</summary>
    For,
    Break,

    /// <summary>return [A].</summary>
    Return,
    Goto,
    Enter,

    /// <summary>nullify [A].</summary>
    Nullify,

    /// <summary>forbid slot.</summary>
    ForbidSlot,

    /// <summary>require A else Body[0].</summary>
    Require,

    /// <summary>raise NAME(Arguments).</summary>
    Raise,
    Wait,

    /// <summary>delayed NAME A dest B.</summary>
    Delayed,

    /// <summary>flush NAME.</summary>
    Flush,
    Order,
}

/// <summary>A statement as written.</summary>
internal sealed class Statement
{
    public required StatementKind Kind { get; init; }

    /// <summary>The first word, for messages.</summary>
    public required Token Token { get; init; }

    public Token Name { get; init; } = Token.None;

    public Expression? A { get; init; }

    public Expression? B { get; init; }

    public Statement[] Body { get; init; } = [];

    public Statement[]? Other { get; init; }

    public Expression[] Arguments { get; init; } = [];

    /// <summary>Arms of a match; a null pattern is else.</summary>
    public (Expression? Pattern, Statement[] Body)[] Arms { get; init; } = [];
}
