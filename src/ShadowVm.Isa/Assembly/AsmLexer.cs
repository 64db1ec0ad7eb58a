using System.Globalization;
using System.Text;

namespace ShadowVm.Isa.Assembly;

/// <summary>Cuts assembly text into tokens; each statement ends with an <see cref="AsmKind.End"/>.</summary>
internal sealed class AsmLexer
{
    private readonly string _text;
    private readonly int _end;
    private readonly int _shift;
    private readonly List<AsmToken> _tokens = [];
    private int _at;

    /// <param name="text">The text.</param>
    /// <param name="start">First character.</param>
    /// <param name="end">Behind the last character.</param>
    /// <param name="place">Offset that all tokens get, or -1 for their own.</param>
    private AsmLexer(string text, int start, int end, int place)
    {
        (_text, _at, _end, _shift) = (text, start, end, place);
    }

    /// <summary>The tokens of a piece of text within one statement, without an end.</summary>
    public static List<AsmToken> Piece(string text, int place)
    {
        var lexer = new AsmLexer(text, 0, text.Length, place);
        while (lexer.Next() is { } token)
        {
            if (token.Kind != AsmKind.End)
                lexer._tokens.Add(token);
        }

        return lexer._tokens;
    }

    /// <summary>One statement from an offset, closed by its end; <paramref name="next"/> is behind it.</summary>
    public static AsmToken[] Statement(string text, int start, out int next)
    {
        var lexer = new AsmLexer(text, start, text.Length, -1);
        try
        {
            while (lexer.Next() is { } token)
            {
                lexer._tokens.Add(token);
                if (token.Kind == AsmKind.End)
                    break;
            }
        }
        finally
        {
            next = lexer._at;
        }

        if (lexer._tokens.Count == 0 || lexer._tokens[^1].Kind != AsmKind.End)
            lexer._tokens.Add(new AsmToken(AsmKind.End, "", text.Length));
        return lexer._tokens.ToArray();
    }

    public static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '$';

    private char At(int offset) => _at + offset < _end ? _text[_at + offset] : '\0';

    private AsmToken? Next()
    {
        SkipBlanks();
        if (_at >= _end)
            return null;
        var start = _at;
        var c = _text[start];
        if (c is '\n' or ';')
        {
            _at++;
            return Make(AsmKind.End, start);
        }

        if (char.IsAsciiDigit(c))
        {
            while (_at < _end && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
                _at++;
            return Make(AsmKind.Number, start);
        }

        if (IsNamePart(c))
        {
            while (_at < _end && IsNamePart(_text[_at]))
                _at++;
            return Make(AsmKind.Name, start);
        }

        if (c == '"')
            return Quoted();
        if (c == '\'')
            return Character();
        _at += (c is '<' or '>') && At(1) == c ? 2 : 1;
        if (c is < ' ' or > '~')
        {
            throw new AsmException(
                Make(AsmKind.Symbol, start),
                c is < ' ' or > '~' ? $"U+{(int)c:X4} has no meaning here" : $"'{c}' has no meaning here");
        }

        return Make(AsmKind.Symbol, start);
    }

    private AsmToken Make(AsmKind kind, int start) =>
        new(kind, _text[start.._at], _shift >= 0 ? _shift : start);

    private void SkipBlanks()
    {
        while (_at < _end)
        {
            if (_text[_at] is ' ' or '\t' or '\r' or '\f')
            {
                _at++;
            }
            else if (_text[_at] == '#' || (_text[_at] == '/' && At(1) == '/'))
            {
                while (_at < _end && _text[_at] != '\n')
                    _at++;
            }
            else if (_text[_at] == '/' && At(1) == '*')
            {
                var close = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                if (close < 0)
                {
                    var start = _at;
                    _at = _end;
                    throw new AsmException(new(AsmKind.Symbol, "/*", start), "This '/*' has no '*/'");
                }

                _at = close + 2;
            }
            else
            {
                return;
            }
        }
    }

    private AsmToken Quoted()
    {
        var start = _at++;
        var bytes = new List<byte>();
        while (_at < _end && _text[_at] is not ('"' or '\n'))
            One(bytes);
        if (At(0) != '"')
            throw new AsmException(Make(AsmKind.String, start), "This string has no closing quote on its line");
        _at++;
        return Make(AsmKind.String, start) with { Bytes = bytes.ToArray() };
    }

    private AsmToken Character()
    {
        var start = _at++;
        var bytes = new List<byte>();
        if (At(0) is not ('\'' or '\n' or '\0'))
            One(bytes);
        if (At(0) != '\'' || bytes.Count != 1)
            throw new AsmException(Make(AsmKind.Number, start), "A character is written 'a' or '\\n', one byte in quotes");
        _at++;
        return Make(AsmKind.Number, start) with { Value = Quantity.Of(bytes[0]) };
    }

    private void One(List<byte> bytes)
    {
        if (_text[_at] != '\\')
        {
            var length = char.IsHighSurrogate(_text[_at]) && _at + 1 < _end ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(_text.Substring(_at, length)));
            _at += length;
            return;
        }

        var start = _at++;
        var c = At(0);
        _at++;
        if (c == 'x')
        {
            var from = _at;
            while (_at < from + 2 && char.IsAsciiHexDigit(At(0)))
                _at++;
            if (_at == from)
                throw new AsmException(Make(AsmKind.Symbol, start), "'\\x' needs hexadecimal digits");
            bytes.Add(byte.Parse(_text.AsSpan(from, _at - from), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        else if (c is >= '0' and <= '7')
        {
            var value = c - '0';
            for (var i = 0; i < 2 && At(0) is >= '0' and <= '7'; i++)
                value = value * 8 + (_text[_at++] - '0');
            bytes.Add((byte)value);
        }
        else
        {
            const string letters = "nrtabfv\\\"'e";
            const string values = "\n\r\t\a\b\f\v\\\"'\u001b";
            var index = letters.IndexOf(c, StringComparison.Ordinal);
            if (index < 0)
            {
                _at = Math.Min(_at, _end);
                throw new AsmException(Make(AsmKind.Symbol, start), "This escape is not known", "write \\n \\t \\0 \\xHH \\\\ \\\"");
            }

            bytes.Add((byte)values[index]);
        }
    }
}
