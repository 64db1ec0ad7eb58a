using System.Buffers.Binary;

namespace ShadowVm.Machine.Elf;

/// <summary>
/// Reads numbers of an ELF file in its byte order. Callers have checked that they lie inside; the span would refuse.
/// </summary>
internal readonly ref struct ElfReader(ReadOnlySpan<byte> bytes, int bits, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Bits => bits;

    public bool BigEndian => bigEndian;

    /// <summary>16 bits.</summary>
    public ushort Half(int offset) => bigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(_bytes[offset..])
        : BinaryPrimitives.ReadUInt16LittleEndian(_bytes[offset..]);

    /// <summary>32 bits.</summary>
    public uint Int(int offset) => bigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(_bytes[offset..])
        : BinaryPrimitives.ReadUInt32LittleEndian(_bytes[offset..]);

    /// <summary>As many bits as the file's class has.</summary>
    public ulong Word(int offset)
    {
        if (bits == 32) return Int(offset);
        return bigEndian
            ? BinaryPrimitives.ReadUInt64BigEndian(_bytes[offset..])
            : BinaryPrimitives.ReadUInt64LittleEndian(_bytes[offset..]);
    }

    /// <summary>Whether a range lies inside the file.</summary>
    public bool Holds(ulong offset, ulong length) =>
        offset <= (ulong)_bytes.Length && length <= (ulong)_bytes.Length - offset;
}
