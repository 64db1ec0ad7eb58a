namespace ShadowVm.Isa.Text;

/// <summary>One row of an <c>each</c> table: what its columns stand for in the declaration behind it.</summary>
internal sealed class Row(SourceText source, string[] columns, (string Text, int Offset)[] cells)
{
    public SourceText Source { get; } = source;

    public string[] Columns { get; } = columns;

    /// <summary>Cell by column name, or null where the table has no such column.</summary>
    public (string Text, int Offset)? Cell(ReadOnlySpan<char> column)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            if (column.SequenceEqual(Columns[i]))
                return cells[i];
        }

        return null;
    }
}
