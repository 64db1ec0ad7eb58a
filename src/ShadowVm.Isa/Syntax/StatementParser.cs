using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Syntax;

/// <summary>Parses bodies. An error costs one statement: the next line is read as if nothing had happened.</summary>
internal sealed class StatementParser(Token[] tokens, DiagnosticBag bag) : ExpressionParser(tokens, bag)
{
    private static readonly string[] Later = ["emit"];
    private int _depth;

    /// <summary>All statements up to the end of the text.</summary>
    public Statement[] ParseBody()
    {
        var result = new List<Statement>();
        ParseMany(result, false);
        return result.ToArray();
    }

    /// <summary>A group in braces, or one statement.</summary>
    public Statement[] ParseBlockOrStatement() => Current.Is("{") ? ParseBlock("") : [ParseStatement()];

    public Statement ParseStatement()
    {
        var first = Current;
        if (first.Kind == TokenKind.Name)
        {
            if (Array.IndexOf(Later, first.Text) >= 0 && !Following.Is("=") && !Following.Is("."))
                throw Bag.Fail(first, $"'{first.Text}' is not carried out by this version of the language");
            var known = Keyword(first);
            if (known is not null)
                return known;
        }

        var place = ParsePostfix();
        if (Current.Is("="))
        {
            Take();
            return new Statement { Kind = StatementKind.Assign, Token = first, A = place, B = ParseExpression() };
        }

        if (place.Kind == ExpressionKind.Call)
            return new Statement { Kind = StatementKind.Call, Token = first, A = place };
        throw Bag.Fail(Current, $"Expected '=' or a call in this statement, not {Current.Shown}");
    }

    private Statement? Keyword(Token first)
    {
        switch (first.Text)
        {
            case "let" or "var":
                return Let(Take());
            case "if":
                return If(Take());
            case "match":
                return Match(Take());
            case "for":
                return For(Take());
            case "break":
                return new Statement { Kind = StatementKind.Break, Token = Take() };
            case "return":
                Take();
                var result = Current.EndsLine || Current.Is("}") || Current.Is(";") ? null : ParseExpression();
                return new Statement { Kind = StatementKind.Return, Token = first, A = result };
            case "goto":
                Take();
                return new Statement { Kind = StatementKind.Goto, Token = first, A = ParseExpression() };
            case "enter":
                Take();
                return new Statement { Kind = StatementKind.Enter, Token = first, A = ParseExpression() };
            case "nullify":
                Take();
                var skips = Current.EndsLine || Current.Is("}") || Current.Is(";") ? null : ParseExpression();
                return new Statement { Kind = StatementKind.Nullify, Token = first, A = skips };
            case "forbid":
                Take();
                Expect("slot", "after 'forbid'");
                return new Statement { Kind = StatementKind.ForbidSlot, Token = first };
            case "require":
                Take();
                var condition = ParseExpression();
                Expect("else", "after the condition of 'require'");
                return new Statement
                {
                    Kind = StatementKind.Require,
                    Token = first,
                    A = condition,
                    Body = ParseBlockOrStatement(),
                };
            case "raise":
                return Raise(Take());
            case "delayed" when Following.Kind == TokenKind.Name:
                return Delayed(Take());
            case "wait":
                return new Statement { Kind = StatementKind.Wait, Token = Take() };
            case "flush":
                Take();
                return new Statement
                {
                    Kind = StatementKind.Flush,
                    Token = first,
                    Name = ExpectName("'code' or 'translations' after 'flush'"),
                };
            case "order":
                Take();
                return new Statement
                {
                    Kind = StatementKind.Order,
                    Token = first,
                    Name = ExpectName("a word such as 'all' after 'order'"),
                };
            default:
                return null;
        }
    }

    private Statement Let(Token first)
    {
        var name = ExpectName($"a name after '{first.Text}'");
        var width = TryTake(":") ? ParseExpression() : null;
        Expression? value = null;
        if (first.Text == "let" || Current.Is("="))
        {
            Expect("=", $"after the name '{name.Text}'");
            value = ParseExpression();
        }

        var kind = first.Text == "let" ? StatementKind.Let : StatementKind.Var;
        return new Statement { Kind = kind, Token = first, Name = name, A = width, B = value };
    }

