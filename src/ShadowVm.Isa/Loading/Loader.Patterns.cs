using System.Globalization;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Bit patterns, formats and choices.</content>
internal sealed partial class Loader
{
    private void ReadFormat(Extent extent)
    {
        var header = Header(extent, out _);
        header.Take();
        var name = header.ExpectName("the format's name");
        var elements = new List<Element>();
        ReadPattern(header, elements);
        header.ExpectLineEnd("the pattern");
        if (!Model.Formats.TryAdd(name.Text, (name, elements)) || Model.Choices.ContainsKey(name.Text))
            throw _bag.Fail(name, $"The format '{name.Text}' is declared already");
    }

    private void ReadChoice(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var name = header.ExpectName("the choice's name");
        if (header.Current.Is("("))
            throw _bag.Fail(
                header.Current, "A choice with arguments is not carried out by this version of the language");
        var width = header.TryTake(":") ? Width(header.ParseExpression()) : 0;
        header.ExpectLineEnd("the choice");
        var body = BodyOf(extent, bodyStart);
        var rows = new List<ChoiceRow>();
        var fieldWidth = 0;
        var hasFields = false;
        Lines(body, first =>
        {
            body.Expect("|", "before a row");
            var elements = new List<Element>();
            ReadPattern(body, elements);
            var bits = 0u;
            var rowWidth = 0;
            foreach (var element in elements)
            {
                if (element.Kind is ElementKind.Choice or ElementKind.Piece)
                    throw _bag.Fail(element.At, $"'{element.Name}' can't stand in a row: choices are one level deep");
                hasFields |= element.Kind == ElementKind.Field;
                bits = bits << element.Width | element.Value;
                rowWidth += element.Width;
            }

            if (fieldWidth == 0)
                fieldWidth = rowWidth;
            if (rowWidth != fieldWidth || rowWidth == 0)
                throw _bag.Fail(first, $"This row has {rowWidth} bits, the ones above have {fieldWidth}");
            var text = body.ExpectString("the row's spelling");
            var value = body.TryTake("=") ? body.ParseExpression() : null;
            var isDefault = body.TryTake("default");
            if (!hasFields && rows.Exists(r => r.Bits == bits))
                throw _bag.Fail(first, "A row above has these bits already");
            rows.Add(new ChoiceRow(bits, text, value, isDefault, first, elements));
        });
        if (rows.Count == 0)
            throw _bag.Fail(name, $"The choice '{name.Text}' has no rows");
        if (!hasFields)
            rows = rows.ConvertAll(r => r with { Elements = null });
        var choice = new ChoiceDeclaration { Name = name.Text, At = name, FieldWidth = fieldWidth, ValueWidth = width };
        choice.Rows.AddRange(rows);
        if (!Model.Choices.TryAdd(name.Text, choice) || Model.Formats.ContainsKey(name.Text))
            throw _bag.Fail(name, $"The choice '{name.Text}' is declared already");
    }

    /// <summary>Reads pattern elements up to the first word that is none.</summary>
    private void ReadPattern(StatementParser header, List<Element> into)
    {
        while (true)
        {
            var token = header.Current;
            if (token.EndsLine || token.Kind == TokenKind.String || token.Is("="))
                return;
            if (token.IsWord("when") || token.IsWord("where") || token.IsWord("over"))
                return;
            if (into.Count > 64)
                throw _bag.Fail(token, "A pattern has at most 32 bits");
            if (token.Is("-"))
            {
                header.Take();
                into.Add(new Element(ElementKind.Ignored, 1, 0, "-", 0, token));
            }
            else if (token.Kind == TokenKind.Number)
            {
                into.Add(ReadBits(header, -1));
            }
            else if (token.Kind == TokenKind.Name)
            {
                ReadNamed(header, into);
            }
            else
            {
                throw _bag.Fail(token, $"{token.Shown} is no part of a pattern");
            }
        }
    }

