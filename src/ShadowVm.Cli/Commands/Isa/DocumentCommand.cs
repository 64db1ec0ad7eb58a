using System.CommandLine;
using ShadowVm.Cli.CommandLine;

namespace ShadowVm.Cli.Commands.Isa;

/// <summary><c>shadowvm isa doc</c>: a definition as a page to read.</summary>
internal static class DocumentCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "doc",
            "Write a reference of a definition as one HTML page that needs nothing else: encodings as pictures, syntax, class, "
            + "semantics, control registers, hooks. For reading on a screen, in the dark and on paper.",
            "shadowvm isa doc NAME -o reference.html",
            "shadowvm isa doc VARIANT -o reference.html",
            "",
            "Exit code: 0, or 2 for input that can't be used.");
        var name = new Argument<string?>("NAME")
        {
            Description = "A definition or a variant; by default the only definition that there is.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<string?>("-o", "--output") { Description = "The file; stdout where it is left out.", HelpName = "FILE" };
        command.Add(name);
        command.Add(output);
        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var page = Definitions.Load(library, result.GetValue(name) ?? Definitions.Only(library)).ToHtml();
            if (result.GetValue(output) is not { } file)
            {
                Console.Out.Write(page);
                return 0;
            }

            try
            {
                File.WriteAllText(file, page);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                throw new UsageException($"-o: {file} can't be written: {e.Message}");
            }

            return 0;
        });
        return command;
    }
}
