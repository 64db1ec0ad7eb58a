using ShadowVm.Isa.Text;

namespace ShadowVm.Isa;

/// <summary>
/// Leaves the declaration or statement at hand after an error; whoever started it goes on with the next.
/// </summary>
internal sealed class GiveUpException(string message = "") : Exception(message);

/// <summary>Findings of one pass, each place and sentence once.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<(Diagnostic Finding, SourceText Source, int Offset)> _items = [];
    private readonly HashSet<(string File, int Offset, string Message)> _seen = [];

    /// <summary>True once an error was reported.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>True once there are so many findings that going on helps nobody.</summary>
    public bool Full => _items.Count >= Limits.Findings;

    /// <summary>Number of errors reported so far, those that were said before included.</summary>
    public int Errors { get; private set; }

    public void Error(Token at, string message, string? hint = null) =>
        Add(at.Source, at.Offset, true, message, hint);

    public void Error(SourceText source, int offset, string message, string? hint = null) =>
        Add(source, offset, true, message, hint);

    public void Warn(Token at, string message, string? hint = null) =>
        Add(at.Source, at.Offset, false, message, hint);

    /// <summary>Reports and leaves.</summary>
    public GiveUpException Fail(Token at, string message, string? hint = null)
    {
        Error(at, message, hint);
        return new GiveUpException(message);
    }

    /// <summary>All findings, by file in the order of first mention, then by place.</summary>
    public IReadOnlyList<Diagnostic> Sorted()
    {
        var files = new List<string>();
        foreach (var item in _items)
        {
            if (!files.Contains(item.Source.Name))
                files.Add(item.Source.Name);
        }

        files.Sort(string.CompareOrdinal);
        var copy = _items.ToArray();
        var order = new int[copy.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) =>
        {
            var byFile = files.IndexOf(copy[a].Source.Name).CompareTo(files.IndexOf(copy[b].Source.Name));
            if (byFile != 0)
                return byFile;
            var byPlace = copy[a].Offset.CompareTo(copy[b].Offset);
            return byPlace != 0 ? byPlace : a.CompareTo(b);
        });
        return Array.ConvertAll(order, i => copy[i].Finding);
    }

    /// <summary>Throws when there is an error.</summary>
    public void ThrowIfErrors()
    {
        if (HasErrors)
            throw new IsaException(Sorted());
    }

    private static string WithoutDigits(string text) => string.Concat(text.Where(c => !char.IsAsciiDigit(c)));

    private void Add(SourceText source, int offset, bool isError, string message, string? hint)
    {
        HasErrors |= isError;
        if (isError)
            Errors++;
        // Sets of parameter values differ in their widths: the same sentence with other numbers says nothing new.
        if (Full || !_seen.Add((source.Name, offset, WithoutDigits(message))))
            return;
        var (line, column) = source.Position(offset);
        _items.Add((new Diagnostic(source.Name, line, column, isError, message, hint), source, offset));
    }
}
