using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;

namespace ShadowVm.Cli.Commands.Isa;

/// <summary><c>shadowvm isa asm</c>: a small guest without a cross compiler.</summary>
internal static class AssembleCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "asm",
            "Assemble a file by the syntax, aliases and pseudo instructions of a definition. Without -o the listing goes to stdout.",
            "shadowvm isa asm hello.s --isa VARIANT",
            "shadowvm isa asm hello.s -o hello.elf --isa VARIANT && shadowvm run hello.elf",
            "shadowvm isa asm hello.s -o hello.elf --listing --isa VARIANT --org 0x80000000",
            "",
            "A source begins at _start, else at its first instruction:",
            "    .globl _start",
            "    _start: ...            # labels, 1: with 1b and 1f, expressions with + - * / << >> & | ^ ~ ( )",
            "    .data",
            "    text:   .asciz \"hello\"",
            "Exit code: 0, or 2 for a source with errors and other input that can't be used.");
        var file = new Argument<string>("FILE") { Description = "The source." };
        var output = new Option<string?>("-o", "--output") { Description = "Write a static ELF executable.", HelpName = "FILE" };
        var isa = new Option<string?>("--isa")
        {
            Description = "A definition or a variant; by default the only definition that there is.",
            HelpName = "VARIANT",
        };
        var origin = new Option<string>("--org")
        {
            Description = "Address of the section .text.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => AssemblySource.OriginDefault,
        };
        var listing = new Option<bool>("--listing") { Description = "Print address, word and text of each line." };
        command.Add(file);
        command.Add(output);
        command.Add(isa);
        command.Add(origin);
        command.Add(listing);
        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var definition = Definitions.Load(library, result.GetValue(isa) ?? Definitions.Only(library));
            var assembled = AssemblySource.Assemble(definition, result.GetRequiredValue(file), result.GetRequiredValue(origin));
            if (assembled is null) return AssemblySource.FindingsExitCode;
            var target = result.GetValue(output);
            if (target is null || result.GetValue(listing)) Write(definition, assembled, Console.Out);
            if (target is not null) Write(target, ElfWriter.Write(definition, assembled));
            return 0;
        });
        return command;
    }

    private static void Write(string name, byte[] image)
    {
        try
        {
            File.WriteAllBytes(name, image);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"-o: {name} can't be written: {e.Message}");
        }
    }

    private static void Write(IsaDefinition isa, AssemblyResult assembled, TextWriter output)
    {
        const int shown = 8;
        foreach (var line in assembled.Listing)
        {
            if (line.Label is not null) output.WriteLine($"{line.Label}:");
            var ordered = isa.BigEndian || !line.IsInstruction ? line.Bytes : line.Bytes.Reverse().ToArray();
            var digits = Convert.ToHexStringLower(ordered.AsSpan(0, Math.Min(ordered.Length, shown)));
            var more = line.Bytes.Length > shown ? $"... {line.Bytes.Length} bytes  " : "";
            output.WriteLine($"{line.Address,12:x}:  {digits,-16}  {more}{line.Text}".TrimEnd());
        }
    }
}
