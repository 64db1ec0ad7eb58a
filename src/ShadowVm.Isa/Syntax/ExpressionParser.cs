using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Syntax;

/// <summary>Operators, loosest first; bit operators bind tighter than comparisons, unlike C.</summary>
internal class ExpressionParser(Token[] tokens, DiagnosticBag bag) : Cursor(tokens, bag)
{
    private static readonly string[][] Levels =
    [
        ["||"], ["&&"], ["==", "!=", "<", ">", "<=", ">=", "<s", ">s", "<=s", ">=s"], ["|"], ["^"], ["&"], ["@"],
        ["<<", ">>", ">>s"], ["+", "-"], ["*", "/", "%", "/s", "%s"],
    ];

    private const int ComparisonLevel = 2;
    private int _nesting;

    public Expression ParseExpression()
    {
        var test = Binary(0);
        if (!Current.Is("?"))
            return test;
        var mark = Take();
        Enter(mark);
        var yes = ParseExpression();
        Expect(":", "between the two values of '?'");
        var no = ParseExpression();
        _nesting--;
        return Make(ExpressionKind.Conditional, mark, test, yes, no);
    }

    /// <summary>A name or a place in a register: what may stand before '='.</summary>
    public Expression ParsePostfix()
    {
        var result = Primary();
        while (true)
        {
            var mark = Current;
            if (mark.Is("[") && !mark.Spaced)
            {
                Take();
                Enter(mark);
                var parts = new List<Expression> { result, ParseExpression() };
                var kind = ExpressionKind.Index;
                if (TryTake(":"))
                {
                    kind = ExpressionKind.Slice;
                    parts.Add(ParseExpression());
                }

                while (kind == ExpressionKind.Index && TryTake(","))
                    parts.Add(ParseExpression());
                Expect("]", "after the index");
                _nesting--;
                result = Make(kind, mark, parts.ToArray());
            }
            else if (mark.Is(".") && !mark.Spaced)
            {
                Take();
                if (Current.Kind is not (TokenKind.Name or TokenKind.Number))
                    throw Bag.Fail(Current, $"Expected a name or a width after '.', not {Current.Shown}");
                result = Make(ExpressionKind.Member, Take(), result);
            }
            else if (mark.Is("(") && !mark.Spaced)
            {
                Take();
                Enter(mark);
                var parts = new List<Expression> { result };
                while (!Current.Is(")"))
                {
                    parts.Add(ParseExpression());
                    if (!TryTake(","))
                        break;
                }

                Expect(")", "after the arguments");
                _nesting--;
                result = Make(ExpressionKind.Call, mark, parts.ToArray());
            }
            else
            {
                return result;
            }
        }
    }

    private Expression Binary(int level)
    {
        if (level == Levels.Length)
            return Unary();
        var left = Binary(level + 1);
        while (true)
        {
            var mark = Current;
            if (level == ComparisonLevel && mark.IsWord("in"))
            {
                Take();
                Expect("{", "after 'in'");
                var parts = new List<Expression> { left };
                while (!Current.Is("}") && !AtEnd)
                    parts.Add(Unary());
                Expect("}", "after the values");
                left = Make(ExpressionKind.In, mark, parts.ToArray());
            }
            else if (mark.Kind == TokenKind.Symbol && Array.IndexOf(Levels[level], mark.Text) >= 0)
            {
                Take();
                left = Make(ExpressionKind.Binary, mark, left, Binary(level + 1));
            }
            else
            {
                return left;
            }
        }
    }

    private Expression Unary()
    {
        var mark = Current;
        if (!mark.Is("-") && !mark.Is("~") && !mark.Is("!"))
            return ParsePostfix();
        Take();
        Enter(mark);
        var inner = Unary();
        _nesting--;
        return Make(ExpressionKind.Unary, mark, inner);
    }

    private Expression Primary()
    {
        var mark = Current;
        if (mark.Kind == TokenKind.Number)
            return new Expression(ExpressionKind.Number, Take());
        if (mark.Kind == TokenKind.Name)
            return new Expression(ExpressionKind.Name, Take());
        if (!mark.Is("("))
            throw Bag.Fail(mark, $"Expected a value, not {mark.Shown}");
        Take();
        Enter(mark);
        var inner = ParseExpression();
        Expect(")", "after the expression");
        _nesting--;
        return inner;
    }

    private void Enter(Token at)
    {
        if (++_nesting > Limits.ExpressionDepth)
            throw TooDeep(at);
    }

    private Expression Make(ExpressionKind kind, Token token, params Expression[] parts)
    {
        var result = new Expression(kind, token, parts);
        return result.Depth <= Limits.ExpressionDepth ? result : throw TooDeep(token);
    }

    private GiveUpException TooDeep(Token at) =>
        Bag.Fail(
            at, $"This expression is nested deeper than {Limits.ExpressionDepth} levels", "name its parts with 'let'");
}
