using System.Globalization;

namespace ShadowVm.Isa.Assembly;

/// <summary>What names in an expression stand for.</summary>
internal interface IScope
{
    /// <summary>The address of this statement.</summary>
    Quantity Here { get; }

    /// <summary>Value of a symbol, unknown where it may still come.</summary>
    Quantity Symbol(AsmToken name);

    /// <summary>Value of a local label such as 1f.</summary>
    Quantity LocalLabel(AsmToken label, int number, bool forward);

    /// <summary>Runs a function of the definition.</summary>
    Quantity Call(AsmToken name, Quantity[] arguments);
}

/// <summary>
/// Reads and evaluates an expression. As in C, loosest first: <c>|</c>, <c>^</c>, <c>&amp;</c>, shifts, sums,
/// products, signs.
/// </summary>
internal sealed class ExpressionReader(AsmToken[] tokens, int position, IScope scope, Func<string, bool> isRegister)
{
    private static readonly string[][] Levels = [["|"], ["^"], ["&"], ["<<", ">>"], ["+", "-"], ["*", "/"]];
    private int _depth;

    public int Position { get; private set; } = position;

    private AsmToken Current => tokens[Position];

    public Quantity Read() => Binary(0);

    private Quantity Binary(int level)
    {
        if (level == Levels.Length)
            return Unary();
        var left = Binary(level + 1);
        while (Current.Kind == AsmKind.Symbol && Array.IndexOf(Levels[level], Current.Text) >= 0)
        {
            var mark = tokens[Position++];
            left = Apply(mark, left, Binary(level + 1));
        }

        return left;
    }

    private static Quantity Apply(AsmToken mark, Quantity a, Quantity b)
    {
        if (mark.Text == "+")
            return a + b;
        if (mark.Text == "-")
            return a - b;
        if (!a.IsAbsolute || !b.IsAbsolute)
            return Quantity.Unknown;
        var (x, y) = (a.Number, b.Number);
        if (mark.Text == "/" && y == 0)
            throw new AsmException(mark, "This divides by zero");
        if (mark.Text is "<<" or ">>" && (y < 0 || y > 126))
            throw new AsmException(mark, $"This shifts by {y.ToString(CultureInfo.InvariantCulture)}");
        return Quantity.Of(mark.Text switch
        {
            "|" => x | y,
            "^" => x ^ y,
            "&" => x & y,
            "<<" => x << (int)y,
            ">>" => x >> (int)y,
            "*" => unchecked(x * y),
            _ => y == -1 ? unchecked(-x) : x / y,
        });
    }

    private Quantity Unary()
    {
        if (++_depth > Limits.ExpressionDepth)
            throw new AsmException(Current, $"This expression is nested deeper than {Limits.ExpressionDepth} levels");
        try
        {
            var mark = Current;
            if (!mark.Is("-") && !mark.Is("~") && !mark.Is("+"))
                return Primary();
            Position++;
            var inner = Unary();
            if (mark.Is("+"))
                return inner;
            if (!inner.IsAbsolute)
                return Quantity.Unknown;
            return Quantity.Of(mark.Is("-") ? unchecked(-inner.Number) : ~inner.Number);
        }
        finally
        {
            _depth--;
        }
    }

    private Quantity Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case AsmKind.Value:
                Position++;
                return token.Value;
            case AsmKind.Number:
                Position++;
                return token.Value.IsKnown ? token.Value : Number(token);
            case AsmKind.Name when token.Text == ".":
                Position++;
                return scope.Here;
            case AsmKind.Name when isRegister(token.Text):
                throw AsmException.Expected("a number and no register", token);
            case AsmKind.Name:
                Position++;
                return scope.Symbol(token);
            case AsmKind.Symbol when token.Text == "%" && tokens[Position + 1].Kind == AsmKind.Name:
                return Function();
            case AsmKind.Symbol when token.Text == "(":
                Position++;
                var inner = Binary(0);
                Expect(")");
                return inner;
            default:
                throw AsmException.Expected("a number", token);
        }
    }

    private Quantity Function()
    {
        Position++;
        var name = tokens[Position++];
        Expect("(");
        var arguments = new List<Quantity> { Binary(0) };
        while (Current.Is(","))
        {
            Position++;
            arguments.Add(Binary(0));
        }

        Expect(")");
        return scope.Call(name, arguments.ToArray());
    }

    private void Expect(string symbol)
    {
        if (!Current.Is(symbol))
            throw AsmException.Expected($"'{symbol}'", Current);
        Position++;
    }

    private Quantity Number(AsmToken token)
    {
        var text = token.Text.Replace("_", "", StringComparison.Ordinal);
        var culture = CultureInfo.InvariantCulture;
        if (text.Length > 1 && text[^1] is 'f' or 'b' && text.AsSpan(0, text.Length - 1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, culture, out var label))
                throw new AsmException(token, $"'{token.Text}' is no local label");
            return scope.LocalLabel(token, label, text[^1] == 'f');
        }

        var lower = text.ToLowerInvariant();
        var value = UInt128.Zero;
        var isNumber = lower.StartsWith("0x", StringComparison.Ordinal)
            ? UInt128.TryParse(lower.AsSpan(2), NumberStyles.AllowHexSpecifier, culture, out value)
            : lower.StartsWith("0b", StringComparison.Ordinal)
                ? UInt128.TryParse(lower.AsSpan(2), NumberStyles.AllowBinarySpecifier, culture, out value)
                : UInt128.TryParse(lower, NumberStyles.None, culture, out value);
        if (!isNumber || value > ulong.MaxValue)
            throw new AsmException(token, $"'{token.Text}' is no number of at most 64 bits");
        if (lower.Length > 1 && lower[0] == '0' && char.IsAsciiDigit(lower[1]))
        {
            var digits = lower.TrimStart('0').PadLeft(1, '0');
            throw new AsmException(token, $"'{token.Text}' begins with 0", $"write {digits}, or 0x... or 0b...");
        }

        return Quantity.Of((Int128)value);
    }
}
