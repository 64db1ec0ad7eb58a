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
}