    private Statement If(Token first)
    {
        var condition = ParseExpression();
        var body = ParseBlock("after the condition of 'if'");
        Statement[]? other = null;
        var followsOnNextLine = Current.Kind == TokenKind.NewLine && Following.IsWord("else");
        if (followsOnNextLine)
            SkipNewLines();
        if (TryTake("else"))
        {
            if (Current.IsWord("if"))
            {
                Deeper(Current);
                other = [If(Take())];
                _depth--;
            }
            else
            {
                other = ParseBlock("after 'else'");
            }
        }

        return new Statement { Kind = StatementKind.If, Token = first, A = condition, Body = body, Other = other };
    }

    private Statement Match(Token first)
    {
        var value = ParseExpression();
        Expect("{", "after the value of 'match'");
        Deeper(first);
        var arms = new List<(Expression?, Statement[])>();
        SkipSeparators();
        while (!Current.Is("}") && !AtEnd)
        {
            var pattern = TryTake("else") ? null : ParseExpression();
            Expect("=>", "after the value of this arm");
            arms.Add((pattern, ParseBlockOrStatement()));
            SkipSeparators();
        }

        Expect("}", "after the arms of 'match'");
        _depth--;
        return new Statement { Kind = StatementKind.Match, Token = first, A = value, Arms = arms.ToArray() };
    }

    private Statement For(Token first)
    {
        var name = ExpectName("a name after 'for'");
        Expect("in", "after the loop's name");
        var from = ParseExpression();
        Expect("..", "between the loop's bounds");
        var to = ParseExpression();
        if (Current.IsWord("max"))
            throw Bag.Fail(Current, "'max' is not carried out by this version of the language", "bounds are constants");
        var body = ParseBlock("after the loop's bounds");
        return new Statement { Kind = StatementKind.For, Token = first, Name = name, A = from, B = to, Body = body };
    }

    private Statement Raise(Token first)
    {
        var name = ExpectName("a cause after 'raise'");
        var arguments = new List<Expression>();
        if (TryTake("("))
        {
            while (!Current.Is(")"))
            {
                arguments.Add(ParseExpression());
                if (!TryTake(","))
                    break;
            }

            Expect(")", "after the arguments of 'raise'");
        }

        return new Statement
        {
            Kind = StatementKind.Raise,
            Token = first,
            Name = name,
            Arguments = arguments.ToArray(),
        };
    }

    private Statement Delayed(Token first)
    {
        var name = ExpectName("the name of a 'delayed' block");
        var classes = ParseExpression();
        Expect("dest", "after the classes");
        return new Statement
        {
            Kind = StatementKind.Delayed,
            Token = first,
            Name = name,
            A = classes,
            B = ParsePostfix(),
        };
    }

    private Statement[] ParseBlock(string where)
    {
        var open = Expect("{", where);
        Deeper(open);
        var result = new List<Statement>();
        ParseMany(result, true);
        if (!Current.Is("}"))
            throw Bag.Fail(open, "This '{' has no '}'");
        Take();
        _depth--;
        return result.ToArray();
    }

    private void ParseMany(List<Statement> into, bool inBraces)
    {
        var depth = _depth;
        SkipSeparators();
        while (!AtEnd && !(inBraces && Current.Is("}")))
        {
            try
            {
                into.Add(ParseStatement());
                if (!Current.EndsLine && !Current.Is(";") && !(inBraces && Current.Is("}")))
                    throw Bag.Fail(Current, $"{Current.Shown} is left over after this statement");
            }
            catch (GiveUpException) when (!inBraces)
            {
                _depth = depth;
                SkipLine();
            }

            SkipSeparators();
        }
    }

    private void SkipSeparators()
    {
        while (Current.Kind == TokenKind.NewLine || Current.Is(";"))
            Take();
    }

    private void Deeper(Token at)
    {
        if (++_depth > Limits.BlockDepth)
            throw Bag.Fail(at, $"Statements are nested deeper than {Limits.BlockDepth} levels", "use a procedure");
    }
}
