using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Isa;
using Spectre.Console;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm isa</c>: what an author of definitions works with.</summary>
internal static class IsaCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "isa",
            "Definitions of instruction sets: list, check, test, show, document, assemble, disassemble.",
            "shadowvm isa list",
            "shadowvm isa check",
            "shadowvm isa test",
            "shadowvm isa show add rd=3 rs1=1 rs2=2",
            "shadowvm isa doc NAME -o reference.html",
            "shadowvm isa asm hello.s -o hello.elf --isa VARIANT",
            "shadowvm isa disasm hello");
        command.Add(List());
        command.Add(Isa.CheckCommand.Create());
        command.Add(Isa.TestCommand.Create());
        command.Add(Isa.ShowCommand.Create());
        command.Add(Isa.DocumentCommand.Create());
        command.Add(Isa.AssembleCommand.Create());
        command.Add(Isa.DisassembleCommand.Create());
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

    private static Definitions AddDefinitions(Command command)
    {
        var definitions = new Definitions();
        command.Add(definitions.Option);
        return definitions;
    }
}
