using System.Globalization;
using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Assembly;

/// <summary>
/// Evaluates expressions of pseudo instructions: whole numbers without a width, or unknown where a label further down
/// decides.
/// </summary>
internal sealed class PseudoValues(IsaDefinition definition, Dictionary<string, Quantity> names, Func<Quantity> here)
{
    private readonly DefinitionModel _model = definition.Model!;

    /// <summary>Something in the expression makes no sense; the message is one sentence.</summary>
    public sealed class Error(Token at, string message, string? hint = null) : Exception(message)
    {
        public Token At { get; } = at;

        public string? Hint { get; } = hint;
    }

    /// <summary>The value of an expression.</summary>
    /// <exception cref="Error">It has none.</exception>
    public Quantity Evaluate(Expression e)
    {
        switch (e.Kind)
        {
            case ExpressionKind.Number:
                return Quantity.Of((Int128)new Cursor([e.Token], new DiagnosticBag()).Literal(e.Token));
            case ExpressionKind.Name:
                return Name(e);
            case ExpressionKind.Unary:
                if (!Absolute(e.Parts[0], out var inner))
                    return Quantity.Unknown;
                return Quantity.Of(e.Text switch { "-" => -inner, "~" => ~inner, _ => inner == 0 ? 1 : 0 });
            case ExpressionKind.Binary:
                return Binary(e);
            case ExpressionKind.Conditional:
                var test = Evaluate(e.Parts[0]);
                if (test.IsAbsolute)
                    return Evaluate(e.Parts[test.Number != 0 ? 1 : 2]);
                Evaluate(e.Parts[1]);
                Evaluate(e.Parts[2]);
                return Quantity.Unknown;
            case ExpressionKind.Index or ExpressionKind.Slice:
                return Slice(e);
            case ExpressionKind.Call:
                return Call(e);
            default:
                throw new Error(e.First, $"'{e}' has no meaning in a pseudo instruction");
        }
    }

    /// <summary>Runs a pure function of the definition; null where there is none of that name.</summary>
    public static Quantity? Run(IsaDefinition definition, string name, Quantity[] arguments)
    {
        if (!definition.Model!.Functions.TryGetValue(name, out var function)
            || function.Kind != FunctionKind.Function || function.Parameters.Length != arguments.Length)
            return null;
        var values = new UInt128[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!arguments[i].IsAbsolute)
                return Quantity.Unknown;
            values[i] = (UInt128)arguments[i].Number & Nodes.MaskOf(function.Parameters[i].Width);
        }

        return Quantity.Of((Int128)DecodeTime.Run(definition.Functions, function.Ir!, values));
    }

    private Quantity Name(Expression e)
    {
        if (names.TryGetValue(e.Text, out var value))
            return value;
        if (e.Text == "pc")
            return here();
        if (ConstantFolder.Fold(e, _model, new DiagnosticBag()) is { } folded)
            return Quantity.Of(folded.Value);
        throw new Error(
            e.Token, $"Nothing here is called '{e.Text}'",
            Suggestion.For(e.Text, [.. names.Keys, "pc", .. _model.Constants.Keys]));
    }

    private bool Absolute(Expression e, out Int128 number)
    {
        var value = Evaluate(e);
        number = value.Number;
        return value.IsAbsolute;
    }

    private Quantity Binary(Expression e)
    {
        var a = Evaluate(e.Parts[0]);
        if (e.Text is "&&" or "||" && a.IsAbsolute && a.Number == 0 == (e.Text == "&&"))
            return Quantity.Of(e.Text == "&&" ? 0 : 1);
        var b = Evaluate(e.Parts[1]);
        if (e.Text == "+")
            return a + b;
        if (e.Text == "-")
            return a - b;
        if (!a.IsAbsolute || !b.IsAbsolute)
            return Quantity.Unknown;
        var (x, y) = (a.Number, b.Number);
        if (e.Text is "/" or "%" or "/s" or "%s" && y == 0)
            throw new Error(e.Token, $"'{e}' divides by zero");
        if (e.Text is "<<" or ">>" or ">>s" && (y < 0 || y > 126))
            throw new Error(e.Token, $"'{e}' shifts by {y.ToString(CultureInfo.InvariantCulture)}");
        return Quantity.Of(e.Text switch
        {
            "*" => unchecked(x * y),
            "/" or "/s" => y == -1 ? unchecked(-x) : x / y,
            "%" or "%s" => y == -1 ? 0 : x % y,
            "&" => x & y,
            "|" => x | y,
            "^" => x ^ y,
            "<<" => x << (int)y,
            ">>" or ">>s" => x >> (int)y,
            "==" => x == y ? 1 : 0,
            "!=" => x != y ? 1 : 0,
            "<" or "<s" => x < y ? 1 : 0,
            ">" or ">s" => x > y ? 1 : 0,
            "<=" or "<=s" => x <= y ? 1 : 0,
            ">=" or ">=s" => x >= y ? 1 : 0,
            "&&" or "||" => y != 0 ? 1 : 0,
            _ => throw new Error(e.Token, $"'{e.Text}' has no meaning in a pseudo instruction"),
        });
    }

    private Quantity Slice(Expression e)
    {
        if (!Absolute(e.Parts[1], out var high) || !Absolute(e.Parts[^1], out var low) || low < 0 || high < low || high > 126)
            throw new Error(e.First, $"'{e}' picks no bits");
        if (!Absolute(e.Parts[0], out var value))
            return Quantity.Unknown;
        return Quantity.Of(value >> (int)low & ((Int128.One << (int)(high - low + 1)) - 1));
    }

    private Quantity Call(Expression e)
    {
        var path = e.Parts[0].Path ?? "";
        if (path == "has" && ConstantFolder.Fold(e, _model, new DiagnosticBag()) is { } has)
            return Quantity.Of(has.Value);
        var arguments = Array.ConvertAll(e.Parts[1..], Evaluate);
        if (path == "known" && arguments.Length == 1)
            return Quantity.Of(arguments[0].IsAbsolute ? 1 : 0);
        if (path.Length > 3 && path[..3] is "sx." or "zx." && arguments.Length == 1)
        {
            var width = Width(path[3..]) ?? throw new Error(e.First, $"'{path}' has no width from 1 to 126");
            if (!arguments[0].IsAbsolute)
                return Quantity.Unknown;
            var low = arguments[0].Number & ((Int128.One << width) - 1);
            var isNegative = path[0] == 's' && (low >> (width - 1)) != 0;
            return Quantity.Of(isNegative ? low - (Int128.One << width) : low);
        }

        return Run(definition, path, arguments) ?? throw new Error(
            e.First, $"'{e.Parts[0]}' is no function of {arguments.Length} arguments",
            Suggestion.For(path, [.. _model.Functions.Keys, "known", "has", "sx.12", "zx.12"]));
    }

    private int? Width(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && _model.Constants.TryGetValue(text, out var constant))
            width = (int)constant;
        return width is >= 1 and <= 126 ? width : null;
    }
}
