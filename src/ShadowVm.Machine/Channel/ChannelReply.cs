using System.Buffers.Binary;

namespace ShadowVm.Machine.Channel;

/// <summary>Kinds of input of the channel device (<see cref="DeviceInput.Kind"/>), all bound to a connection.</summary>
public enum ChannelReplyKind : byte
{
    /// <summary>An operation completed.</summary>
    Completed = 1,

    /// <summary>The connection is gone.</summary>
    Disconnected = 2,
}

/// <summary>
/// What the channel device hears from its backend. The payload of a <see cref="DeviceInput"/>, little-endian:
/// <code>
///  0  4  connection
///  4  4  tag; 0 for a disconnect
///  8  4  status (OperationStatus); 0 for a disconnect
/// 12  4  0
/// 16  8  capacity in sectors where a connect is done, else 0
/// 24  n  what a read that is done returned, n = 512 * its count; else n = 0
/// </code>
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Connection">Number of the connection, from 1.</param>
/// <param name="Tag">Tag of the operation that completed.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Capacity">Sectors of the disk, with a connect's completion.</param>
/// <param name="Data">What was read.</param>
public readonly record struct ChannelReply(
    ChannelReplyKind Kind,
    uint Connection,
    uint Tag,
    OperationStatus Status,
    ulong Capacity,
    ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes in front of the data.</summary>
    public const int HeaderBytes = 24;

    private const int MaxData = (int)ChannelRegisters.MaxSectors * ChannelRegisters.SectorBytes;

    /// <summary>A read, a write, or a connect that failed, is completed.</summary>
    /// <param name="connection">Number of the connection.</param>
    /// <param name="tag">Tag of the operation.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="data">What was read; empty unless a read is done.</param>
    public static ChannelReply Completed(
        uint connection, uint tag, OperationStatus status, ReadOnlyMemory<byte> data = default) =>
        new(ChannelReplyKind.Completed, connection, tag, status, 0, data);

    /// <summary>A connect is done.</summary>
    /// <param name="connection">Number of the connection.</param>
    /// <param name="capacity">Sectors of the disk.</param>
    public static ChannelReply Connected(uint connection, ulong capacity) =>
        new(
            ChannelReplyKind.Completed,
            connection,
            ChannelRegisters.ConnectTag,
            OperationStatus.Done,
            capacity,
            default);

    /// <summary>The connection is gone.</summary>
    /// <param name="connection">Number of the connection.</param>
    public static ChannelReply Disconnected(uint connection) =>
        new(ChannelReplyKind.Disconnected, connection, 0, OperationStatus.Done, 0, default);

    /// <summary>Reads a payload back.</summary>
    /// <param name="kind"><see cref="DeviceInput.Kind"/>.</param>
    /// <param name="payload"><see cref="DeviceInput.Data"/>; the result's data is a part of it, not a copy.</param>
    /// <param name="reply">What it says.</param>
    /// <returns>False where the payload is not one that <see cref="Encode"/> makes of a sensible reply.</returns>
    public static bool TryDecode(byte kind, ReadOnlyMemory<byte> payload, out ChannelReply reply)
    {
        reply = default;
        if (payload.Length is < HeaderBytes or > HeaderBytes + MaxData || kind is < 1 or > 2) return false;
        var bytes = payload.Span;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != 0) return false;
        var read = new ChannelReply(
            (ChannelReplyKind)kind,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            (OperationStatus)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            payload[HeaderBytes..]);
        if (!read.IsValid()) return false;
        reply = read;
        return true;
    }

    /// <summary>The payload.</summary>
    public byte[] Encode()
    {
        var payload = new byte[HeaderBytes + Data.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, Connection);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(4), Tag);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(8), (uint)Status);
        BinaryPrimitives.WriteUInt64LittleEndian(payload.AsSpan(16), Capacity);
        Data.Span.CopyTo(payload.AsSpan(HeaderBytes));
        return payload;
    }

    /// <summary>The input that carries this reply.</summary>
    /// <param name="device">Index of the channel device on the bus.</param>
    public DeviceInput ToInput(ushort device) => new(device, (byte)Kind, Bound: true, Encode());

    private bool IsValid()
    {
        if (Connection == 0 || Status > OperationStatus.ReadOnly) return false;
        var done = Status == OperationStatus.Done;
        if (Kind == ChannelReplyKind.Disconnected) return Tag == 0 && done && Capacity == 0 && Data.IsEmpty;
        if (Tag == ChannelRegisters.ConnectTag) return (done || Capacity == 0) && Data.IsEmpty;
        return Capacity == 0 && (done || Data.IsEmpty) && Data.Length % ChannelRegisters.SectorBytes == 0;
    }
}
