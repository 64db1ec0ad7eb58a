using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Syntax;

internal enum ExpressionKind : byte
{
    /// <summary>A literal; the token has its text.</summary>
    Number,

    /// <summary>A name.</summary>
    Name,

    /// <summary>An operator before one part.</summary>
    Unary,

    /// <summary>An operator between two parts.</summary>
    Binary,

    /// <summary>part0 ? part1 : part2.</summary>
    Conditional,

    /// <summary>part0[part1, ...].</summary>
    Index,

    /// <summary>part0[part1:part2].</summary>
    Slice,

    /// <summary>part0.member; the token is the member.</summary>
    Member,

    /// <summary>part0(part1, ...).</summary>
    Call,

    /// <summary>part0 in { part1 ... }.</summary>
    In,
}

/// <summary>An expression as written.</summary>
internal sealed class Expression(ExpressionKind kind, Token token, params Expression[] parts)
{
    public ExpressionKind Kind { get; } = kind;

    /// <summary>The operator, name, number or member.</summary>
    public Token Token { get; } = token;

    public Expression[] Parts { get; } = parts;

    public string Text => Token.Text;

    /// <summary>Place of its first character.</summary>
    public Token First => Parts.Length > 0 && Kind != ExpressionKind.Unary ? Parts[0].First : Token;

    /// <summary>Levels of nesting.</summary>
    public int Depth { get; } = 1 + Deepest(parts);

    /// <summary>The dotted name (such as <c>load.32.amo</c>), or null where it is something else.</summary>
    public string? Path => Kind switch
    {
        ExpressionKind.Name => Text,
        ExpressionKind.Member => Parts[0].Path is { } path ? path + "." + Text : null,
        _ => null,
    };

    /// <summary>
    /// As written, spaces normalised: for messages and for telling whether two indices look the same.
    /// </summary>
    public override string ToString() => Kind switch
    {
        ExpressionKind.Unary => Text + Parts[0],
        ExpressionKind.Binary => $"{Parts[0]} {Text} {Parts[1]}",
        ExpressionKind.Conditional => $"{Parts[0]} ? {Parts[1]} : {Parts[2]}",
        ExpressionKind.Index => $"{Parts[0]}[{string.Join(", ", Parts[1..].AsEnumerable())}]",
        ExpressionKind.Slice => $"{Parts[0]}[{Parts[1]}:{Parts[2]}]",
        ExpressionKind.Member => $"{Parts[0]}.{Text}",
        ExpressionKind.Call => $"{Parts[0]}({string.Join(", ", Parts[1..].AsEnumerable())})",
        ExpressionKind.In => $"{Parts[0]} in {{ {string.Join(' ', Parts[1..].AsEnumerable())} }}",
        _ => Text,
    };

    private static int Deepest(Expression[] parts)
    {
        var deepest = 0;
        foreach (var part in parts)
            deepest = Math.Max(deepest, part.Depth);
        return deepest;
    }
}
