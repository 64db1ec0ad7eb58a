namespace ShadowVm.Isa.Assembly;

internal enum AsmKind : byte
{
    Name,
    Number,
    String,
    Symbol,

    /// <summary>A register that a pseudo instruction hands on.</summary>
    Register,

    /// <summary>A value that a pseudo instruction hands on.</summary>
    Value,

    /// <summary>The end of a statement.</summary>
    End,
}

/// <summary>A word of assembly text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As written.</param>
/// <param name="Offset">Place in the source text.</param>
internal sealed record AsmToken(AsmKind Kind, string Text, int Offset)
{
    /// <summary>Value of a number, or of what is handed on.</summary>
    public Quantity Value { get; init; }

    /// <summary>Bytes of a string.</summary>
    public byte[] Bytes { get; init; } = [];

    public bool Is(string symbol) => Kind == AsmKind.Symbol && Text == symbol;

    /// <summary>How an error calls it.</summary>
    public string Shown => Kind == AsmKind.End ? "the end of the line" : $"'{Text}'";
}

/// <summary>A statement can't be assembled: one sentence with its place.</summary>
internal sealed class AsmException(AsmToken at, string message, string? hint = null) : Exception(message)
{
    public AsmToken At { get; } = at;

    public string? Hint { get; } = hint;

    /// <summary>True where the words don't fit the syntax, so that showing it helps.</summary>
    public bool IsSyntax { get; private init; }

    public static AsmException Expected(string what, AsmToken at) =>
        new(at, $"Expected {what}, not {at.Shown}") { IsSyntax = true };

    public static AsmException LeftOver(AsmToken at) => new(at, $"{at.Shown} is left over") { IsSyntax = true };
}
