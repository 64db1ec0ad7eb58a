using System.Buffers.Binary;

namespace ShadowVm.Machine.Channel;

/// <summary>
/// Kinds of output of the channel device (<see cref="DeviceOutput.Kind"/>), all bound to a connection.
/// </summary>
public enum ChannelRequestKind : byte
{
    /// <summary>Open a connection with the number given; answered by a completion with the connect's tag.</summary>
    Connect = 1,

    /// <summary>Read sectors.</summary>
    Read = 2,

    /// <summary>Write sectors.</summary>
    Write = 3,

    /// <summary>Drop the connection with the number given; not answered.</summary>
    Close = 4,
}

/// <summary>
/// What the channel device asks of its backend. The payload of a <see cref="DeviceOutput"/>, little-endian:
/// <code>
///  0  4  connection
///  4  4  tag; ffffffff for a connect, 0 for a close
///  8  8  first sector; 0 for connect and close
/// 16  4  count of sectors, 1 to 128; 0 for connect and close
/// 20  4  0
/// 24  n  a write's bytes, n = 512 * count; else n = 0
/// </code>
/// </summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Connection">Number of the connection, from 1.</param>
/// <param name="Tag">Tag of the operation.</param>
/// <param name="Sector">First sector.</param>
/// <param name="Count">Number of sectors.</param>
/// <param name="Data">A write's bytes.</param>
public readonly record struct ChannelRequest(
    ChannelRequestKind Kind, uint Connection, uint Tag, ulong Sector, uint Count, ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes in front of the data.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Reads a payload back.</summary>
    /// <param name="kind"><see cref="DeviceOutput.Kind"/>.</param>
    /// <param name="payload"><see cref="DeviceOutput.Data"/>; the result's data is a part of it, not a copy.</param>
    /// <param name="request">What it says.</param>
    /// <returns>False where the payload is not one that <see cref="Encode"/> makes.</returns>
    public static bool TryDecode(byte kind, ReadOnlyMemory<byte> payload, out ChannelRequest request)
    {
        request = default;
        if (payload.Length < HeaderBytes || kind is < 1 or > 4) return false;
        var bytes = payload.Span;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]) != 0) return false;
        var read = new ChannelRequest(
            (ChannelRequestKind)kind,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            payload[HeaderBytes..]);
        if (!read.IsValid()) return false;
        request = read;
        return true;
    }

    /// <summary>The payload.</summary>
    public byte[] Encode()
    {
        var payload = new byte[HeaderBytes + Data.Length];
        WriteHeader(payload);
        Data.Span.CopyTo(payload.AsSpan(HeaderBytes));
        return payload;
    }

    /// <summary>Writes the first <see cref="HeaderBytes"/> bytes of the payload.</summary>
    internal void WriteHeader(Span<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(payload, Connection);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], Tag);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], Sector);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[16..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(payload[20..], 0);
    }

    private bool IsValid() => Connection != 0 && Kind switch
    {
        ChannelRequestKind.Connect =>
            Tag == ChannelRegisters.ConnectTag && Sector == 0 && Count == 0 && Data.IsEmpty,
        ChannelRequestKind.Close => Tag == 0 && Sector == 0 && Count == 0 && Data.IsEmpty,
        ChannelRequestKind.Read => IsTransfer() && Data.IsEmpty,
        _ => IsTransfer() && Data.Length == (int)Count * ChannelRegisters.SectorBytes,
    };

    private bool IsTransfer() =>
        Tag != ChannelRegisters.ConnectTag && Count is >= 1 and <= ChannelRegisters.MaxSectors
        && Sector <= ChannelRegisters.SectorEnd - Count;
}
