namespace ShadowVm.Machine.Elf;

/// <summary>The code of an image, for disassembly.</summary>
public static class ElfCode
{
    /// <summary>The executable segments' bytes at the addresses that they were linked for.</summary>
    /// <param name="name">Name of the image, for errors.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ImageException">It isn't a whole ELF file.</exception>
    public static IReadOnlyList<(ulong Address, ReadOnlyMemory<byte> Bytes)> Segments(string name, byte[] bytes)
    {
        var header = ElfHeader.Read(name, bytes);
        var reader = new ElfReader(bytes, header.Bits, header.BigEndian);
        var code = new List<(ulong, ReadOnlyMemory<byte>)>();
        foreach (var segment in ElfLoader.ReadSegments(header, reader))
        {
            if ((segment.Flags & ElfConstants.FlagExecutable) == 0) continue;
            if (!reader.Holds(segment.Offset, segment.FileBytes))
            {
                throw new ImageException($"{name}: truncated: segment {segment.Index} reaches beyond the end of the file");
            }

            code.Add((segment.Virtual, bytes.AsMemory((int)segment.Offset, (int)segment.FileBytes)));
        }

        return code;
    }

    /// <summary>
    /// The sections that hold code, by name; where the file has no table of sections, its executable segments, without
    /// names.
    /// </summary>
    /// <param name="name">Name of the image, for errors.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ImageException">It isn't a whole ELF file.</exception>
    public static IReadOnlyList<(string Name, ulong Address, ReadOnlyMemory<byte> Bytes)> Sections(string name, byte[] bytes)
    {
        var header = ElfHeader.Read(name, bytes);
        var reader = new ElfReader(bytes, header.Bits, header.BigEndian);
        var wide = header.Bits == 64;
        var size = wide ? 64 : 40;
        var code = new List<(string, ulong, ReadOnlyMemory<byte>)>();
        var isWhole = header.SectionHeaderBytes == size
            && reader.Holds(header.SectionHeaders, (ulong)(header.SectionHeaderCount * size));
        var names = reader.Half(wide ? 62 : 50);
        for (var index = 0; isWhole && index < header.SectionHeaderCount; index++)
        {
            var at = (int)header.SectionHeaders + (index * size);
            if (reader.Int(at + 4) != ElfConstants.SectionProgram
                || (reader.Word(at + 8) & ElfConstants.SectionExecutable) == 0)
            {
                continue;
            }

            var offset = reader.Word(at + (wide ? 24 : 16));
            var length = reader.Word(at + (wide ? 32 : 20));
            var text = names < header.SectionHeaderCount
                ? NameOf(bytes, reader, (int)header.SectionHeaders + (names * size), reader.Int(at)) : "";
            if (!reader.Holds(offset, length))
                throw new ImageException($"{name}: truncated: section {index} '{text}' reaches beyond the end of the file");
            code.Add((text, reader.Word(at + (wide ? 16 : 12)), bytes.AsMemory((int)offset, (int)length)));
        }

        return code.Count > 0 ? code : [.. Segments(name, bytes).Select(segment => ("", segment.Address, segment.Bytes))];
    }

    private static string NameOf(ReadOnlySpan<byte> bytes, in ElfReader reader, int table, uint at)
    {
        var wide = reader.Bits == 64;
        var start = reader.Word(table + (wide ? 24 : 16));
        var length = reader.Word(table + (wide ? 32 : 20));
        return reader.Holds(start, length) ? ElfSymbols.ReadName(bytes.Slice((int)start, (int)length), at) : "";
    }
}
