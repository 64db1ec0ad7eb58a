using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Documentation;

/// <summary>What a definition's text says about a declaration, as it stands there.</summary>
internal static class Excerpts
{
    /// <summary>
    /// Lines that begin with two hashes, right above the declaration, above its <c>each</c> table, or above the
    /// <c>with</c> that it stands in.
    /// </summary>
    public static List<string> Documentation(Extent extent)
    {
        var text = extent.Source.Text;
        var result = new List<string>();
        var inTable = false;
        var indent = extent.Indent;
        for (var end = LineStart(text, extent.Start); end > 0;)
        {
            var start = LineStart(text, end - 1);
            var line = text[start..end].TrimEnd();
            var own = line.TrimStart();
            end = start;
            if (own.StartsWith("##", StringComparison.Ordinal) && line.Length - own.Length <= indent)
            {
                result.Insert(0, own[2..].Trim());
                continue;
            }

            if (result.Count > 0)
                break;
            if (own.StartsWith('|') && line.Length - own.Length > indent)
                inTable = true;
            else if (inTable && own.StartsWith("each ", StringComparison.Ordinal))
                inTable = false;
            else if (indent > 0 && line.Length - own.Length < indent && own.StartsWith("with ", StringComparison.Ordinal))
                (indent, inTable) = (line.Length - own.Length, false);
            else if (indent == 0 || own.Length == 0)
                break;
        }

        return result;
    }

    /// <summary>A body with the columns of its table filled in and the indentation of its first line taken away.</summary>
    public static string Body(Encoding encoding)
    {
        var body = encoding.Short?.Target ?? encoding;
        return Filled(Dedented(Deeper(body.Extent.Source.Text[body.BodyStart..body.Extent.End], body.Extent.Indent)), body.Row);
    }

    /// <summary>A whole declaration: the line of a place and all that are indented deeper.</summary>
    public static string Declaration(Token at)
    {
        var text = at.Source.Text;
        var start = LineStart(text, Math.Min(at.Offset, text.Length));
        var indent = 0;
        while (start + indent < text.Length && text[start + indent] == ' ')
            indent++;
        var end = at.Source.LineEnd(start);
        while (end < text.Length)
        {
            var next = end + 1;
            var first = next;
            while (first < text.Length && text[first] == ' ')
                first++;
            var isBlank = first >= text.Length || text[first] is '\n' or '\r';
            if (!isBlank && first - next <= indent)
                break;
            if (next >= text.Length)
                break;
            end = at.Source.LineEnd(next);
        }

        return Dedented(text[start..Math.Min(end, text.Length)]);
    }

    private static string Filled(string text, Row? row)
    {
        if (row is null)
            return text;
        var columns = (string[])row.Columns.Clone();
        Array.Sort(columns, (a, b) => b.Length.CompareTo(a.Length));
        foreach (var column in columns)
            text = text.Replace("$" + column, row.Cell(column)!.Value.Text, StringComparison.Ordinal);
        return text;
    }

    /// <summary>A body without what stands behind it: comments that are indented no deeper than its header.</summary>
    private static string Deeper(string text, int indent)
    {
        var lines = text.Split('\n');
        return string.Join('\n', Array.FindAll(
            lines, line => line.AsSpan().Trim().Length == 0 || line.Length - line.AsSpan().TrimStart().Length > indent));
    }

    private static string Dedented(string text)
    {
        var lines = text.TrimEnd().Split('\n');
        var indent = int.MaxValue;
        foreach (var line in lines)
        {
            if (line.AsSpan().Trim().Length > 0)
                indent = Math.Min(indent, line.Length - line.AsSpan().TrimStart().Length);
        }

        var from = Array.FindIndex(lines, line => line.AsSpan().Trim().Length > 0);
        return from < 0
            ? ""
            : string.Join('\n', Array.ConvertAll(lines[from..], l => l.Length <= indent ? "" : l[indent..].TrimEnd()));
    }

    private static int LineStart(string text, int offset) => offset <= 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
}