    /// <summary>
    /// Bits as written, or a number with its width; <paramref name="width"/> is what a field needs, or -1.
    /// </summary>
    private Element ReadBits(StatementParser header, int width)
    {
        var token = header.Take();
        if (token.Kind != TokenKind.Number)
            throw _bag.Fail(token, $"Expected bits, not {token.Shown}");
        var digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        if (header.Current.Is(":"))
        {
            header.Take();
            var own = header.ExpectNumber("the width", 32);
            if (own == 0)
                throw _bag.Fail(token, "A pattern's number has at least 1 bit");
            return Sized(token, header.Literal(token), own, width);
        }

        if (digits.AsSpan().IndexOfAnyExcept('0', '1') < 0)
        {
            if (digits.Length > 32)
                throw _bag.Fail(token, "A pattern has at most 32 bits");
            var bits = 0u;
            foreach (var digit in digits)
                bits = bits << 1 | (uint)(digit - '0');
            return Sized(token, bits, digits.Length, width);
        }

        var isPrefixed = digits.StartsWith("0x", StringComparison.Ordinal)
            || digits.StartsWith("0b", StringComparison.Ordinal);
        if (isPrefixed && width > 0)
            return Sized(token, header.Literal(token), width, width);
        throw _bag.Fail(
            token,
            $"'{token.Text}' has no width in a pattern",
            $"write bits such as 0101, or {(isPrefixed ? token.Text : "0x...")}:WIDTH");
    }

    private Element Sized(Token token, UInt128 value, int own, int wanted)
    {
        if (wanted > 0 && own != wanted)
            throw _bag.Fail(token, $"'{token.Text}' has {own} bits, the field has {wanted}");
        if (value >> own != UInt128.Zero)
            throw _bag.Fail(token, $"'{token.Text}' does not fit {own} bits");
        return new Element(ElementKind.Fixed, own, (uint)value, "", 0, token);
    }

    private void ReadNamed(StatementParser header, List<Element> into)
    {
        var name = header.Take();
        if (header.Current.Is(":"))
        {
            header.Take();
            var width = header.ExpectNumber("the field's width", 32);
            if (width == 0)
                throw _bag.Fail(name, $"The field '{name.Text}' has no bits");
            into.Add(new Element(ElementKind.Field, width, 0, name.Text, 0, name));
        }
        else if (header.Current.Is("["))
        {
            header.Take();
            var high = header.ExpectNumber("the upper bit", 62);
            var low = header.TryTake(":") ? header.ExpectNumber("the lower bit", 62) : high;
            header.Expect("]", "after the operand's bits");
            if (high < low)
                throw _bag.Fail(name, $"'{name.Text}[{high}:{low}]' has its lower bit first");
            if (high - low + 1 > 32)
                throw _bag.Fail(name, "A pattern has at most 32 bits");
            into.Add(new Element(ElementKind.Piece, high - low + 1, 0, name.Text, low, name));
        }
        else if (header.Current.Is("="))
        {
            header.Take();
            FixField(header, into, name);
        }
        else if (name.Text == "word")
        {
            // As wide as it is written: four bits for a digit, and a unit at least.
            var written = header.Take();
            var bits = written.Text.StartsWith("0x", StringComparison.Ordinal)
                ? (written.Text.Replace("_", "", StringComparison.Ordinal).Length - 2) * 4 : 0;
            into.Add(Sized(name, header.Literal(written), Math.Max(Model.UnitBits, bits), -1));
        }
        else if (Model.Choices.TryGetValue(name.Text, out var choice))
        {
            into.Add(new Element(ElementKind.Choice, choice.FieldWidth, 0, name.Text, 0, name));
        }
        else if (Model.Formats.TryGetValue(name.Text, out var format))
        {
            into.AddRange(format.Elements);
        }
        else
        {
            var known = new List<string>(Model.Formats.Keys);
            known.AddRange(Model.Choices.Keys);
            throw _bag.Fail(
                name,
                $"'{name.Text}' is no format and no choice",
                Suggestion.For(name.Text, known) ?? $"a field is written {name.Text}:WIDTH");
        }
    }

