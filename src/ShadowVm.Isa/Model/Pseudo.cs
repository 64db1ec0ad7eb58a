using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

internal enum PseudoKind : byte
{
    /// <summary>A name for a value.</summary>
    Let,

    /// <summary>An instruction.</summary>
    Emit,

    /// <summary>One way or the other.</summary>
    If,

    /// <summary>What operands must meet.</summary>
    Require,
}

/// <summary>A statement of a pseudo instruction's body.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="At">Its first word; for <c>let</c> the name.</param>
/// <param name="Value">The value or condition.</param>
internal sealed record PseudoStatement(PseudoKind Kind, Token At, Expression? Value)
{
    /// <summary>Taken where the condition holds.</summary>
    public PseudoStatement[] Then { get; init; } = [];

    /// <summary>Taken where it doesn't, or isn't known yet.</summary>
    public PseudoStatement[] Else { get; init; } = [];

    /// <summary>Text to be assembled, or the sentence of an error.</summary>
    public PseudoText[] Text { get; init; } = [];
}

/// <summary>A piece of a quoted text: as it stands, or a value.</summary>
/// <param name="Literal">The text, empty where there is a value.</param>
/// <param name="File">Register file of the value; empty where it is a number.</param>
/// <param name="Value">The value, or null.</param>
internal sealed record PseudoText(string Literal, string File, Expression? Value);

/// <summary>Assembly text that stands for other instructions.</summary>
internal sealed class PseudoDeclaration
{
    public required Token At { get; init; }

    public required string Text { get; init; }

    public required PseudoStatement[] Body { get; init; }
}
