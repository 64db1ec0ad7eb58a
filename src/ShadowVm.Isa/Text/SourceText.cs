namespace ShadowVm.Isa.Text;

/// <summary>
/// One file's text; places are offsets into it, turned into line and column only when something is said.
/// </summary>
internal sealed class SourceText(string name, string text)
{
    public string Name { get; } = name;

    public string Text { get; } = text;

    /// <summary>Line and column from 1.</summary>
    public (int Line, int Column) Position(int offset)
    {
        var line = 1;
        var start = 0;
        var end = Math.Min(offset, Text.Length);
        for (var i = 0; i < end; i++)
        {
            if (Text[i] != '\n')
                continue;
            line++;
            start = i + 1;
        }

        return (line, end - start + 1);
    }

    /// <summary>Offset behind the last character of the line that holds the offset, the line feed left out.</summary>
    public int LineEnd(int offset)
    {
        var end = Text.IndexOf('\n', offset);
        return end < 0 ? Text.Length : end;
    }
}
