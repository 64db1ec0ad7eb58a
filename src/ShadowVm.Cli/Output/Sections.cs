using Spectre.Console;

namespace ShadowVm.Cli.Output;

/// <summary>Text in parts with headings: set off on a terminal, plain where the output is redirected.</summary>
internal sealed class Sections(TextWriter output)
{
    private bool _isLater;

    /// <summary>Where the text of a part goes.</summary>
    public TextWriter Output => output;

    /// <summary>Begins a part.</summary>
    public void Begin(string heading)
    {
        if (_isLater) output.WriteLine();
        _isLater = true;
        if (Console.IsOutputRedirected) output.WriteLine($"== {heading} ==");
        else AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(heading)}[/]") { Justification = Justify.Left });
    }
}
