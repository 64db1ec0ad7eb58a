using static ShadowVm.Machine.Elf.ElfConstants;

namespace ShadowVm.Machine.Elf;

/// <summary>The header of an ELF file: enough to pick the definition that the image is made for.</summary>
public sealed class ElfHeader
{
    private ElfHeader(string name, in ElfReader reader)
    {
        Name = name;
        Bits = reader.Bits;
        BigEndian = reader.BigEndian;
        Type = reader.Half(16);
        Machine = reader.Half(18);
        Entry = reader.Word(24);
        ProgramHeaders = reader.Word(Bits == 64 ? 32 : 28);
        SectionHeaders = reader.Word(Bits == 64 ? 40 : 32);
        var tail = Bits == 64 ? 52 : 40;
        ProgramHeaderBytes = reader.Half(tail + 2);
        ProgramHeaderCount = reader.Half(tail + 4);
        SectionHeaderBytes = reader.Half(tail + 6);
        SectionHeaderCount = reader.Half(tail + 8);
    }

    /// <summary>Name of the image, for errors.</summary>
    public string Name { get; }

    /// <summary>Width of addresses, 32 or 64.</summary>
    public int Bits { get; }

    /// <summary>Byte order.</summary>
    public bool BigEndian { get; }

    /// <summary>Machine number (e_machine).</summary>
    public ushort Machine { get; }

    /// <summary>Address of the first instruction (e_entry).</summary>
    public ulong Entry { get; }

    internal ushort Type { get; }

    internal ulong ProgramHeaders { get; }

    internal int ProgramHeaderBytes { get; }

    internal int ProgramHeaderCount { get; }

    internal ulong SectionHeaders { get; }

    internal int SectionHeaderBytes { get; }

    internal int SectionHeaderCount { get; }

    /// <summary>Reads the header.</summary>
    /// <param name="name">Name of the image, for errors.</param>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ImageException">It isn't an ELF file, or its header isn't whole.</exception>
    public static ElfHeader Read(string name, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic))
        {
            var start = Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, Magic.Length)]);
            throw new ImageException(
                $"{name}: not an ELF file: it begins with {(start.Length == 0 ? "nothing" : start)}, not 7f454c46");
        }

        if (bytes.Length < IdentBytes)
        {
            throw new ImageException($"{name}: truncated: {bytes.Length} bytes can't hold an ELF header");
        }

        var bits = bytes[ClassAt] switch
        {
            Class32 => 32,
            Class64 => 64,
            var other => throw new ImageException($"{name}: unknown ELF class {other} at offset {ClassAt}"),
        };
        var bigEndian = bytes[DataAt] switch
        {
            LittleEndian => false,
            ElfConstants.BigEndian => true,
            var other => throw new ImageException($"{name}: unknown ELF byte order {other} at offset {DataAt}"),
        };
        if (bytes[VersionAt] != CurrentVersion)
        {
            throw new ImageException($"{name}: unknown ELF version {bytes[VersionAt]} at offset {VersionAt}");
        }

        var needed = bits == 64 ? 64 : 52;
        if (bytes.Length < needed)
        {
            throw new ImageException($"{name}: truncated: the ELF header has {needed} bytes, the file {bytes.Length}");
        }

        return new ElfHeader(name, new ElfReader(bytes, bits, bigEndian));
    }
}
