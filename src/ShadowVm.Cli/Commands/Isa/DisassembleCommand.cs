using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;

namespace ShadowVm.Cli.Commands.Isa;

/// <summary><c>shadowvm isa disasm</c>: ELF files, flat binaries and single words as text.</summary>
internal static class DisassembleCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "disasm",
            "Disassemble the code of an ELF file with its symbols, a flat binary, or words.",
            "shadowvm isa disasm hello                                   # a bundled guest",
            "shadowvm isa disasm program.elf --section .text",
            "shadowvm isa disasm rom.bin --isa VARIANT --org 0x80000000  # a file without a header",
            "shadowvm isa disasm --isa VARIANT --word 0x00a00513 --word 0x8082",
            "",
            "Exit code: 0, or 2 for input that can't be used.");
        var image = new Argument<string?>("IMAGE")
        {
            Description = "An ELF file, the name of a bundled guest, or a flat binary with --org.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var isa = new Option<string?>("--isa")
        {
            Description = "A definition or a variant; by default what the image's header says, or the only one that there is.",
            HelpName = "VARIANT",
        };
        var origin = new Option<string?>("--org")
        {
            Description = "The file is flat: code from its first byte on, at this address. For words, the address of the first.",
            HelpName = "ADDRESS",
        };
        var section = new Option<string?>("--section") { Description = "Only this section.", HelpName = "NAME" };
        var words = new Option<string[]>("--word") { Description = "An instruction word; may stand several times.", HelpName = "WORD" };
        command.Add(image);
        foreach (var option in new Option[] { isa, origin, section, words }) command.Add(option);
        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            var library = definitions.Library(result);
            var variant = result.GetValue(isa);
            var start = result.GetValue(origin) is { } at ? Values.Number("--org", at) : (ulong?)null;
            var given = result.GetValue(words) ?? [];
            if (result.GetValue(image) is not { } name)
            {
                if (given.Length == 0) throw new UsageException("name an image, or words with --word");
                var definition = Definitions.Load(library, variant ?? Definitions.Only(library));
                Disassembly.WriteWords(definition, [.. given.Select(word => Values.Number("--word", word))], start ?? 0, Console.Out);
                return 0;
            }

            if (given.Length > 0) throw new UsageException($"--word: it goes without an image, and there is '{name}'");
            var (file, bytes) = GuestImages.Find(name);
            if (start is { } address)
            {
                if (result.GetValue(section) is not null) throw new UsageException("--section: a flat file has none");
                var definition = Definitions.Load(library, variant ?? Definitions.Only(library));
                Disassembly.WriteFlat(definition, bytes, address, Console.Out);
            }
            else
            {
                Disassembly.WriteElf(file, bytes, library, variant, result.GetValue(section), Console.Out);
            }

            return 0;
        });
        return command;
    }
}
