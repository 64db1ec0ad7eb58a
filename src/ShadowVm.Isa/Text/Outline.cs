namespace ShadowVm.Isa.Text;

/// <summary>
/// A declaration's extent: the header line and all lines indented deeper. Nothing inside is looked at.
/// </summary>
/// <param name="Source">The file.</param>
/// <param name="Start">Offset of the header's first character.</param>
/// <param name="End">Offset behind the last line.</param>
/// <param name="Indent">Column of the header, from 0.</param>
internal sealed record Extent(SourceText Source, int Start, int End, int Indent)
{
    /// <summary>Stands where there is none.</summary>
    public static Extent None { get; } = new(Token.None.Source, 0, 0, 0);

    private string? _keyword;

    /// <summary>The header's first word.</summary>
    public string Keyword => _keyword ??= FirstWord();

    /// <summary>Text of the first line.</summary>
    public string FirstLine => Source.Text[Start..Math.Min(End, Source.LineEnd(Start))];

    private string FirstWord()
    {
        var stop = Start;
        while (stop < End && (char.IsAsciiLetterOrDigit(Source.Text[stop]) || Source.Text[stop] == '_'))
            stop++;
        return Source.Text[Start..stop];
    }
}

/// <summary>Finds the declarations of a file, or of a <c>with</c> block, by indentation alone.</summary>
internal static class Outline
{
    public static List<Extent> Of(SourceText source, int start, int end, DiagnosticBag bag)
    {
        var result = new List<Extent>();
        var text = source.Text;
        var baseIndent = -1;
        var headStart = -1;
        var line = start;
        while (line < end)
        {
            var lineEnd = Math.Min(source.LineEnd(line), end);
            var first = line;
            while (first < lineEnd && text[first] == ' ')
                first++;
            var next = lineEnd + 1;
            if (first < lineEnd && text[first] == '\t')
            {
                bag.Error(source, first, "A tab indents this line", "use spaces");
            }
            else if (first < lineEnd && text[first] != '#' && text[first] != '\r')
            {
                var indent = first - line;
                if (baseIndent < 0)
                    baseIndent = indent;
                if (indent < baseIndent)
                    bag.Error(source, first, "This line is indented less than the declarations before it");
                if (indent <= baseIndent)
                {
                    Close(line);
                    headStart = first;
                }
            }

            line = next;
        }

        Close(end);
        return result;

        void Close(int stop)
        {
            if (headStart >= 0)
                result.Add(new Extent(source, headStart, stop, baseIndent));
            headStart = -1;
            if (result.Count > Limits.Declarations)
            {
                bag.Error(source, start, $"There are more than {Limits.Declarations} declarations");
                throw new GiveUpException();
            }
        }
    }
}
