using System.CommandLine;
using ShadowVm.Host.Backends;

namespace ShadowVm.Cli.CommandLine;

/// <summary>What of this host a program may reach: nothing, unless it is said here.</summary>
internal sealed class ProgramFileOptions
{
    private readonly Option<string?> _root = new("--root")
    {
        Description = "Folder that a program (--machine user) sees as /; without one it has no files. A pair shares it.",
        HelpName = "FOLDER",
    };

    private readonly Option<bool> _readOnly = new("--read-only") { Description = "Nothing below --root is changed." };

    private readonly Option<string?> _libraries = new("-L")
    {
        Description = "Folder that stands in front of --root, read only: a system's libraries and dynamic linker.",
        HelpName = "FOLDER",
    };

    public ProgramFileOptions(Command command)
    {
        foreach (var option in new Option[] { _root, _readOnly, _libraries }) command.Add(option);
    }

    public ProgramFiles Read(ParseResult result) => new()
    {
        Root = Folder("--root", result.GetValue(_root)),
        ReadOnly = result.GetValue(_readOnly),
        Libraries = Folder("-L", result.GetValue(_libraries)),
    };

    private static string? Folder(string option, string? path) => path is null || Directory.Exists(path)
        ? path
        : throw new UsageException($"{option}: there is no folder '{path}'");
}
