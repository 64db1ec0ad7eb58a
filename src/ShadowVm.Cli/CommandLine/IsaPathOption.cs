using System.CommandLine;
using ShadowVm.Isa;

namespace ShadowVm.Cli.CommandLine;

/// <summary>Where definitions lie.</summary>
internal sealed class IsaPathOption
{
    public Option<string?> Option { get; } = new("--isa-path")
    {
        Description = "Folder of definitions; else SHADOWVM_ISA, ./isa, or the folder beside the program.",
        HelpName = "FOLDER",
    };

    public IsaLibrary Library(ParseResult result) => IsaLibrary.Find(result.GetValue(Option), AppContext.BaseDirectory);
}
