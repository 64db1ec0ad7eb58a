using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>
/// Pseudo instructions: a template whose holes name operands, and lines <c>let</c>, <c>require</c>, <c>if</c>,
/// <c>emit</c>.
/// </content>
internal sealed partial class Loader
{
    private static readonly string[] PseudoWords = ["let", "require", "if", "emit"];

    private void ReadPseudo(Extent extent, Row? row)
    {
        var header = Header(extent, out var bodyStart, row);
        header.Take();
        var at = header.Current;
        var text = header.ExpectString("the pseudo instruction's syntax");
        var present = !header.TryTake("when") || Holds(header.ParseExpression());
        header.ExpectLineEnd("the pseudo instruction");
        if (!present)
            return;
        var tokens = Lexer.All(extent.Source, bodyStart, extent.End, _bag, row, true);
        var body = new StatementParser(tokens, _bag);
        body.SkipNewLines();
        var statements = new List<PseudoStatement>();
        while (!body.AtEnd)
        {
            try
            {
                statements.Add(ReadPseudoStatement(body, 0));
                EndPseudoStatement(body);
            }
            catch (GiveUpException) when (!_bag.Full)
            {
                body.SkipLine();
            }
        }

        if (statements.Count == 0)
            throw _bag.Fail(at, $"\"{text}\" stands for nothing", "add lines such as emit \"...\"");
        Model.Pseudos.Add(new PseudoDeclaration { At = at, Text = text, Body = statements.ToArray() });
    }

    private static void EndPseudoStatement(StatementParser body)
    {
        if (body.Current.Is(";"))
            body.Take();
        else if (!body.Current.Is("}"))
            body.ExpectLineEnd("this statement");
        body.SkipNewLines();
    }

    private PseudoStatement ReadPseudoStatement(StatementParser body, int depth)
    {
        var first = body.Current;
        if (depth > Limits.BlockDepth)
            throw _bag.Fail(first, $"Blocks are nested deeper than {Limits.BlockDepth} levels");
        if (body.TryTake("let"))
        {
            var name = body.ExpectName("a name");
            body.Expect("=", "after the name");
            return new PseudoStatement(PseudoKind.Let, name, body.ParseExpression());
        }

        if (body.TryTake("emit"))
        {
            var text = body.Current;
            return new PseudoStatement(PseudoKind.Emit, text, null)
            {
                Text = PseudoTexts(body.ExpectString("an instruction"), text),
            };
        }

        if (body.TryTake("require"))
        {
            var condition = body.ParseExpression();
            body.Expect("else", "after the condition");
            body.Expect("error", "after 'else'");
            var text = body.Current;
            return new PseudoStatement(PseudoKind.Require, first, condition)
            {
                Text = PseudoTexts(body.ExpectString("a sentence"), text),
            };
        }

        if (body.TryTake("if"))
            return ReadPseudoIf(body, first, depth);
        throw _bag.Fail(
            first, $"{first.Shown} begins no line of a pseudo instruction",
            Suggestion.For(first.Text, PseudoWords) ?? "possible are 'let', 'require', 'if', 'emit'");
    }

    private PseudoStatement ReadPseudoIf(StatementParser body, Token first, int depth)
    {
        var condition = body.ParseExpression();
        var then = ReadPseudoBlock(body, depth);
        PseudoStatement[] otherwise = [];
        if (body.TryTake("else"))
        {
            var at = body.Current;
            otherwise = body.TryTake("if") ? [ReadPseudoIf(body, at, depth + 1)] : ReadPseudoBlock(body, depth);
        }

        return new PseudoStatement(PseudoKind.If, first, condition) { Then = then, Else = otherwise };
    }

    private PseudoStatement[] ReadPseudoBlock(StatementParser body, int depth)
    {
        body.Expect("{", "after the condition");
        body.SkipNewLines();
        var statements = new List<PseudoStatement>();
        while (!body.Current.Is("}") && !body.AtEnd)
        {
            statements.Add(ReadPseudoStatement(body, depth + 1));
            EndPseudoStatement(body);
        }

        body.Expect("}", "after the statements");
        return statements.ToArray();
    }

    /// <summary>Text with values in braces: <c>"addi {x rd}, {x rd}, {low}"</c>.</summary>
    private PseudoText[] PseudoTexts(string text, Token at)
    {
        var pieces = new List<PseudoText>();
        var literal = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '{')
                continue;
            var close = text.IndexOf('}', i);
            if (close < 0)
                throw _bag.Fail(at, $"A '{{' in \"{text}\" has no '}}'");
            if (i > literal)
                pieces.Add(new PseudoText(text[literal..i], "", null));
            pieces.Add(PseudoHole(text[(i + 1)..close], at));
            i = close;
            literal = i + 1;
        }

        if (literal < text.Length)
            pieces.Add(new PseudoText(text[literal..], "", null));
        return pieces.ToArray();
    }

    private PseudoText PseudoHole(string text, Token at)
    {
        var inner = new DiagnosticBag();
        try
        {
            var tokens = Lexer.All(new SourceText(at.Source.Name, text), 0, text.Length, inner, null, false);
            var parser = new ExpressionParser(tokens, inner);
            var file = "";
            if (parser.Current.Kind == TokenKind.Name && parser.Following.Kind is TokenKind.Name or TokenKind.Number)
            {
                var word = parser.Take();
                if (TemplateParser.Resolve(word, Model, inner).Kind == PartKind.Register)
                    file = word.Text;
            }

            var value = parser.ParseExpression();
            if (!parser.AtEnd)
                throw inner.Fail(parser.Current, $"{parser.Current.Shown} is left over");
            return new PseudoText("", file, value);
        }
        catch (GiveUpException e)
        {
            throw _bag.Fail(at, $"In the text's {{{text}}}: {(e.Message.Length > 0 ? e.Message : "an error")}");
        }
    }
}
