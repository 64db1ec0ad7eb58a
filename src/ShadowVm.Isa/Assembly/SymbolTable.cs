namespace ShadowVm.Isa.Assembly;

/// <summary>A label, or a name for a value.</summary>
internal sealed class Symbol(string name, AsmToken at, Section section, long offset)
{
    public string Name { get; } = name;

    public AsmToken At { get; } = at;

    public Section Section { get; } = section;

    public long Offset { get; } = offset;

    public bool IsLabel { get; init; }

    public bool IsGlobal { get; set; }

    /// <summary>Of a name: what it stands for so far.</summary>
    public Quantity Value { get; set; }

    /// <summary>Of a name: its expression, where it begins in the statement and which statement that is.</summary>
    public (AsmToken[] Tokens, int Position, int Statement) Text { get; init; } = ([], 0, 0);

    /// <summary>True while it is being evaluated.</summary>
    public bool IsBusy { get; set; }
}

/// <summary>Labels and names, in text order.</summary>
internal sealed class SymbolTable
{
    private readonly Dictionary<string, Symbol> _byName = [];
    private readonly Dictionary<int, List<(int Statement, Section Section, long Offset)>> _local = [];

    /// <summary>All symbols in the order in which they were first given.</summary>
    public List<Symbol> All { get; } = [];

    public Symbol? Find(string name) => _byName.GetValueOrDefault(name);

    public void Set(Symbol symbol)
    {
        if (_byName.TryGetValue(symbol.Name, out var old))
            All.Remove(old);
        All.Add(symbol);
        _byName[symbol.Name] = symbol;
    }

    public void SetLocal(int number, int statement, Section section, long offset)
    {
        if (!_local.TryGetValue(number, out var list))
            _local[number] = list = [];
        list.Add((statement, section, offset));
    }

    /// <summary>The nearest local label before (that of this statement included) or behind a statement.</summary>
    public (Section Section, long Offset)? Local(int number, int statement, bool forward)
    {
        if (!_local.TryGetValue(number, out var list))
            return null;
        var index = forward
            ? list.FindIndex(l => l.Statement > statement) : list.FindLastIndex(l => l.Statement <= statement);
        return index < 0 ? null : (list[index].Section, list[index].Offset);
    }
}
