using System.CommandLine;
using System.CommandLine.Help;

namespace ShadowVm.Cli.CommandLine;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class DocumentedCommand : Command
{
    public DocumentedCommand(string name, string description, params string[] examples)
        : base(name, description) => Add(new HelpOption { Action = WithExamples(examples) });

    /// <summary>Help that ends with examples.</summary>
    public static HelpAction WithExamples(string[] examples)
    {
        var action = new HelpAction { MaxWidth = 100 };
        action.Builder.CustomizeLayout(_ => HelpBuilder.Default.GetLayout().Append(context =>
        {
            if (examples.Length == 0) return false;
            context.Output.WriteLine("Examples:");
            foreach (var example in examples) context.Output.WriteLine($"  {example}");
            return true;
        }));
        return action;
    }
}
