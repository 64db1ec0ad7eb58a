using System.Text;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Assembly;

/// <summary>Fills in the quoted texts of pseudo instructions.</summary>
internal static class Emission
{
    /// <summary>An emitted instruction: its mnemonic and the words behind it, all at one place.</summary>
    public static (string Mnemonic, AsmToken[] Tokens) Of(PseudoStatement statement, PseudoValues values, int place)
    {
        var tokens = new List<AsmToken>();
        var mnemonic = "";
        foreach (var text in statement.Text)
        {
            if (text.Value is { } hole)
            {
                var value = values.Evaluate(hole);
                tokens.Add(text.File.Length > 0
                    ? new AsmToken(AsmKind.Register, text.File, place) { Value = value }
                    : new AsmToken(AsmKind.Value, Shown(value), place) { Value = value });
                continue;
            }

            var literal = text.Literal;
            if (mnemonic.Length == 0 && tokens.Count == 0)
            {
                literal = literal.TrimStart();
                var stop = literal.AsSpan().IndexOfAny(' ', '\t');
                mnemonic = stop < 0 ? literal : literal[..stop];
                literal = stop < 0 ? "" : literal[stop..];
            }

            tokens.AddRange(AsmLexer.Piece(literal, place));
        }

        tokens.Add(new AsmToken(AsmKind.End, "", place));
        return (mnemonic, tokens.ToArray());
    }

    /// <summary>The sentence of an error.</summary>
    public static string Sentence(PseudoStatement statement, PseudoValues values)
    {
        var sentence = new StringBuilder();
        foreach (var text in statement.Text)
            sentence.Append(text.Value is { } hole ? Shown(values.Evaluate(hole)) : text.Literal);
        return sentence.ToString();
    }

    private static string Shown(Quantity value) => value.IsAbsolute ? Quantity.Shown(value.Number) : "unknown";
}
