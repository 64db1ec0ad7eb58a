namespace ShadowVm.Isa.Documentation;

/// <summary>A definition's text with keywords, numbers, strings, comments and registers set off.</summary>
internal static class Highlighter
{
    private static readonly string[] Words =
    [
        "let", "var", "if", "else", "match", "for", "in", "break", "return", "goto", "enter", "require", "raise", "wait", "flush",
        "order", "nullify", "forbid", "delayed", "class", "user", "kernel", "drain", "where", "when", "function", "procedure",
        "hook", "control", "space", "at", "split", "computed", "view", "of", "fields", "derived", "writable", "access", "absent",
        "legal", "read", "modify", "write", "on", "register", "names", "zero", "enum", "context", "pseudo", "emit", "error",
    ];

    public static string Mark(string text, HashSet<string> registers)
    {
        var html = new Html();
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            var c = text[at];
            if (c == '#')
            {
                at = EndOf(text, at, other => other != '\n');
                html.Element("i", text[start..at]);
            }
            else if (c == '"')
            {
                at = EndOf(text, at + 1, other => other is not ('"' or '\n'));
                at = Math.Min(at + 1, text.Length);
                html.Element("q", text[start..at]);
            }
            else if (char.IsAsciiLetterOrDigit(c) || c == '_')
            {
                at = EndOf(text, at, other => char.IsAsciiLetterOrDigit(other) || other == '_');
                var word = text[start..at];
                if (char.IsAsciiDigit(c))
                    html.Element("u", word);
                else if (Array.IndexOf(Words, word) >= 0)
                    html.Element("b", word);
                else if (registers.Contains(word))
                    html.Element("var", word);
                else
                    html.Text(word);
            }
            else
            {
                at = EndOf(text, at, other => other is not ('#' or '"' or '_') && !char.IsAsciiLetterOrDigit(other));
                html.Text(text[start..at]);
            }
        }

        return html.ToString();
    }

    private static int EndOf(string text, int at, Predicate<char> belongs)
    {
        while (at < text.Length && belongs(text[at]))
            at++;
        return at;
    }
}
