using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <summary>What becomes of a reply.</summary>
internal enum Step : byte
{
    /// <summary>A descriptor for the file.</summary>
    Open,

    /// <summary>The bytes go to memory, and the next part is asked for.</summary>
    Read,

    /// <summary>The next part is written.</summary>
    Write,

    /// <summary>The file's size is where the write begins.</summary>
    FindEnd,

    /// <summary>The file's size is what the offset counts from.</summary>
    SeekEnd,

    /// <summary>A struct stat.</summary>
    Status,

    /// <summary>A struct statx.</summary>
    ExtendedStatus,

    /// <summary>Whether the mode allows it.</summary>
    Access,

    /// <summary>A link's text.</summary>
    ReadLink,

    /// <summary>Directory entries.</summary>
    List,

    /// <summary>The new current directory.</summary>
    ChangeDirectory,

    /// <summary>Open files have another path.</summary>
    Rename,

    /// <summary>Success or failure alone.</summary>
    Plain,
}

/// <summary>A call under way: what was asked, and what is left of it. All of it is guest state.</summary>
internal sealed class Transfer
{
    public Step Step { get; set; }

    /// <summary>The request that is outstanding.</summary>
    public FileRequest Request { get; set; } = new();

    /// <summary>
    /// The request that follows where the first, which only looks, finds what is wanted; see <see cref="WantsIt"/>.
    /// </summary>
    public FileRequest? Next { get; set; }

    /// <summary>Whether the path must be there for the next request, or must not.</summary>
    public bool WantsIt { get; set; }

    public OpenFile? File { get; init; }

    /// <summary>Memory to read to or write from.</summary>
    public List<(ulong Address, ulong Length)> Parts { get; init; } = [];

    /// <summary>The part that is under way.</summary>
    public int Part { get; set; }

    /// <summary>Bytes of it that are done.</summary>
    public ulong InPart { get; set; }

    /// <summary>Bytes done in all.</summary>
    public ulong Done { get; set; }

    /// <summary>Where in the file the transfer began.</summary>
    public long Offset { get; set; }

    /// <summary>Whether the file's own offset moves with it.</summary>
    public bool MovesFile { get; init; }

    /// <summary>Where a result goes.</summary>
    public ulong Address { get; init; }

    /// <summary>Room for it.</summary>
    public ulong Length { get; init; }

    /// <summary>Of an open: close on exec. Of a read: for a mapping.</summary>
    public bool Flag { get; init; }

    public LinuxLayout Layout { get; init; }

    public void Save(StateWriter writer)
    {
        writer.Write("transfer", (ulong)Step);
        writer.Write((ulong)Request.Operation);
        writer.Write("request", Request.Encode());
        writer.Write("next", Next is null ? [] : Next.Encode());
        writer.Write(WantsIt ? 1UL : 0);
        writer.Write((ulong)Parts.Count);
        foreach (var (address, length) in Parts)
        {
            writer.Write(address);
            writer.Write(length);
        }

        writer.Write((ulong)Part);
        writer.Write(InPart);
        writer.Write(Done);
        writer.Write((ulong)Offset);
        writer.Write((MovesFile ? 1UL : 0) | (Flag ? 2UL : 0));
        writer.Write(Address);
        writer.Write(Length);
        writer.Write((ulong)Layout);
        if (File is { Users: 0 } opening) opening.Save(writer);
    }
}
