using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Disassembly;

/// <summary>
/// Takes <c>"lw {x rd}, {imm}({x rs1})"</c> apart. In braces stands a value, or a register file, space or choice and
/// the value that picks from it; before a value <c>target</c>, behind it <c>hex</c>. What is in brackets is left
/// out where all its choices are at their default.
/// </summary>
internal static class TemplateParser
{
    public static List<Part> Parse(
        string text, Token at, Encoding encoding, DefinitionModel model, FunctionLowering functions, DiagnosticBag bag) =>
        Split(text, at, bag, (hole, group) => Hole(hole, group, at, encoding, model, functions, bag));

    /// <summary>
    /// Takes the template of a pseudo instruction apart: its holes name operands, such as <c>{x rd}</c>.
    /// </summary>
    public static List<Part> ParsePseudo(string text, Token at, DefinitionModel model, DiagnosticBag bag) =>
        Split(text, at, bag, (hole, group) => PseudoHole(hole, group, at, model, bag));

    private static List<Part> Split(string text, Token at, DiagnosticBag bag, Func<string, int, Part> hole)
    {
        var parts = new List<Part>();
        var (group, groups) = (0, 0);
        var literal = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is not ('{' or '[' or ']'))
                continue;
            if (c == '[' && group > 0 || c == ']' && group == 0)
                throw bag.Fail(at, $"The '{c}' in \"{text}\" has no partner");
            if (i > literal)
                parts.Add(new Part { Kind = PartKind.Literal, Text = text[literal..i], Group = group });
            if (c == '{')
            {
                var close = text.IndexOf('}', i);
                if (close < 0)
                    throw bag.Fail(at, $"A '{{' in \"{text}\" has no '}}'");
                parts.Add(hole(text[(i + 1)..close], group));
                i = close;
            }
            else
            {
                group = c == '[' ? ++groups : 0;
            }

            literal = i + 1;
        }

        if (group > 0)
            throw bag.Fail(at, $"A '[' in \"{text}\" has no ']'");
        if (literal < text.Length)
            parts.Add(new Part { Kind = PartKind.Literal, Text = text[literal..] });
        return parts;
    }

    private static Part Hole(
        string text,
        int group,
        Token at,
        Encoding encoding,
        DefinitionModel model,
        FunctionLowering functions,
        DiagnosticBag bag)
    {
        // The hole is read as a text of its own; what is wrong in it is reported at the template.
        var inner = new DiagnosticBag();
        try
        {
            var tokens = Lexer.All(new SourceText(at.Source.Name, text), 0, text.Length, inner, null, false);
            var parser = new ExpressionParser(tokens, inner);
            var first = parser.Current;
            var kind = PartKind.Number;
            var names = Array.Empty<string>();
            SpaceDeclaration? space = null;
            ChoiceDeclaration? choice = null;
            var isValue = parser.Following.Kind is TokenKind.Name or TokenKind.Number && !parser.Following.IsWord("hex");
            if (first.Kind == TokenKind.Name && (isValue || first.Text == "target" && parser.Following.Is("(")))
            {
                parser.Take();
                (kind, names, space, choice) = Resolve(first, model, inner);
            }

            var written = parser.ParseExpression();
            if (parser.TryTake("hex"))
                kind = PartKind.Hex;
            if (!parser.AtEnd)
                throw inner.Fail(parser.Current, $"{parser.Current.Shown} is left over");
            var operand = written.Kind == ExpressionKind.Name ? encoding.Find(written.Text) : null;
            if (operand?.Choice is not null && kind == PartKind.Number)
                (kind, choice) = (PartKind.Choice, operand.Choice);
            var value = operand is not null
                ? OperandValue(operand, Array.IndexOf(encoding.Operands, operand), kind)
                : LowerValue(written, kind, encoding, model, functions, inner);
            return new Part
            {
                Kind = kind,
                Text = first.Text,
                Value = value,
                Names = names,
                Space = space,
                Choice = choice,
                Group = group,
                IsSigned = operand?.Sign == Sign.Signed,
            };
        }
        catch (GiveUpException e)
        {
            throw bag.Fail(at, $"In the template's {{{text}}}: {(e.Message.Length > 0 ? e.Message : "an error")}");
        }
    }

    /// <summary>What the word before a value says of it.</summary>
    public static (PartKind Kind, string[] Names, SpaceDeclaration? Space, ChoiceDeclaration? Choice) Resolve(
        Token word, DefinitionModel model, DiagnosticBag bag)
    {
        if (word.Text == "target")
            return (PartKind.Target, [], null, null);
        if (model.State.TryGetValue(word.Text, out var state) && state.IsArray && state.File >= 0)
            return (PartKind.Register, model.Registers[state.File].ElementNames, null, null);
        if (model.Views.ContainsKey(word.Text))
            return (PartKind.Register, [], null, null);
        if (model.Spaces.TryGetValue(word.Text, out var space))
            return (PartKind.Control, [], space, null);
        if (model.Choices.TryGetValue(word.Text, out var choice))
            return (PartKind.Choice, [], null, choice);
        throw bag.Fail(word, $"'{word.Text}' is no register file, space or choice");
    }

    private static Part PseudoHole(string text, int group, Token at, DefinitionModel model, DiagnosticBag bag)
    {
        var inner = new DiagnosticBag();
        try
        {
            var tokens = Lexer.All(new SourceText(at.Source.Name, text), 0, text.Length, inner, null, false);
            var cursor = new Cursor(tokens, inner);
            var word = cursor.ExpectName("an operand's name");
            var name = cursor.AtEnd ? word : cursor.ExpectName("an operand's name");
            if (!cursor.AtEnd)
                throw inner.Fail(cursor.Current, $"{cursor.Current.Shown} is left over");
            var (kind, names, space, choice) = name == word
                ? (PartKind.Number, [], null, null) : Resolve(word, model, inner);
            return new Part
            {
                Kind = kind,
                Text = word.Text,
                Name = name.Text,
                Names = names,
                Space = space,
                Choice = choice,
                Group = group,
            };
        }
        catch (GiveUpException e)
        {
            throw bag.Fail(at, $"In the template's {{{text}}}: {(e.Message.Length > 0 ? e.Message : "an error")}");
        }
    }

    /// <summary>Signed numbers keep their sign: operands are held at 64 bits.</summary>
    private static Node OperandValue(Operand operand, int index, PartKind kind)
    {
        var isSigned = kind == PartKind.Number && operand.Sign == Sign.Signed;
        return new Node { Op = Op.Operand, Index = index, Width = isSigned ? 64 : operand.Width };
    }

    private static Node LowerValue(
        Expression written,
        PartKind kind,
        Encoding encoding,
        DefinitionModel model,
        FunctionLowering functions,
        DiagnosticBag bag)
    {
        var lowering = new BodyLowering(model, bag, functions) { Encoding = encoding, DecodeOnly = true };
        return kind == PartKind.Target ? lowering.Lower(written, model.AddressBits) : lowering.LowerAnyWidth(written);
    }
}
