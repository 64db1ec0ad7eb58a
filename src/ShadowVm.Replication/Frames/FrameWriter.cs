using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Replication.Frames;

/// <summary>Writes the fields of a body.</summary>
internal ref struct FrameWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Guid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: false, out _);

    public void Clock(ClockPair value)
    {
        UInt64(value.Base);
        UInt64(value.Rate);
    }

    public void Digest(Digest value)
    {
        UInt64(value.Low);
        UInt64(value.High);
    }

    public void Bytes(ReadOnlySpan<byte> value, int max)
    {
        Check.That(value.Length <= max, $"{value.Length} bytes for a field of at most {max}");
        UInt32((uint)value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>A text; one that is too long is cut, for it is a person who reads it.</summary>
    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Bytes(bytes.AsSpan(0, Math.Min(bytes.Length, FrameLimits.TextBytesMax)), FrameLimits.TextBytesMax);
    }

    private Span<byte> Take(int bytes)
    {
        var span = _destination.Slice(Length, bytes);
        Length += bytes;
        return span;
    }
}
