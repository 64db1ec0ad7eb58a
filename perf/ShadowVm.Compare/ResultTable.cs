using System.Text;
using Spectre.Console;

namespace ShadowVm.Compare;

/// <summary>A table that can be shown on a terminal and written as Markdown.</summary>
/// <param name="title">What it shows.</param>
/// <param name="textual">Whether all columns are text; otherwise all but the first are numbers.</param>
/// <param name="heads">Column headings.</param>
internal sealed class ResultTable(string title, bool textual, params string[] heads)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public string Markdown()
    {
        var text = new StringBuilder().Append(title).Append("\n\n");
        Row(heads);
        Row([.. heads.Select((_, i) => IsText(i) ? "---" : "---:")]);
        _rows.ForEach(Row);
        return text.ToString();

        void Row(string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    public void Show(IAnsiConsole console)
    {
        var shown = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < heads.Length; i++)
        {
            var column = new TableColumn(Markup.Escape(heads[i]));
            shown.AddColumn(IsText(i) ? column.NoWrap() : column.RightAligned());
        }

        _rows.ForEach(cells => shown.AddRow([.. cells.Select(Markup.Escape)]));
        console.WriteLine(title);
        console.Write(shown);
    }

    private bool IsText(int column) => column == 0 || textual;
}
