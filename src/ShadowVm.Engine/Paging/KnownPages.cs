using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;

namespace ShadowVm.Engine.Paging;

/// <summary>
/// The second level of pages for data: those that were walked to since the first of them took another's place. Translated code
/// doesn't look here; a look is a fraction of a walk, which evaluates the definition's hook.
/// </summary>
internal sealed class KnownPages
{
    private const int Log2Entries = 13;

    private readonly (PageRange Range, WalkTrace Trace, long Written)[] _pages = new (PageRange, WalkTrace, long)[1 << Log2Entries];
    private long _forgotten;
    private long _writes;

    /// <summary>Notes a page.</summary>
    public void Add(ulong address, PageRange range, WalkTrace trace) => _pages[IndexOf(address)] = (range, trace, ++_writes);

    /// <summary>Finds the page of an address if its last walk allowed the access.</summary>
    public bool TryFind(ulong address, Access access, out PageRange range, out WalkTrace trace)
    {
        (range, trace, var written) = _pages[IndexOf(address)];
        return written > _forgotten && range.Contains(address) && range.Allows(access);
    }

    /// <summary>Forgets all of them, in no time.</summary>
    public void Forget() => _forgotten = _writes;

    private static int IndexOf(ulong address) =>
        (int)(((address >> GuestMemory.PageShift) * 0x9e37_79b9_7f4a_7c15) >> (64 - Log2Entries));
}