    /// <summary><c>field=bits</c>: the field of a format before gets a value.</summary>
    private void FixField(StatementParser header, List<Element> into, Token name)
    {
        var index = into.FindIndex(e => e.Name == name.Text && e.Kind is ElementKind.Field or ElementKind.Choice
            && e.Name == name.Text);
        if (index < 0)
        {
            var known = into.FindAll(e => e.Kind == ElementKind.Field).ConvertAll(e => e.Name);
            throw _bag.Fail(
                name, $"No field '{name.Text}' stands before in this pattern", Suggestion.For(name.Text, known));
        }

        into[index] = ReadBits(header, into[index].Width);
    }

    /// <summary>Mask, value and operands of a pattern.</summary>
    private (uint Mask, uint Value, int Bits, Operand[] Operands) Assemble(Token at, List<Element> elements)
    {
        var total = 0;
        foreach (var element in elements)
            total += element.Width;
        if (total == 0 || total > 32 || total % Model.UnitBits != 0)
        {
            var shown = total.ToString(CultureInfo.InvariantCulture);
            throw _bag.Fail(
                at,
                $"The pattern of '{at.Text}' has {shown} bits",
                $"instructions have a multiple of {Model.UnitBits}, at most 32");
        }

        var (mask, value, low) = (0u, 0u, total);
        var operands = new List<Operand>();
        var pieces = new Dictionary<string, List<(int WordLow, int Width, int ValueLow)>>();
        var order = new List<Element>();
        foreach (var element in elements)
        {
            low -= element.Width;
            switch (element.Kind)
            {
                case ElementKind.Fixed:
                    mask |= (uint)(((1UL << element.Width) - 1) << low);
                    value |= element.Value << low;
                    break;
                case ElementKind.Ignored:
                    break;
                default:
                    if (!pieces.TryGetValue(element.Name, out var list))
                    {
                        pieces[element.Name] = list = [];
                        order.Add(element);
                    }
                    else if (element.Kind != ElementKind.Piece)
                    {
                        throw _bag.Fail(element.At, $"The field '{element.Name}' stands in this pattern twice");
                    }

                    list.Add((low, element.Width, element.Low));
                    break;
            }
        }

        foreach (var first in order)
            operands.Add(MakeOperand(first, pieces[first.Name]));
        return (mask, value, total, operands.ToArray());
    }

    private Operand MakeOperand(Element first, List<(int WordLow, int Width, int ValueLow)> pieces)
    {
        var covered = 0UL;
        foreach (var (_, width, valueLow) in pieces)
        {
            var bits = ((1UL << width) - 1) << valueLow;
            if ((covered & bits) != 0)
                throw _bag.Fail(first.At, $"Two pieces of '{first.Name}' hold the same bit");
            covered |= bits;
        }

        var zeros = System.Numerics.BitOperations.TrailingZeroCount(covered);
        var top = 64 - System.Numerics.BitOperations.LeadingZeroCount(covered);
        var hole = ~covered & ((1UL << top) - 1) & ~((1UL << zeros) - 1);
        if (hole != 0)
        {
            throw _bag.Fail(
                first.At,
                $"No piece of '{first.Name}' holds bit {System.Numerics.BitOperations.TrailingZeroCount(hole)}",
                "only bits at the bottom may be missing: they are zero");
        }

        var bias = 0;
        if (Model.Biases.TryGetValue(first.Name, out var formula))
        {
            if (first.Kind != ElementKind.Field || top != formula.Width)
            {
                throw _bag.Fail(
                    first.At, $"The operand '{first.Name}' is declared for a field of {formula.Width} bits",
                    $"write {first.Name}:{formula.Width}");
            }

            bias = formula.Bias;
            top = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(bias + (1 << top) - 1));
        }

        return new Operand
        {
            Name = first.Name,
            Width = top,
            Bias = bias,
            Sign = Model.Signs.GetValueOrDefault(first.Name),
            ZeroBits = zeros,
            Pieces = pieces.ToArray(),
            Choice = first.Kind == ElementKind.Choice ? Model.Choices[first.Name] : null,
            At = first.At,
        };
    }
}
