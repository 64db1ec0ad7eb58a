using System.Buffers;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Tests.Frames;

/// <summary>One frame of each kind, with every field different from its neighbours.</summary>
internal static class Examples
{
    public static readonly Frame[] All =
    [
        new Hello(
            false, 1, "0.1.0", new Guid("00112233-4455-6677-8899-aabbccddeeff"), 7, new ClockPair(0x0102030405060708, 3)),
        new Hello(true, 1, "", Guid.Empty, 0, default),
        new ConfigurationPart(0x10, 0x20, [1, 2, 3]),
        new Ready(new Digest(0x1112131415161718, 0x2122232425262728)),
        new Refuse("no: é"),
        new InterruptFrame(5, 0x00030001, Bound: true, More: false, [0xaa, 0xbb]),
        new InterruptFrame(6, 0x00020001, Bound: false, More: true, []),
        new EndOfEpoch(9, 36_000, new Digest(1, 2), new ClockPair(3, 4), null, true),
        new EndOfEpoch(10, 36_001, new Digest(5, 6), new ClockPair(7, 8), -2, false),
        new Acknowledge(12, 11, 44_000),
        new Heartbeat(13, 52_000),
        new ReleasedThrough(14),
        new Goodbye(3, Stopped: false),
        new Goodbye(130, Stopped: true),
    ];

    public static byte[] ToBytes(Frame frame)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Assert.Equal(FrameCodec.Write(frame, buffer), buffer.WrittenCount);
        return buffer.WrittenSpan.ToArray();
    }

    public static Frame FromBytes(byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        Assert.True(FrameCodec.TryRead(ref rest, out var frame));
        Assert.True(rest.IsEmpty);
        return frame;
    }

    /// <summary>Bytes with a header that fits them, for bodies that no frame has.</summary>
    public static byte[] WithHeader(params byte[] body)
    {
        var all = new byte[FrameCodec.HeaderBytes + body.Length];
        BitConverter.TryWriteBytes(all, body.Length);
        BitConverter.TryWriteBytes(all.AsSpan(4), System.IO.Hashing.XxHash3.HashToUInt64(body));
        body.CopyTo(all, FrameCodec.HeaderBytes);
        return all;
    }
}
