namespace ShadowVm.Machine.Elf;

/// <summary>A program header.</summary>
/// <param name="Index">Its number in the table.</param>
/// <param name="Type">p_type.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Virtual">Address that the code was linked for.</param>
/// <param name="Physical">Address that it is loaded at.</param>
/// <param name="FileBytes">Bytes in the file.</param>
/// <param name="MemoryBytes">Bytes in memory; those beyond the file's are zero.</param>
/// <param name="Flags">p_flags.</param>
internal readonly record struct ElfSegment(
    int Index,
    uint Type,
    ulong Offset,
    ulong Virtual,
    ulong Physical,
    ulong FileBytes,
    ulong MemoryBytes,
    uint Flags)
{
    /// <summary>Bytes of a program header.</summary>
    public static int HeaderBytes(int bits) => bits == 64 ? 56 : 32;

    /// <summary>Reads the header at an offset that was checked.</summary>
    public static ElfSegment Read(in ElfReader reader, int at, int index) => reader.Bits == 64
        ? new ElfSegment(
            index,
            reader.Int(at),
            reader.Word(at + 8),
            reader.Word(at + 16),
            reader.Word(at + 24),
            reader.Word(at + 32),
            reader.Word(at + 40),
            reader.Int(at + 4))
        : new ElfSegment(
            index,
            reader.Int(at),
            reader.Word(at + 4),
            reader.Word(at + 8),
            reader.Word(at + 12),
            reader.Word(at + 16),
            reader.Word(at + 20),
            reader.Int(at + 24));
}
