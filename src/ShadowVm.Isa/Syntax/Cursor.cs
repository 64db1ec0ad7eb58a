using System.Globalization;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Syntax;

/// <summary>Reads tokens one after the other; every refusal names what stands there and what was wanted.</summary>
internal class Cursor(Token[] tokens, DiagnosticBag bag)
{
    private int _position;

    public DiagnosticBag Bag { get; } = bag;

    public Token Current => tokens[_position];

    public Token Following => tokens[Math.Min(_position + 1, tokens.Length - 1)];

    public bool AtEnd => Current.Kind == TokenKind.End;

    public Token Take()
    {
        var token = tokens[_position];
        if (_position < tokens.Length - 1)
            _position++;
        return token;
    }

    public bool TryTake(string symbolOrWord)
    {
        if (Current.Text != symbolOrWord || Current.Kind is not (TokenKind.Symbol or TokenKind.Name))
            return false;
        Take();
        return true;
    }

    public Token Expect(string symbolOrWord, string where)
    {
        if (Current.Text == symbolOrWord && Current.Kind is (TokenKind.Symbol or TokenKind.Name))
            return Take();
        throw Bag.Fail(Current, $"Expected '{symbolOrWord}' {where}, not {Current.Shown}");
    }

    public Token ExpectName(string what)
    {
        if (Current.Kind == TokenKind.Name)
            return Take();
        throw Bag.Fail(Current, $"Expected {what}, not {Current.Shown}");
    }

    public string ExpectString(string what)
    {
        if (Current.Kind == TokenKind.String)
            return Take().Text;
        throw Bag.Fail(Current, $"Expected {what} in quotes, not {Current.Shown}");
    }

    /// <summary>All tokens that touch each other, as one name: <c>fence.i</c>, <c>add/v</c>.</summary>
    public Token ExpectJoinedName(string what)
    {
        var first = Current;
        if (first.Kind != TokenKind.Name)
            throw Bag.Fail(first, $"Expected {what}, not {first.Shown}");
        Take();
        var text = first.Text;
        while (!Current.Spaced && Current.Kind is TokenKind.Name or TokenKind.Number
            || !Current.Spaced && (Current.Is(".") || Current.Is("/") || Current.Is("/s")))
        {
            text += Take().Text;
        }

        return first with { Text = text };
    }

    /// <summary>A plain number, such as a bit position.</summary>
    public int ExpectNumber(string what, int max)
    {
        var token = Current;
        if (token.Kind != TokenKind.Number)
            throw Bag.Fail(token, $"Expected {what}, not {token.Shown}");
        Take();
        var value = Literal(token);
        if (value > (UInt128)max)
            throw Bag.Fail(token, $"{what} is {token.Text}, more than {max}");
        return (int)value;
    }

    /// <summary>Value of a number token outside patterns.</summary>
    public UInt128 Literal(Token token)
    {
        var text = token.Text.Replace("_", "", StringComparison.Ordinal);
        var value = UInt128.Zero;
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            if (text.Length is > 2 and <= 34
                && UInt128.TryParse(
                    text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                return value;
        }
        else if (text.StartsWith("0b", StringComparison.Ordinal))
        {
            if (text.Length is > 2 and <= 130 && text.AsSpan(2).IndexOfAnyExcept('0', '1') < 0)
            {
                foreach (var bit in text.AsSpan(2))
                    value = value << 1 | (bit == '1' ? UInt128.One : UInt128.Zero);
                return value;
            }
        }
        else if (text.Length > 1 && text[0] == '0')
        {
            throw Bag.Fail(
                token,
                $"'{token.Text}' starts with 0 but isn't a bit pattern here",
                $"write 0b{token.Text} or 0x{token.Text}");
        }
        else if (UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return value;
        }

        throw Bag.Fail(token, $"'{token.Text}' is not a number of at most 128 bits");
    }

    /// <summary>Goes to the next line.</summary>
    public void SkipLine()
    {
        SkipToLineEnd();
        SkipNewLines();
    }

    public void SkipToLineEnd()
    {
        while (!Current.EndsLine)
            Take();
    }

    /// <summary>The joined name behind the first such symbol of this line, or nothing.</summary>
    public string NameAfter(string symbol)
    {
        var i = _position;
        while (tokens[i].Kind is not (TokenKind.NewLine or TokenKind.End) && !tokens[i].Is(symbol))
            i++;
        var name = "";
        while (++i < tokens.Length && !tokens[i].EndsLine && (name.Length == 0 || !tokens[i].Spaced))
            name += tokens[i].Text;
        return name;
    }

    public void SkipNewLines()
    {
        while (Current.Kind == TokenKind.NewLine)
            Take();
    }

    /// <summary>Refuses anything left on the line.</summary>
    public void ExpectLineEnd(string after)
    {
        if (!Current.EndsLine)
            throw Bag.Fail(Current, $"{Current.Shown} is left over after {after}");
        SkipNewLines();
    }
}
