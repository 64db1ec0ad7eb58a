using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Isa;
using Spectre.Console;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm isa</c>: what an author of definitions works with.</summary>
internal static class IsaCommand
{
    private const int FindingsExitCode = 2;

    public static Command Create()
    {
        var command = new DocumentedCommand(
            "isa",
            "Definitions of instruction sets: list, check, show, disassemble, assemble.",
            "shadowvm isa list",
            "shadowvm isa check",
            "shadowvm isa show add rd=3 rs1=1 rs2=2",
            "shadowvm isa disasm hello",
            "shadowvm isa asm hello.s -o hello.elf --isa VARIANT");
        command.Add(List());
        command.Add(Check());
        command.Add(Isa.ShowCommand.Create());
        command.Add(Disassemble());
        command.Add(Isa.AssembleCommand.Create());
        return command;
    }

    private static DocumentedCommand List()
    {
        var command = new DocumentedCommand("list", "List definitions and their variants.", "shadowvm isa list");
        var definitions = AddDefinitions(command);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var table = new Table().Border(TableBorder.None).AddColumns("name", "variant", "instructions", "state");
            foreach (var name in library.Names())
            {
                var source = library.Open(name);
                foreach (var variant in IsaDefinition.Variants(source))
                {
                    var isa = IsaDefinition.Load(source, variant);
                    table.AddRow(
                        name, isa.Variant, $"{isa.Instructions.Count}", $"{isa.SlotCount} slots of {isa.AddressBits} bits");
                }
            }

            AnsiConsole.Write(table);
            return 0;
        });
        return command;
    }

    private static DocumentedCommand Check()
    {
        var command = new DocumentedCommand(
            "check",
            "Check definitions: every error and warning of every variant in one pass, as file:line:column.",
            "shadowvm isa check",
            "shadowvm isa check NAME",
            "shadowvm isa check --isa-path my-isas NAME");
        var name = new Argument<string?>("NAME")
        {
            Description = "A definition; all where it is left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        command.Add(name);
        var definitions = AddDefinitions(command);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var names = result.GetValue(name) is { } one ? [one] : library.Names();
            if (names.Count == 0) throw new UsageException("there is no definition to check");
            var errors = 0;
            foreach (var each in names)
            {
                var findings = IsaDefinition.Check(library.Open(each));
                foreach (var finding in findings) Console.Out.WriteLine($"{each}/{finding}");
                var wrong = findings.Count(finding => finding.IsError);
                errors += wrong;
                Console.Out.WriteLine($"{each}: {wrong} errors, {findings.Count - wrong} warnings");
            }

            return errors == 0 ? 0 : FindingsExitCode;
        });
        return command;
    }

    private static DocumentedCommand Disassemble()
    {
        var command = new DocumentedCommand(
            "disasm",
            "Disassemble the code of an ELF file, with its symbols.",
            "shadowvm isa disasm hello",
            "shadowvm isa disasm program.elf --isa VARIANT");
        var image = new Argument<string>("IMAGE") { Description = "An ELF file or the name of a bundled guest." };
        var isa = new Option<string?>("--isa") { Description = "By default what the image's header says.", HelpName = "VARIANT" };
        command.Add(image);
        command.Add(isa);
        var definitions = AddDefinitions(command);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var (name, bytes) = GuestImages.Find(result.GetRequiredValue(image));
            Disassembly.Write(name, bytes, library, result.GetValue(isa), Console.Out);
            return 0;
        });
        return command;
    }

    private static Definitions AddDefinitions(Command command)
    {
        var definitions = new Definitions();
        command.Add(definitions.Option);
        return definitions;
    }
}
