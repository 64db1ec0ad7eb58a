using ShadowVm.Engine.Interpreter;

namespace ShadowVm.Engine.Paging;

/// <summary>Pages that follow each other in memory as their addresses do, with the same rights for loads and stores.</summary>
/// <param name="Start">First address, of a page.</param>
/// <param name="Bytes">Length in bytes, of whole pages.</param>
/// <param name="Addend">What an address plus this is a physical address.</param>
/// <param name="Reads">Whether there may be loads from it.</param>
/// <param name="Writes">Whether there may be stores to it.</param>
internal readonly record struct PageRange(ulong Start, ulong Bytes, ulong Addend, bool Reads, bool Writes)
{
    /// <summary>Address behind the last one; 0 where addresses end with it.</summary>
    public ulong End => Start + Bytes;

    /// <summary>Whether an address is in it.</summary>
    public bool Contains(ulong address) => address - Start < Bytes;

    /// <summary>Whether what holds here holds there, too.</summary>
    public bool IsLike(PageRange other) => (Addend, Reads, Writes) == (other.Addend, other.Reads, other.Writes);

    /// <summary>Whether it allows a load or a store.</summary>
    public bool Allows(Access access) => access == Access.Read ? Reads : Writes;

    /// <summary>The entry of a page in it.</summary>
    public PageEntry EntryOf(ulong address)
    {
        var tag = PageEntry.TagOf(address);
        return new PageEntry { Read = Reads ? tag : PageEntry.None, Write = Writes ? tag : PageEntry.None, Addend = Addend };
    }

    /// <summary>How far it goes, for who has found a page in it.</summary>
    /// <param name="memory">Host address that the guest's memory would begin at for the physical address 0.</param>
    public PageBounds BoundsIn(nint memory)
    {
        var limit = Bytes - (PageBounds.AccessMax - 1);
        return new PageBounds
        {
            Start = Start,
            ReadLimit = Reads ? limit : 0,
            WriteLimit = Writes ? limit : 0,
            Host = memory + (nint)Addend,
        };
    }
}

/// <summary>A range that was found by walks, and ends as a whole with a store to what they read.</summary>
/// <param name="Pages">Its pages.</param>
/// <param name="Tables">Granules of RAM, as the store watch has them, that the walks read from.</param>
internal sealed record WalkedRange(PageRange Pages, IReadOnlySet<int> Tables);
