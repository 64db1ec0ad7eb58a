namespace ShadowVm.Isa.Text;

internal enum TokenKind : byte
{
    Name,
    Number,
    String,
    Symbol,
    NewLine,
    End,
}

/// <summary>
/// A word of the text. Tokens of a table cell keep the cell's place, so that errors point into the row.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">As written; a string without its quotes.</param>
/// <param name="Source">File of origin.</param>
/// <param name="Offset">Place in that file.</param>
/// <param name="Spaced">True where white space or the line's start stands before it.</param>
internal sealed record Token(TokenKind Kind, string Text, SourceText Source, int Offset, bool Spaced)
{
    /// <summary>Stands where there is none.</summary>
    public static Token None { get; } = new(TokenKind.End, "", new SourceText("", ""), 0, true);

    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsWord(string word) => Kind == TokenKind.Name && Text == word;

    public bool EndsLine => Kind is TokenKind.NewLine or TokenKind.End;

    /// <summary>How an error calls it.</summary>
    public string Shown => Kind switch
    {
        TokenKind.NewLine => "the end of the line",
        TokenKind.End => "the end of the declaration",
        TokenKind.String => $"\"{Text}\"",
        _ => $"'{Text}'",
    };
}
