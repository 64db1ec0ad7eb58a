namespace ShadowVm.Isa.Text;

/// <summary>
/// Cuts a stretch of text into tokens. Line ends are tokens, except inside parentheses and brackets; <c>$column</c>
/// is replaced by the row's cell.
/// </summary>
internal sealed class Lexer(SourceText source, DiagnosticBag bag, Row? row, bool isBody)
{
    private static readonly string[] Symbols =
    [
        "<=s", ">=s", ">>s", "==", "!=", "<=", ">=", "<<", ">>", "&&", "||", "..", "->", "=>", "<s", ">s", "/s", "%s",
    ];

    private const string Single = "+-*/%<>=!~&|^@?:.,;()[]{}";

    /// <summary>What the second character of a long symbol may be.</summary>
    private const string Second = "=<>&|.s";

    /// <summary>Texts of symbols of one character, so that they aren't copied again and again.</summary>
    private static readonly string[] SingleTexts = Array.ConvertAll(Single.ToCharArray(), c => c.ToString());

    private readonly List<Token> _tokens = [];
    private int _depth;

    /// <summary>All tokens of a stretch, closed by <see cref="TokenKind.End"/>.</summary>
    public static Token[] All(SourceText source, int start, int end, DiagnosticBag bag, Row? row, bool isBody)
    {
        var lexer = new Lexer(source, bag, row, isBody);
        lexer.Run(start, end, false);
        lexer.Put(TokenKind.End, "", source, end, true);
        return lexer._tokens.ToArray();
    }

    /// <summary>The header: tokens of the first line and of lines that its open brackets join to it.</summary>
    public static Token[] Header(SourceText source, int start, int end, DiagnosticBag bag, Row? row, out int bodyStart)
    {
        var lexer = new Lexer(source, bag, row, false);
        bodyStart = lexer.Run(start, end, true);
        lexer.Put(TokenKind.End, "", source, Math.Min(bodyStart, end), true);
        return lexer._tokens.ToArray();
    }

    private int Run(int position, int end, bool oneLine)
    {
        var text = source.Text;
        var spaced = true;
        while (position < end)
        {
            var c = text[position];
            if (c is ' ' or '\r')
            {
                position++;
                spaced = true;
            }
            else if (c == '#')
            {
                position = Math.Min(source.LineEnd(position), end);
            }
            else if (c == '\n')
            {
                position++;
                if (_depth > 0)
                    continue;
                if (oneLine)
                    return position;
                if (_tokens.Count > 0 && _tokens[^1].Kind != TokenKind.NewLine)
                    Put(TokenKind.NewLine, "", source, position - 1, true);
                spaced = true;
            }
            else
            {
                position = One(position, end, spaced);
                spaced = false;
            }
        }

        return position;
    }

    private int One(int position, int end, bool spaced)
    {
        var text = source.Text;
        var c = text[position];
        if (c == '$')
            return Substitute(position, end, spaced);
        if (c == '"')
            return Quoted(position, end, spaced);
        var stop = position + 1;
        if (IsWordPart(c))
        {
            while (stop < end && IsWordPart(text[stop]))
                stop++;
            var kind = char.IsAsciiDigit(c) ? TokenKind.Number : TokenKind.Name;
            Put(kind, text[position..stop], source, position, spaced);
            return stop;
        }

        if (c is '(' or '[')
            _depth++;
        else if (c is ')' or ']')
            _depth = Math.Max(0, _depth - 1);
        var mayBeLong = stop < end && Second.Contains(text[stop], StringComparison.Ordinal);
        foreach (var symbol in mayBeLong ? Symbols : [])
        {
            if (string.CompareOrdinal(text, position, symbol, 0, symbol.Length) != 0
                || position + symbol.Length > end)
                continue;
            if (symbol[^1] == 's' && position + symbol.Length < end && IsWordPart(text[position + symbol.Length]))
                continue;
            Put(TokenKind.Symbol, symbol, source, position, spaced);
            return position + symbol.Length;
        }

        var single = Single.IndexOf(c, StringComparison.Ordinal);
        if (single < 0)
        {
            var shown = c is >= ' ' and <= '~' ? $"'{c}'" : c == '\t' ? "a tab" : $"U+{(int)c:X4}";
            throw bag.Fail(
                new Token(TokenKind.Symbol, "", source, position, spaced),
                $"{shown} has no meaning here",
                c == '\t' ? "use spaces" : null);
        }

        Put(TokenKind.Symbol, SingleTexts[single], source, position, spaced);
        return stop;
    }

    private int Quoted(int position, int end, bool spaced)
    {
        var text = source.Text;
        var stop = position + 1;
        while (stop < end && text[stop] != '"' && text[stop] != '\n')
            stop++;
        if (stop >= end || text[stop] != '"')
        {
            throw bag.Fail(
                new Token(TokenKind.String, "", source, position, spaced),
                "This string has no closing quote on its line");
        }

        Put(TokenKind.String, Fill(text[(position + 1)..stop]), source, position, spaced);
        return stop + 1;
    }

    /// <summary>A string with its columns filled in; a name that is no column stays as it is.</summary>
    private string Fill(string content)
    {
        if (row is null || !content.Contains('$', StringComparison.Ordinal))
            return content;
        var result = new System.Text.StringBuilder();
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] != '$')
            {
                result.Append(content[i]);
                continue;
            }

            var stop = ColumnEnd(content, i + 1, content.Length);
            if (row.Cell(content.AsSpan(i + 1, stop - i - 1)) is { } cell)
            {
                result.Append(cell.Text);
                i = stop - 1;
            }
            else
            {
                result.Append('$');
            }
        }

        return result.ToString();
    }

    private int Substitute(int position, int end, bool spaced)
    {
        var at = new Token(TokenKind.Symbol, "$", source, position, spaced);
        var stop = ColumnEnd(source.Text, position + 1, end);
        var name = source.Text[(position + 1)..stop];
        if (row is null)
            throw bag.Fail(
                at, $"'${name}' stands in no 'each' table", "put 'each COLUMNS' with rows before this declaration");
        if (row.Cell(name) is not { } cell)
        {
            throw bag.Fail(
                at, $"The table has no column '{name}'", Suggestion.For(name, row.Columns));
        }

        var inner = new Lexer(row.Source, bag, null, false);
        inner.Run(cell.Offset, cell.Offset + cell.Text.Length, false);
        // A cell of several words is one value in a body, whatever operators stand around it.
        var group = isBody && inner._tokens.Count > 1;
        if (group)
            Put(TokenKind.Symbol, "(", row.Source, cell.Offset, spaced);
        for (var i = 0; i < inner._tokens.Count; i++)
            Put(i == 0 && !group ? inner._tokens[i] with { Spaced = spaced } : inner._tokens[i]);
        if (group)
            Put(TokenKind.Symbol, ")", row.Source, cell.Offset + cell.Text.Length, false);
        return stop;
    }

    private int ColumnEnd(string text, int start, int end)
    {
        var stop = start;
        while (stop < end && IsWordPart(text[stop]))
            stop++;
        return stop;
    }

    private void Put(TokenKind kind, string text, SourceText from, int offset, bool spaced) =>
        Put(new Token(kind, text, from, offset, spaced));

    private void Put(Token token)
    {
        if (_tokens.Count > Limits.Tokens)
            throw bag.Fail(token, $"This declaration has more than {Limits.Tokens} words");
        _tokens.Add(token);
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
