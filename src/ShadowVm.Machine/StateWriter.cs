using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ShadowVm.Machine;

/// <summary>
/// Canonical serialisation of guest state for digests and snapshots: each value is preceded by its name, numbers are
/// 8 bytes little-endian, byte strings carry their length. The buffer is reused, so a settled writer allocates
/// nothing.
/// </summary>
public sealed class StateWriter
{
    private byte[] _buffer = new byte[4096];

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Bytes written since <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>Starts again with an empty buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>Writes a named number.</summary>
    public void Write(string name, ulong value)
    {
        WriteName(name);
        Write(value);
    }

    /// <summary>Writes a named byte string.</summary>
    public void Write(string name, ReadOnlySpan<byte> value)
    {
        WriteName(name);
        Write((ulong)value.Length);
        value.CopyTo(Reserve(value.Length));
    }

    /// <summary>Writes a named byte string that lies in two pieces, as in a ring buffer.</summary>
    public void Write(string name, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        WriteName(name);
        Write((ulong)(first.Length + second.Length));
        first.CopyTo(Reserve(first.Length));
        second.CopyTo(Reserve(second.Length));
    }

    /// <summary>Writes a bare number: an element of what was named before.</summary>
    public void Write(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    /// <summary>Writes bare numbers: the elements of what was named before.</summary>
    public void Write(ReadOnlySpan<ulong> values)
    {
        var destination = MemoryMarshal.Cast<byte, ulong>(Reserve(values.Length * sizeof(ulong)));
        if (BitConverter.IsLittleEndian) values.CopyTo(destination);
        else BinaryPrimitives.ReverseEndianness(values, destination);
    }

    /// <summary>Writes a name alone, in front of elements.</summary>
    public void WriteName(string name)
    {
        var destination = Reserve(Encoding.UTF8.GetMaxByteCount(name.Length) + 1);
        var used = Encoding.UTF8.GetBytes(name, destination);
        destination[used] = 0;
        Length -= destination.Length - used - 1;
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - Length < bytes) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + bytes));
        var span = _buffer.AsSpan(Length, bytes);
        Length += bytes;
        return span;
    }
}
