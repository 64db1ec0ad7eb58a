using System.Buffers.Binary;

namespace ShadowVm.Machine.Programs;

/// <summary>What is known of a file. As bytes: the members in their order, 8 bytes each, little-endian.</summary>
/// <param name="Inode">A number that the path alone decides, the same on both replicas.</param>
/// <param name="Mode">Type and permission bits, as Linux has them.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Accessed">Nanoseconds since 1970.</param>
/// <param name="Modified">Nanoseconds since 1970.</param>
/// <param name="Changed">Nanoseconds since 1970.</param>
public readonly record struct FileStatus(
    ulong Inode, uint Mode, long Size, long Accessed, long Modified, long Changed)
{
    /// <summary>Bytes of one.</summary>
    public const int Bytes = 6 * 8;

    /// <summary>The mode's bits that say the type.</summary>
    public const uint TypeMask = 0xf000;

    /// <summary>A directory.</summary>
    public const uint Directory = 0x4000;

    /// <summary>A regular file.</summary>
    public const uint Regular = 0x8000;

    /// <summary>A symbolic link.</summary>
    public const uint Link = 0xa000;

    /// <summary>A pipe, which the standard streams look like.</summary>
    public const uint Pipe = 0x1000;

    /// <summary>A character device.</summary>
    public const uint Character = 0x2000;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Inode);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Mode);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], Size);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], Accessed);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], Modified);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], Changed);
    }

    /// <summary>Reads it; false where there are too few bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FileStatus status)
    {
        status = default;
        if (bytes.Length < Bytes) return false;
        status = new FileStatus(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            (uint)BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]));
        return true;
    }
}
