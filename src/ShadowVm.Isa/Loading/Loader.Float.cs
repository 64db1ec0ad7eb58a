using ShadowVm.Isa.Model;
using ShadowVm.Isa.Numerics.Floating;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>The <c>float</c> block.</content>
internal sealed partial class Loader
{
    private static readonly (string Word, uint Rule)[] NanRules =
    [
        ("canonical", 0), ("first", FloatMode.NanFirst), ("last", FloatMode.NanLast),
        ("signaling", FloatMode.NanSignaling),
    ];

    private static readonly (string Word, uint Rule)[] RangeRules =
    [
        ("saturate", 0), ("wrap", FloatMode.RangeWrap), ("max", FloatMode.RangeMax), ("min", FloatMode.RangeMin),
    ];

    private static readonly (string Word, uint Rule)[] NanToRules =
        [("max", 0), ("zero", FloatMode.NanToZero), ("min", FloatMode.NanToMin)];

    private static readonly (string Word, uint Rule)[] TininessRules = [("after", 0), ("before", FloatMode.TinyBefore)];

    private static readonly (string Word, uint Rule)[] QuietRules = [("one", 0), ("zero", FloatMode.QuietIsZero)];

    private void ReadFloat(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        var at = header.Take();
        header.ExpectLineEnd("'float'");
        if (Model.Float is { } other)
        {
            throw _bag.Fail(
                at, "There is a 'float' block already, and one says it all",
                $"join it with the one in '{other.At.Source.Name}'");
        }

        var block = Model.Float = new FloatDeclaration { At = at };
        var body = BodyOf(extent, bodyStart);
        var seen = new HashSet<string>();
        Lines(body, first =>
        {
            while (!body.Current.EndsLine)
                ReadFloatClause(body, block, seen);
        });
        foreach (var required in new[] { "tininess", "nan", "convert" })
        {
            if (!seen.Contains(required))
                _bag.Error(at, $"The 'float' block doesn't say '{required}'", $"add '{required} ...'");
        }

        foreach (var code in FloatCode.All)
        {
            var width = FloatCode.OperandWidth(code);
            var parameters = new List<(string, int)>();
            for (var i = 0; i < FloatCode.OperandsOf(code); i++)
                parameters.Add(($"({i})", width));
            if (FloatCode.Rounds(code))
                parameters.Add(("(rounding)", FloatMode.RoundWidth));
            var name = FloatCode.NameOf(code);
            block.Functions[name] = Generated(
                at, name, [.. parameters], FloatCode.ResultWidth(code), lowering => lowering.AccruingFloat(code));
        }
    }

    private void ReadFloatClause(StatementParser body, FloatDeclaration block, HashSet<string> seen)
    {
        var clause = body.Take();
        if (clause.Text is not ("accrue" or "touch") && !seen.Add(clause.Text))
            throw _bag.Fail(clause, $"The 'float' block says {clause.Shown} already");
        switch (clause.Text)
        {
            case "accrue":
                ReadAccrue(body, block);
                break;
            case "touch":
                block.Touch.Add(body.ParseStatement());
                break;
            case "tininess":
                block.Rules |= Rule(body, TininessRules);
                break;
            case "nan":
                block.Rules |= Rule(body, NanRules);
                break;
            case "quiet":
                block.Rules |= Rule(body, QuietRules);
                break;
            case "convert":
                block.Rules |= Rule(body, RangeRules);
                if (!body.TryTake("nan"))
                    throw _bag.Fail(body.Current, "'convert' doesn't say what a NaN becomes", "add 'nan max', 'nan zero' or 'nan min'");
                block.Rules |= Rule(body, NanToRules);
                break;
            default:
                throw _bag.Fail(
                    clause, $"{clause.Shown} is no clause of 'float'",
                    Suggestion.For(clause.Text, ["accrue", "tininess", "nan", "quiet", "convert", "touch"]));
        }
    }

    /// <summary><c>accrue fcsr.flags</c>, or <c>accrue invalid sr.v  inexact sr.x</c>: to the end of the line.</summary>
    private void ReadAccrue(StatementParser body, FloatDeclaration block)
    {
        var names = FloatFlags.Names;
        while (!body.Current.EndsLine)
        {
            var flag = -1;
            for (var i = 0; i < names.Count; i++)
            {
                if (body.Current.IsWord(names[i]) && body.Following.Kind == TokenKind.Name)
                    flag = i;
            }

            if (flag >= 0)
                body.Take();
            else if (body.Following is { Kind: TokenKind.Name, Spaced: true })
                throw _bag.Fail(body.Current, $"{body.Current.Shown} is no flag", Suggestion.For(body.Current.Text, names));
            block.Accrue.Add((flag, body.ParsePostfix()));
        }
    }

    private uint Rule(StatementParser body, (string Word, uint Rule)[] rules)
    {
        var word = body.ExpectName(string.Join(" or ", Array.ConvertAll(rules, rule => $"'{rule.Word}'")));
        foreach (var (name, rule) in rules)
        {
            if (word.Text == name)
                return rule;
        }

        throw _bag.Fail(
            word, $"{word.Shown} is none of {string.Join(", ", Array.ConvertAll(rules, rule => rule.Word))}",
            Suggestion.For(word.Text, Array.ConvertAll(rules, rule => rule.Word)));
    }
}
