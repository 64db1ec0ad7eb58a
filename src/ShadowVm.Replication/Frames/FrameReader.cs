using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Replication.Frames;

/// <summary>Reads the fields of a body; every length is checked before anything is allocated.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private int _at;

    public byte Byte() => Take(1)[0];

    public byte Flags(byte allowed)
    {
        var value = Byte();
        if ((value & ~allowed) != 0) throw new FrameException($"A frame has flags 0x{value:x2}; 0x{allowed:x2} are known.");
        return value;
    }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public Guid Guid() => new(Take(16));

    public ClockPair Clock() => new(UInt64(), UInt64());

    public Digest Digest() => new(UInt64(), UInt64());

    public byte[] Bytes(int max)
    {
        var length = UInt32();
        if (length > (uint)max) throw new FrameException($"A frame's field has {length} bytes; at most {max} are allowed.");
        return Take((int)length).ToArray();
    }

    public string Text() => Encoding.UTF8.GetString(Bytes(FrameLimits.TextBytesMax));

    public readonly void RequireEnd()
    {
        if (_at != _body.Length) throw new FrameException($"A frame has {_body.Length - _at} bytes behind its last field.");
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (_body.Length - _at < bytes) throw new FrameException($"A frame of {_body.Length} bytes ends inside a field.");
        var span = _body.Slice(_at, bytes);
        _at += bytes;
        return span;
    }
}
