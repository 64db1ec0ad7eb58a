using System.Runtime.InteropServices;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;

namespace ShadowVm.Engine.Paging;

/// <summary>
/// A page that loads and stores find without a walk. A tag is the page's first address, or <see cref="None"/>, which no
/// address has, where there is no such right.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PageEntry
{
    /// <summary>Binary logarithm of the size in bytes.</summary>
    public const int Shift = 5;

    /// <summary>Offset of <see cref="Read"/>.</summary>
    public const int ReadOffset = 0;

    /// <summary>Offset of <see cref="Write"/>.</summary>
    public const int WriteOffset = 8;

    /// <summary>Offset of <see cref="Addend"/>.</summary>
    public const int AddendOffset = 16;

    /// <summary>A tag that no access has: neither the address of a page nor, with its lowest bits kept, a misaligned one.</summary>
    public const ulong None = 1 << 10;

    /// <summary>Tag of an address's page.</summary>
    public static ulong TagOf(ulong address) => address & ~(GuestMemory.PageBytes - 1UL);

    /// <summary>Tag for loads.</summary>
    public ulong Read;

    /// <summary>Tag for stores.</summary>
    public ulong Write;

    /// <summary>What an address plus this is a physical address.</summary>
    public ulong Addend;

    private readonly ulong _unused;

    /// <summary>Whether this is the page of an address, and allows a load from it or a store to it.</summary>
    public readonly bool Allows(ulong address, Access access) => (access == Access.Read ? Read : Write) == TagOf(address);
}

/// <summary>
/// How far the page of a <see cref="PageEntry"/> goes on, for who has found it. It lies at the same distance from each entry.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PageBounds
{
    /// <summary>Longest access, in bytes, that need not ask where it ends.</summary>
    public const int AccessMax = 8;

    /// <summary>Offset of <see cref="Start"/> from the page's entry.</summary>
    public const int StartOffset = TranslationSet.Places << PageEntry.Shift;

    /// <summary>Offset of <see cref="ReadLimit"/> from the page's entry.</summary>
    public const int ReadOffset = StartOffset + 8;

    /// <summary>Offset of <see cref="WriteLimit"/> from the page's entry.</summary>
    public const int WriteOffset = StartOffset + 16;

    /// <summary>Offset of <see cref="Host"/> from the page's entry.</summary>
    public const int HostOffset = StartOffset + 24;

    /// <summary>The first address that has the page's addend and rights, with all that are between.</summary>
    public ulong Start;

    /// <summary>From so far behind it no load can begin; 0 where there are none.</summary>
    public ulong ReadLimit;

    /// <summary>The same for stores.</summary>
    public ulong WriteLimit;

    /// <summary>What an address plus this is a host address.</summary>
    public nint Host;
}

/// <summary>A page from which instructions are fetched without a walk.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FetchEntry
{
    /// <summary>Binary logarithm of the size in bytes.</summary>
    public const int Shift = 5;

    /// <summary>Offset of <see cref="Records"/>.</summary>
    public const int RecordsOffset = 8;

    /// <summary>The page's first address, or <see cref="PageEntry.None"/>.</summary>
    public ulong Tag;

    /// <summary>Host address of the cold tier's records, or 0 where that has none for the page yet.</summary>
    public nint Records;

    /// <summary>Number of the page in RAM.</summary>
    public long Page;

    private readonly ulong _unused;
}
