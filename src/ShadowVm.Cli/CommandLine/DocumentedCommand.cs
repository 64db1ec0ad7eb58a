using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ShadowVm.Cli.CommandLine;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class DocumentedCommand : Command
{
    public DocumentedCommand(string name, string description, params string[] examples)
        : base(name, description) => Add(new HelpOption { Action = new HelpWithExamples(examples) { More = () => More() } });

    /// <summary>What the help says besides and only it needs to know.</summary>
    public Func<string> More { get; init; } = static () => "";
}

/// <summary>The usual help, then examples.</summary>
internal sealed class HelpWithExamples(string[] examples) : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    /// <summary>Lines to stand between help and examples.</summary>
    public Func<string> More { get; init; } = static () => "";

    public override int Invoke(ParseResult parseResult)
    {
        _help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.Write(More());
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine(example.Length == 0 ? "" : "  " + example);
        return 0;
    }
}
