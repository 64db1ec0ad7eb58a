using ShadowVm.Cli.CommandLine;
using ShadowVm.Isa;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Cli.Output;

/// <summary>Code as a listing: address, word and text, with labels and with symbols behind targets.</summary>
internal static class Disassembly
{
    private const int WordBytesMax = sizeof(uint);
    private const int ZerosShownMax = 16;

    /// <summary>The executable sections of an ELF file, or its executable segments where it has no sections.</summary>
    public static void WriteElf(
        string name, byte[] image, IsaLibrary library, string? variant, string? section, TextWriter output)
    {
        if (image.Length < 4 || image[0] != 0x7f || image[1] != 'E' || image[2] != 'L' || image[3] != 'F')
            throw new UsageException($"{name}: no ELF file; for a flat one say with --org at what address it begins");
        var header = ElfHeader.Read(name, image);
        var isa = variant is null ? Definitions.LoadFor(library, header) : Definitions.Load(library, variant);
        if (header.Machine != isa.ElfMachine || header.Bits != isa.ElfClass)
        {
            throw new UsageException(
                $"{name}: made for machine number {header.Machine} with {header.Bits} bits, "
                + $"{isa.Variant} is number {isa.ElfMachine} with {isa.ElfClass}");
        }

        var symbols = ElfSymbols.Read(image);
        var sections = ElfCode.Sections(name, image);
        if (section is not null && !sections.Any(each => each.Name == section))
        {
            throw new UsageException(
                $"--section: {name} has no code in '{section}'; there is {string.Join(", ", sections.Select(each => each.Name))}");
        }

        foreach (var (part, address, bytes) in sections)
        {
            if (section is not null && part != section) continue;
            if (part.Length > 0) output.WriteLine($"{(part == sections[0].Name ? "" : "\n")}section {part}:");
            Write(isa, symbols, address, bytes.Span, output);
        }
    }

    /// <summary>A file that is nothing but code.</summary>
    public static void WriteFlat(IsaDefinition isa, byte[] image, ulong start, TextWriter output) =>
        Write(isa, ElfSymbols.None, start, image, output);

    /// <summary>Words one behind the other.</summary>
    public static void WriteWords(IsaDefinition isa, ulong[] words, ulong start, TextWriter output)
    {
        var address = start;
        foreach (var word in words)
        {
            if (word > uint.MaxValue) throw new UsageException($"--word: 0x{word:x} has more than {8 * WordBytesMax} bits");
            var unit = isa.UnitBytes >= WordBytesMax ? (uint)word : (uint)word & ((1u << (8 * isa.UnitBytes)) - 1);
            var length = isa.LengthOf(unit);
            if (length < WordBytesMax && word >> (8 * length) != 0)
                throw new UsageException($"--word: 0x{word:x} has more than the {8 * length} bits that it says it has");
            WriteLine(isa, ElfSymbols.None, address, (uint)word, length, output);
            address += (ulong)length;
        }
    }

    private static void Write(
        IsaDefinition isa, ElfSymbols symbols, ulong start, ReadOnlySpan<byte> code, TextWriter output)
    {
        var at = 0;
        while (at < code.Length)
        {
            var address = start + (ulong)at;
            if (symbols.TryFind(address, out var symbol, out var offset) && offset == 0)
            {
                output.WriteLine();
                output.WriteLine($"{address:x16} <{symbol}>:");
            }

            var left = code.Length - at;
            var length = left < isa.UnitBytes ? left : isa.LengthOf(Word(code[at..], isa.UnitBytes, isa.BigEndian));
            if (length > left || left < isa.UnitBytes)
            {
                // What is left is shorter than the instruction that it begins.
                var bytes = string.Join(", ", code[at..].ToArray().Select(each => $"0x{each:x2}"));
                output.WriteLine($"{address,12:x}:  {Convert.ToHexStringLower(code[at..]),-8}  .byte {bytes}");
                return;
            }

            var word = Word(code[at..], length, isa.BigEndian);
            if (word == 0 && Zeros(isa, symbols, address, code[at..]) is > ZerosShownMax and var zeros)
            {
                output.WriteLine($"{"...",15}");
                at += zeros;
                continue;
            }

            WriteLine(isa, symbols, address, word, length, output);
            at += length;
        }
    }

    /// <summary>Bytes of zeros that encode nothing, in whole units, up to the next label.</summary>
    private static int Zeros(IsaDefinition isa, ElfSymbols symbols, ulong address, ReadOnlySpan<byte> code)
    {
        if (isa.Decode(0).Definition is not null) return 0;
        var bytes = 0;
        while (bytes + isa.UnitBytes <= code.Length && !code.Slice(bytes, isa.UnitBytes).ContainsAnyExcept((byte)0))
        {
            if (bytes > 0 && symbols.TryFind(address + (ulong)bytes, out _, out var offset) && offset == 0) break;
            bytes += isa.UnitBytes;
        }

        return bytes;
    }

    private static void WriteLine(
        IsaDefinition isa, ElfSymbols symbols, ulong address, uint word, int length, TextWriter output)
    {
        var text = isa.Disassemble(isa.Decode(word), address, target => symbols.TryFind(target, out var name, out var offset)
            ? offset == 0 ? $" <{name}>" : $" <{name}+0x{offset:x}>"
            : null);
        output.WriteLine($"{address,12:x}:  {word.ToString("x" + (2 * length)),-8}  {text}");
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int length, bool bigEndian)
    {
        var word = 0u;
        for (var i = 0; i < length; i++) word |= (uint)bytes[i] << (8 * (bigEndian ? length - 1 - i : i));
        return word;
    }
}
