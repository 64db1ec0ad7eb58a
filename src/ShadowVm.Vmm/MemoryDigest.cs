using System.IO.Hashing;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa.Numerics;

namespace ShadowVm.Vmm;

/// <summary>
/// A digest of all RAM that costs only the pages stored to since the last one: the sum of a hash per page, keyed by
/// the page's number. A page of zeros counts as nothing, so the digest is a function of content alone.
/// </summary>
internal sealed class MemoryDigest
{
    private readonly GuestMemory _memory;
    private readonly Wide[] _pages;
    private Wide _sum;

    public MemoryDigest(GuestMemory memory)
    {
        _memory = memory;
        _pages = new Wide[memory.PageCount];
    }

    /// <summary>The digest as of the last update.</summary>
    public Wide Value => _sum;

    /// <summary>The digest now; forgets which pages were dirty.</summary>
    public Wide Update()
    {
        var dirty = _memory.DirtyPages;
        for (var i = 0; i < dirty.Count; i++)
        {
            var page = dirty[i];
            var bytes = _memory.Page(page);
            var hash = bytes.ContainsAnyExcept((byte)0) ? XxHash128.HashToUInt128(bytes, page + 1) : Wide.Zero;
            _sum += hash - _pages[page];
            _pages[page] = hash;
        }

        _memory.ClearDirty();
        return _sum;
    }
}
