using System.Buffers.Binary;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// The answer to a request, delivered at a boundary. As bytes, little-endian: id u64, error u8, value i64, data.
/// </summary>
/// <param name="Id">The request's number.</param>
/// <param name="Error">What went wrong, or none.</param>
/// <param name="Value">A number; see <see cref="FileOperation"/>.</param>
/// <param name="Data">Bytes; see <see cref="FileOperation"/>.</param>
public readonly record struct FileReply(ulong Id, Errno Error, long Value, ReadOnlyMemory<byte> Data)
{
    /// <summary>Kind of an input that is a reply.</summary>
    public const byte Kind = 1;

    /// <summary>Kind of an input without data: whoever was asked is lost (patent fig. 7, step 314).</summary>
    public const byte Disconnected = 2;

    private const int HeaderBytes = 8 + 1 + 8;

    /// <summary>As an input for a device.</summary>
    public DeviceInput ToInput(ushort device)
    {
        var bytes = new byte[HeaderBytes + Data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Id);
        bytes[8] = (byte)Error;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(9), Value);
        Data.Span.CopyTo(bytes.AsSpan(HeaderBytes));
        return new DeviceInput(device, Kind, Bound: true, bytes);
    }

    /// <summary>Reads a reply; false where the bytes are none.</summary>
    public static bool TryDecode(byte[] bytes, out FileReply reply)
    {
        reply = default;
        if (bytes.Length < HeaderBytes || bytes[8] > (byte)Errno.ESTALE) return false;
        reply = new FileReply(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            (Errno)bytes[8],
            BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(9)),
            bytes.AsMemory(HeaderBytes));
        return true;
    }
}
