using System.Buffers.Binary;
using System.Net.Sockets;

namespace ShadowVm.Host.Backends;

/// <summary>
/// Between a replica's console and the relay: little-endian messages [length u32 | kind u8 | payload], length counting
/// kind and payload, at most <see cref="MessageBytesMax"/>.
/// <code>
/// Hello    replica -> relay   pair 16 bytes | generation u64
/// Output   replica -> relay   number u64 | bytes
/// Ack      relay -> replica   number u64: everything through this number is out
/// Input    relay -> replica   bytes
/// Refused  relay -> replica   UTF-8 sentence; the relay closes
/// </code>
/// </summary>
internal static class RelayProtocol
{
    public const int MessageBytesMax = 1 << 20;
    public const int HelloBytes = 24;
    private const int LengthBytes = 4;

    public static void Send(Socket socket, RelayMessage kind, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var message = new byte[LengthBytes + 1 + first.Length + second.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length - LengthBytes);
        message[LengthBytes] = (byte)kind;
        first.CopyTo(message.AsSpan(LengthBytes + 1));
        second.CopyTo(message.AsSpan(LengthBytes + 1 + first.Length));
        for (var sent = 0; sent < message.Length;) sent += socket.Send(message.AsSpan(sent));
    }

    /// <summary>Waits for a message; null at the end of the stream.</summary>
    /// <exception cref="IOException">What came is no message.</exception>
    public static (RelayMessage Kind, byte[] Payload)? Receive(Socket socket)
    {
        Span<byte> head = stackalloc byte[LengthBytes + 1];
        if (!Fill(socket, head)) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 1 or > MessageBytesMax) throw new IOException($"a message of {length} bytes came");
        var payload = new byte[length - 1];
        if (!Fill(socket, payload)) throw new IOException("the relay's stream ended inside a message");
        return ((RelayMessage)head[LengthBytes], payload);
    }

    public static byte[] Number(ulong value)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static bool Fill(Socket socket, Span<byte> destination)
    {
        for (var held = 0; held < destination.Length;)
        {
            var count = socket.Receive(destination[held..]);
            if (count == 0) return held == 0 ? false : throw new IOException("the relay's stream ended in a message");
            held += count;
        }

        return true;
    }
}

/// <summary>Kinds of relay messages.</summary>
internal enum RelayMessage : byte
{
    /// <summary>The first message of a replica.</summary>
    Hello = 1,

    /// <summary>Console bytes under their number.</summary>
    Output = 2,

    /// <summary>Everything through a number is out.</summary>
    Ack = 3,

    /// <summary>Console input.</summary>
    Input = 4,

    /// <summary>The relay won't have this replica.</summary>
    Refused = 5,
}
