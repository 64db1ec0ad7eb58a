using ShadowVm.Cli.CommandLine;
using ShadowVm.Isa;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Cli.Output;

/// <summary>An image's executable segments as a listing.</summary>
internal static class Disassembly
{
    public static void Write(string name, byte[] image, IsaLibrary library, string? variant, TextWriter output)
    {
        var header = ElfHeader.Read(name, image);
        var isa = variant is null ? Definitions.LoadFor(library, header) : Definitions.Load(library, variant);
        if (header.Machine != isa.ElfMachine || header.Bits != isa.ElfClass)
        {
            throw new UsageException(
                $"{name}: made for machine number {header.Machine} with {header.Bits} bits, "
                + $"{isa.Variant} is number {isa.ElfMachine} with {isa.ElfClass}");
        }

        var symbols = ElfSymbols.Read(image);
        foreach (var (address, bytes) in ElfCode.Segments(name, image)) Write(isa, symbols, address, bytes.Span, output);
    }

    private static void Write(
        IsaDefinition isa, ElfSymbols symbols, ulong start, ReadOnlySpan<byte> code, TextWriter output)
    {
        var at = 0;
        while (at + isa.UnitBytes <= code.Length)
        {
            var address = start + (ulong)at;
            if (symbols.TryFind(address, out var symbol, out var offset) && offset == 0)
            {
                output.WriteLine();
                output.WriteLine($"{address:x16} <{symbol}>:");
            }

            var length = isa.LengthOf(Word(code[at..], isa.UnitBytes, isa.BigEndian));
            if (at + length > code.Length) return;
            var word = Word(code[at..], length, isa.BigEndian);
            var text = isa.Disassemble(isa.Decode(word), address);
            var digits = word.ToString("x" + (2 * length));
            output.WriteLine($"{address,12:x}:  {digits,-8}  {text}");
            at += length;
        }
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int length, bool bigEndian)
    {
        var word = 0u;
        for (var i = 0; i < length; i++) word |= (uint)bytes[i] << (8 * (bigEndian ? length - 1 - i : i));
        return word;
    }
}
