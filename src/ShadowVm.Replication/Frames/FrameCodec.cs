using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace ShadowVm.Replication.Frames;

/// <summary>
/// Frames as bytes: body length (4), XxHash3 of the body (8), body. All numbers are little-endian; a text is its length
/// (4) and UTF-8 bytes. Only <see cref="Hello.CurrentVersion"/> is understood.
/// </summary>
public static class FrameCodec
{
    /// <summary>Bytes in front of each body.</summary>
    public const int HeaderBytes = 12;

    /// <summary>Appends a frame.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Frame frame, IBufferWriter<byte> output)
    {
        var body = new FrameWriter(output.GetSpan(HeaderBytes + FrameLimits.BodyBytesMax)[HeaderBytes..]);
        FrameBodies.Write(frame, ref body);
        var all = output.GetSpan(HeaderBytes + body.Length)[..(HeaderBytes + body.Length)];
        BinaryPrimitives.WriteInt32LittleEndian(all, body.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(all[4..], XxHash3.HashToUInt64(all[HeaderBytes..]));
        output.Advance(all.Length);
        return all.Length;
    }

    /// <summary>Takes one frame off the front.</summary>
    /// <param name="bytes">What has arrived; on success what is left of it.</param>
    /// <param name="frame">The frame.</param>
    /// <returns>False, with nothing taken, where the frame isn't whole yet.</returns>
    /// <exception cref="FrameException">The bytes are no frame.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = null!;
        if (bytes.Length < 4) return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (length is 0 or > FrameLimits.BodyBytesMax)
        {
            throw new FrameException($"A frame of {length} bytes came; 1 to {FrameLimits.BodyBytesMax} are allowed.");
        }

        if (bytes.Length < HeaderBytes + (int)length) return false;
        var body = bytes.Slice(HeaderBytes, (int)length);
        var expected = BinaryPrimitives.ReadUInt64LittleEndian(bytes[4..]);
        var found = XxHash3.HashToUInt64(body);
        if (found != expected)
        {
            throw new FrameException($"A frame's checksum is {found:x16}, its header says {expected:x16}.");
        }

        var reader = new FrameReader(body);
        frame = FrameBodies.Read(ref reader);
        reader.RequireEnd();
        bytes = bytes[(HeaderBytes + (int)length)..];
        return true;
    }
}
