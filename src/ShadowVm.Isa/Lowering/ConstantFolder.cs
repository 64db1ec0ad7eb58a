using System.Globalization;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;

namespace ShadowVm.Isa.Lowering;

/// <summary>
/// Values known when the definition is loaded: numbers, parameters, constants. They have no width of their own
/// (comparisons and enum values apart) and take the one that is wanted.
/// </summary>
internal static class ConstantFolder
{
    /// <summary>The value and its width, 0 where it takes any; null where it isn't known at load.</summary>
    public static (Int128 Value, int Width)? Fold(
        Expression e, DefinitionModel model, DiagnosticBag bag, Func<string, (bool Hides, Int128? Value)>? names = null)
    {
        switch (e.Kind)
        {
            case ExpressionKind.Number:
                return Number(e, bag);
            case ExpressionKind.Name:
                if (names?.Invoke(e.Text) is { Hides: true } local)
                    return local.Value is { } known ? (known, 0) : null;
                if (model.Constants.TryGetValue(e.Text, out var constant))
                    return (constant, 0);
                if (e.Text == "big_endian")
                    return (model.BigEndian ? 1 : 0, 1);
                return model.EnumValues.TryGetValue(e.Text, out var named) ? ((Int128)named.Value, named.Width) : null;
            case ExpressionKind.Unary:
                if (Fold(e.Parts[0], model, bag, names) is not { } inner)
                    return null;
                return e.Text switch
                {
                    "-" when inner.Width == 0 => (-inner.Value, 0),
                    "~" when inner.Width == 0 => (~inner.Value, 0),
                    "!" when inner.Width <= 1 && inner.Value is { } v && (v == 0 || v == 1) => (1 - v, 1),
                    _ => null,
                };
            case ExpressionKind.Binary:
                return Binary(e, model, bag, names);
            case ExpressionKind.Conditional:
                if (Fold(e.Parts[0], model, bag, names) is not { } test)
                    return null;
                return Fold(e.Parts[test.Value != 0 ? 1 : 2], model, bag, names);
            case ExpressionKind.In:
                return Among(e, model, bag, names);
            case ExpressionKind.Call when e.Parts[0].Path == "has" && e.Parts.Length == 2:
                return Has(e, model, bag);
            default:
                return null;
        }
    }

    private static (Int128, int)? Number(Expression e, DiagnosticBag bag)
    {
        var value = new Cursor([e.Token], bag).Literal(e.Token);
        if (value > (UInt128)Int128.MaxValue)
            throw bag.Fail(e.Token, $"'{e.Text}' is a number of more than 127 bits", "put it together with '@'");
        return ((Int128)value, 0);
    }

    private static (Int128, int)? Has(Expression e, DefinitionModel model, DiagnosticBag bag)
    {
        var name = e.Parts[1];
        if (name.Kind != ExpressionKind.Name || !model.AllExtensions.Contains(name.Text))
        {
            throw bag.Fail(
                name.First,
                $"'{name}' is no extension of this definition",
                Text.Suggestion.For(name.ToString(), model.AllExtensions));
        }

        return (model.Extensions.Contains(name.Text) ? 1 : 0, 1);
    }

    private static (Int128, int)? Among(
        Expression e, DefinitionModel model, DiagnosticBag bag, Func<string, (bool, Int128?)>? names)
    {
        if (Fold(e.Parts[0], model, bag, names) is not { } value)
            return null;
        var found = false;
        for (var i = 1; i < e.Parts.Length; i++)
        {
            if (Fold(e.Parts[i], model, bag, names) is not { } one)
                return null;
            found |= one.Value == value.Value;
        }

        return (found ? 1 : 0, 1);
    }

    private static (Int128, int)? Binary(
        Expression e, DefinitionModel model, DiagnosticBag bag, Func<string, (bool, Int128?)>? names)
    {
        if (e.Text == "@" || Fold(e.Parts[0], model, bag, names) is not { } a)
            return null;
        // The side that isn't looked at may ask for what this variant doesn't have.
        if (e.Text == "&&" && a.Value == 0)
            return (0, 1);
        if (e.Text == "||" && a.Value != 0)
            return (1, 1);
        if (Fold(e.Parts[1], model, bag, names) is not { } b)
            return null;
        var comparison = e.Text switch
        {
            "==" => a.Value == b.Value,
            "!=" => a.Value != b.Value,
            "<" or "<s" => a.Value < b.Value,
            ">" or ">s" => a.Value > b.Value,
            "<=" or "<=s" => a.Value <= b.Value,
            ">=" or ">=s" => a.Value >= b.Value,
            "&&" => b.Value != 0,
            "||" => b.Value != 0,
            _ => (bool?)null,
        };
        if (comparison is { } known)
            return (known ? 1 : 0, 1);
        if (a.Width != 0 || b.Width != 0)
            return null;
        if (e.Text is "/" or "/s" or "%" or "%s" && b.Value == 0)
            throw bag.Fail(e.Token, $"'{e}' divides by zero");
        if (e.Text is "<<" or ">>" or ">>s" && (b.Value < 0 || b.Value > 126))
            throw bag.Fail(e.Token, $"'{e}' shifts by {b.Value.ToString(CultureInfo.InvariantCulture)}");
        return e.Text switch
        {
            "+" => (unchecked(a.Value + b.Value), 0),
            "-" => (unchecked(a.Value - b.Value), 0),
            "*" => (unchecked(a.Value * b.Value), 0),
            "/" or "/s" => (a.Value == Int128.MinValue ? a.Value : a.Value / b.Value, 0),
            "%" or "%s" => (b.Value == -1 ? 0 : a.Value % b.Value, 0),
            "&" => (a.Value & b.Value, 0),
            "|" => (a.Value | b.Value, 0),
            "^" => (a.Value ^ b.Value, 0),
            "<<" => (a.Value << (int)b.Value, 0),
            ">>" or ">>s" => (a.Value >> (int)b.Value, 0),
            _ => null,
        };
    }

    /// <summary>A constant at a width, or an error where it doesn't fit.</summary>
    public static Node At(Int128 value, int width, Expression e, DiagnosticBag bag)
    {
        var fits = width >= 128
            || value >= -(Int128.One << (width - 1)) && (width >= 127 || value < Int128.One << width);
        if (!fits)
        {
            var shown = value.ToString(CultureInfo.InvariantCulture);
            var what = shown == e.ToString() ? $"{shown} does" : $"'{e}' is {shown}, which does";
            throw bag.Fail(e.First, $"{what} not fit {width} bits");
        }

        return Nodes.Const((UInt128)value, width);
    }
}
