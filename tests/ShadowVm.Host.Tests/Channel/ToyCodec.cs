using System.Buffers;
using System.Buffers.Binary;
using ShadowVm.Host.Channel;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Host.Tests.Channel;

/// <summary>A number and some bytes.</summary>
internal sealed record ToyFrame(int Number, int Size) : Frame;

/// <summary>[magic byte | number i32 | size i32 | size bytes].</summary>
internal sealed class ToyCodec : IFrameCodec
{
    public const byte Magic = 0x5a;
    private const int Head = 9;

    public void Write(Frame frame, IBufferWriter<byte> destination)
    {
        var toy = (ToyFrame)frame;
        var bytes = destination.GetSpan(Head + toy.Size);
        bytes[0] = Magic;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], toy.Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[5..], toy.Size);
        bytes.Slice(Head, toy.Size).Fill((byte)toy.Number);
        destination.Advance(Head + toy.Size);
    }

    public bool TryRead(ref ReadOnlySpan<byte> bytes, out Frame? frame)
    {
        frame = null;
        if (bytes.Length < Head) return false;
        if (bytes[0] != Magic) throw new InvalidDataException($"a frame begins with {bytes[0]:x2}");
        var number = BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]);
        var size = BinaryPrimitives.ReadInt32LittleEndian(bytes[5..]);
        if (bytes.Length < Head + size) return false;
        if (bytes.Slice(Head, size).ContainsAnyExcept((byte)number)) throw new InvalidDataException("spoilt");
        bytes = bytes[(Head + size)..];
        frame = new ToyFrame(number, size);
        return true;
    }
}

internal sealed class Listener : IChannelListener
{
    private readonly List<ToyFrame> _frames = [];
    private int _afterLoss;
    private int _announced;

    public string? Lost { get; private set; }

    public int AfterLoss => _afterLoss;

    public ToyFrame[] Frames
    {
        get
        {
            lock (_frames) return [.. _frames.Take(_announced)];
        }
    }

    public void OnFrame(Frame frame)
    {
        lock (_frames)
        {
            if (Lost is not null) _afterLoss++;
            _frames.Add((ToyFrame)frame);
        }
    }

    public void OnRead()
    {
        lock (_frames) _announced = _frames.Count;
    }

    public void OnLost(string reason)
    {
        lock (_frames)
        {
            Assert.Null(Lost);
            Lost = reason;
            _announced = _frames.Count;
        }
    }
}
