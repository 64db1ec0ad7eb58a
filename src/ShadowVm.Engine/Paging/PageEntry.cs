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
