using System.Buffers.Binary;
using System.Text;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <summary>A program's memory in its own byte order and word size. Addresses are the program's: any may be wrong.</summary>
internal sealed class UserMemory(GuestMemory memory, bool bigEndian, int wordBytes)
{
    private const int PathBytesMax = 4096;

    /// <summary>Bytes of a pointer.</summary>
    public int WordBytes => wordBytes;

    /// <summary>Byte order.</summary>
    public bool BigEndian => bigEndian;

    /// <summary>Guest RAM.</summary>
    public GuestMemory Ram => memory;

    /// <summary>Whether a range is all memory; an empty one is.</summary>
    public bool Contains(ulong address, ulong length) => length == 0 || memory.Contains(address, length);

    public bool TryRead(ulong address, int bytes, out ulong value)
    {
        if (!memory.TryRead(address, bytes, out value)) return false;
        if (bigEndian) value = BinaryPrimitives.ReverseEndianness(value) >> (64 - (bytes * 8));
        return true;
    }

    public bool TryWrite(ulong address, int bytes, ulong value) =>
        memory.TryWrite(address, bytes, bigEndian ? BinaryPrimitives.ReverseEndianness(value) >> (64 - (bytes * 8)) : value);

    public bool TryReadWord(ulong address, out ulong value) => TryRead(address, wordBytes, out value);

    public bool TryWriteWord(ulong address, ulong value) => TryWrite(address, wordBytes, value);

    /// <summary>Reads a path, which ends with a zero byte.</summary>
    public Errno TryReadPath(ulong address, out string path)
    {
        path = "";
        Span<byte> bytes = stackalloc byte[PathBytesMax];
        for (var length = 0; length < PathBytesMax; length++)
        {
            if (!memory.TryRead(address + (ulong)length, 1, out var value)) return Errno.EFAULT;
            if (value == 0)
            {
                path = Encoding.UTF8.GetString(bytes[..length]);
                return Errno.None;
            }

            bytes[length] = (byte)value;
        }

        return Errno.ENAMETOOLONG;
    }

    /// <summary>A field of a structure, with the sign that its bytes have.</summary>
    public bool TryRead(ulong address, StructField field, out long value)
    {
        var read = TryRead(address + (ulong)field.Offset, field.Bytes, out var raw);
        var unused = 64 - (field.Bytes * 8);
        value = (long)(raw << unused) >> unused;
        return read;
    }

    /// <summary>Puts a field's bytes into a structure that is being made.</summary>
    public void Put(Span<byte> structure, StructField? field, ulong value)
    {
        if (field is null) return;
        for (var i = 0; i < field.Bytes && i < 8; i++)
        {
            var at = bigEndian ? field.Bytes - 1 - i : i;
            structure[field.Offset + at] = (byte)(value >> (8 * i));
        }
    }

    /// <summary>Writes a structure of two fields, as timespec and the like are.</summary>
    public bool TryWritePair(ulong address, StructLayout layout, string first, ulong one, string second, ulong other)
    {
        Span<byte> bytes = stackalloc byte[layout.Bytes];
        Put(bytes, layout[first], one);
        Put(bytes, layout[second], other);
        return memory.TryCopyIn(address, bytes);
    }
}
