using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Short forms: <c>short NAME pattern "template" = TARGET field=value ...</c>.</content>
internal sealed partial class Loader
{
    /// <summary>What stands behind '=', in the header or on a line of its own below it.</summary>
    private ShortForm ReadShortForm(StatementParser header, Extent extent, int bodyStart, Row? row)
    {
        var text = header;
        if (!header.Current.Is("="))
        {
            text = new StatementParser(Lexer.All(extent.Source, bodyStart, extent.End, _bag, row, true), _bag);
            text.SkipNewLines();
        }

        text.Expect("=", "before the instruction that it is short for");
        var target = text.ExpectJoinedName("an instruction");
        var given = new List<(Token, Expression)>();
        while (text.Current.Kind == TokenKind.Name && text.Following.Is("="))
        {
            var field = text.Take();
            text.Take();
            given.Add((field, text.ParseExpression()));
        }

        text.ExpectLineEnd("the values");
        if (text == header && !extent.Source.Text.AsSpan(bodyStart, extent.End - bodyStart).IsWhiteSpace())
        {
            text = new StatementParser(Lexer.All(extent.Source, bodyStart, extent.End, _bag, row, true), _bag);
            text.SkipNewLines();
        }

        return text.AtEnd
            ? new ShortForm { TargetAt = target, Given = given }
            : throw _bag.Fail(text.Current, "A short form has no body: it means what its target does");
    }

    /// <summary>Targets may come later than what is short for them; one that isn't in this variant takes it along.</summary>
    private void ResolveShortForms()
    {
        for (var i = Model.Encodings.Count - 1; i >= 0; i--)
        {
            var encoding = Model.Encodings[i];
            if (encoding.Short is not { } form)
                continue;
            var name = form.TargetAt.Text;
            if (Model.EncodingsByName.TryGetValue(name, out var target) && target is { IsReserved: false, Short: null })
            {
                form.Target = target;
                encoding.Class = target.Class;
                encoding.Instruction = MakeShort(encoding, form, target);
                continue;
            }

            if (target is not null)
            {
                _bag.Error(form.TargetAt, $"'{name}' is {(target.IsReserved ? "reserved" : "a short form itself")}");
            }
            else if (!Model.Absent.Contains(name))
            {
                _bag.Error(
                    form.TargetAt,
                    $"There is no instruction '{name}'",
                    Suggestion.For(name, Model.EncodingsByName.Keys));
            }

            Model.Absent.Add(encoding.Name);
            Model.EncodingsByName.Remove(encoding.Name);
            Model.Encodings.RemoveAt(i);
        }
    }

    /// <summary>Its body is the target's, the same nodes; operands are what it gives the target's.</summary>
    private Instruction MakeShort(Encoding encoding, ShortForm form, Encoding target)
    {
        var functions = Functions;
        var names = Array.ConvertAll(target.Operands, o => o.Name);
        return new Instruction(encoding.Name, target.Class, names, () =>
        {
            form.Values(encoding, functions);
            return (target.Instruction!.Body, target.Instruction.LocalCount);
        })
        {
            Encoding = encoding,
        };
    }
}
