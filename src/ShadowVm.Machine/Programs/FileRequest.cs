using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Machine.Programs;

/// <summary>What a program asks of the host's files; the numbers are those of outputs.</summary>
public enum FileOperation : byte
{
    /// <summary>Opens a path under a handle. Value: 1 a directory, else 0. Data: the path without links.</summary>
    Open = 1,

    /// <summary>Forgets a handle. There is no reply.</summary>
    Close = 2,

    /// <summary>Reads at an offset. Data: the bytes, fewer at the end.</summary>
    Read = 3,

    /// <summary>Writes at an offset. Value: bytes written.</summary>
    Write = 4,

    /// <summary>What is known of a handle's file. Value: its size. Data: a <see cref="FileStatus"/>, then the path.</summary>
    Status = 5,

    /// <summary>As <see cref="Status"/>, of a path; <see cref="FileFlags.NoFollow"/> looks at a link itself.</summary>
    StatusOf = 6,

    /// <summary>Data: what a symbolic link says.</summary>
    ReadLink = 7,

    /// <summary>Cuts or extends a handle's file to the length in the offset.</summary>
    Truncate = 8,

    /// <summary>Puts a handle's file on stable storage.</summary>
    Sync = 9,

    /// <summary>Makes a directory.</summary>
    MakeDirectory = 10,

    /// <summary>Removes a file.</summary>
    Remove = 11,

    /// <summary>Removes an empty directory.</summary>
    RemoveDirectory = 12,

    /// <summary>Renames a path to another. Data: both, without links, with a zero byte between.</summary>
    Rename = 13,

    /// <summary>
    /// Entries of a handle's directory from the offset on, in the order of their names. Data: for each its inode (8
    /// bytes), its type (1), its name and a zero byte.
    /// </summary>
    List = 14,
}

/// <summary>How a file is opened or looked at.</summary>
[Flags]
public enum FileFlags : byte
{
    /// <summary>For reading.</summary>
    None = 0,

    /// <summary>For writing.</summary>
    Write = 1,

    /// <summary>Made where it isn't there.</summary>
    Create = 2,

    /// <summary>Cut to nothing.</summary>
    Truncate = 4,

    /// <summary>It must be a directory.</summary>
    Directory = 8,

    /// <summary>A symbolic link at the path's end is not followed.</summary>
    NoFollow = 16,

    /// <summary>It must not be there: with <see cref="Create"/>.</summary>
    Exclusive = 32,
}

/// <summary>
/// A request to the host's files. All that is needed stands in each: who has no such handle open opens the path anew,
/// so that a survivor goes on where the other was lost. Performing one twice is as performing it once.
/// </summary>
public sealed record FileRequest
{
    /// <summary>Most bytes that one request reads or writes.</summary>
    public const int BytesMax = 48 * 1024;

    private const int HeaderBytes = 8 + 1 + 1 + 4 + 8 + 4 + 4 + 2 + 2;

    /// <summary>What is asked.</summary>
    public FileOperation Operation { get; init; }

    /// <summary>Number of the request: a reply names it.</summary>
    public ulong Id { get; init; }

    /// <summary>Whether it was issued before, to a host that was lost, and may have been performed.</summary>
    public bool Again { get; init; }

    /// <summary>How the file is opened.</summary>
    public FileFlags Flags { get; init; }

    /// <summary>The program's handle, from 1; 0 where the path alone counts.</summary>
    public uint Handle { get; init; }

    /// <summary>Where in the file, a length, or an entry's number.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes to read.</summary>
    public int Count { get; init; }

    /// <summary>Permission bits of what is made.</summary>
    public uint Mode { get; init; }

    /// <summary>The path, absolute, as the program sees it.</summary>
    public string Path { get; init; } = "";

    /// <summary>The path that it is renamed to.</summary>
    public string Target { get; init; } = "";

    /// <summary>Bytes to write.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>
    /// As bytes, little-endian: id u64, again u8, flags u8, handle u32, offset i64, count i32, mode u32, lengths of
    /// path and target u16, path, target, data.
    /// </summary>
    public byte[] Encode()
    {
        var (path, target) = (Encoding.UTF8.GetBytes(Path), Encoding.UTF8.GetBytes(Target));
        var bytes = new byte[HeaderBytes + path.Length + target.Length + Data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Id);
        bytes[8] = Again ? (byte)1 : (byte)0;
        bytes[9] = (byte)Flags;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(10), Handle);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(14), Offset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(26), Mode);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(30), (ushort)path.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(32), (ushort)target.Length);
        path.CopyTo(bytes, HeaderBytes);
        target.CopyTo(bytes, HeaderBytes + path.Length);
        Data.Span.CopyTo(bytes.AsSpan(HeaderBytes + path.Length + target.Length));
        return bytes;
    }

    /// <summary>Reads a request; false where the bytes are none.</summary>
    public static bool TryDecode(byte kind, byte[] bytes, out FileRequest request)
    {
        request = new FileRequest();
        if (bytes.Length < HeaderBytes || kind is 0 or > (byte)FileOperation.List) return false;
        var path = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(30));
        var target = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(32));
        if (HeaderBytes + path + target > bytes.Length) return false;
        request = new FileRequest
        {
            Operation = (FileOperation)kind,
            Id = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            Again = bytes[8] != 0,
            Flags = (FileFlags)bytes[9],
            Handle = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(10)),
            Offset = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(14)),
            Count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(22)),
            Mode = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(26)),
            Path = Encoding.UTF8.GetString(bytes, HeaderBytes, path),
            Target = Encoding.UTF8.GetString(bytes, HeaderBytes + path, target),
            Data = bytes.AsMemory(HeaderBytes + path + target),
        };
        return request.Count is >= 0 and <= BytesMax && request.Offset >= 0;
    }
}
