using System.Runtime.InteropServices;

namespace ShadowVm.Engine.Memory;

/// <summary>
/// What a store must not pass over in silence: the first store to a page since the digest saw it, and a store to
/// bytes that were translated, or to a table that the translation of an address read. Translated code asks one byte per
/// store: the state of the 256-byte granule where the store begins, and goes the slow way where it isn't 1.
/// <para>
/// A store of up to 8 bytes may reach into the next granule, so a granule counts as free only if its neighbour above
/// is as well: no store needs a second question.
/// </para>
/// </summary>
internal sealed unsafe class StoreWatch : IDisposable
{
    /// <summary>Binary logarithm of the granule's size.</summary>
    public const int GranuleShift = 8;

    private const int GranulesPerPage = 1 << (GuestMemory.PageShift - GranuleShift);

    private const byte Code = 1;
    private const byte Table = 2;

    private readonly byte[] _dirty;
    private readonly byte[] _watched; // Code and Table, or both
    private readonly int[] _watchedPerPage;
    private readonly List<int> _dirtyPages = new(1024);
    private byte* _free;

    public StoreWatch(int pages)
    {
        _dirty = new byte[pages];
        _watched = new byte[(pages * GranulesPerPage) + 1]; // one more, so that the last granule has a neighbour
        _watchedPerPage = new int[pages];
        // SAFETY: a byte for each granule of RAM; an offset that was checked against RAM's size, shifted, is within.
        _free = (byte*)NativeMemory.AllocZeroed((nuint)(pages * GranulesPerPage));
    }

    ~StoreWatch() => NativeMemory.Free(_free);

    /// <summary>A byte for each granule: 1 where a store that begins there needs no more than to be done.</summary>
    public byte* Free => _free;

    public IReadOnlyList<int> DirtyPages => _dirtyPages;

    /// <summary>Notes a store; true where it touches translated bytes or a table.</summary>
    public bool Note(ulong offset, ulong length)
    {
        var last = offset + length - 1;
        var touches = false;
        for (var page = (int)(offset >> GuestMemory.PageShift); page <= (int)(last >> GuestMemory.PageShift); page++)
        {
            MarkDirty(page);
            touches |= _watchedPerPage[page] > 0;
        }

        touches = touches && AnyWatched(offset, last);
        if (length <= 8) FreeAround((int)(offset >> GranuleShift));
        return touches;
    }

    /// <summary>Notes that bytes were translated: a store there must be noticed.</summary>
    public void MarkCode(ulong offset, ulong length)
    {
        for (var granule = (int)(offset >> GranuleShift); granule <= (int)((offset + length - 1) >> GranuleShift); granule++)
        {
            Mark(granule, Code);
        }
    }

    /// <summary>Notes that the translation of an address read at an offset in RAM, no byte of it in another granule.</summary>
    public void MarkTable(ulong offset) => Mark((int)(offset >> GranuleShift), Table);

    /// <summary>Forgets that a granule is a table.</summary>
    public void ClearTable(int granule) => Clear(granule, Table);

    /// <summary>Forgets the translated bytes of one granule.</summary>
    public void ClearCode(int granule) => Clear(granule, Code);

    /// <summary>Forgets all tables.</summary>
    public void ClearTables()
    {
        for (var at = 0; ; at++)
        {
            var found = _watched.AsSpan(at).IndexOfAny(Table, (byte)(Table | Code));
            if (found < 0) return;
            at += found;
            Clear(at, Table);
        }
    }

    public bool IsCode(int granule) => (_watched[granule] & Code) != 0;

    public bool IsTable(int granule) => (_watched[granule] & Table) != 0;

    public void ClearDirty()
    {
        foreach (var page in _dirtyPages)
        {
            _dirty[page] = 0;
            // SAFETY: page numbers come from checked offsets. The granule below the page was free only if its own
            // page is dirty too, so it is cleared with that one.
            new Span<byte>(_free + (page * GranulesPerPage), GranulesPerPage).Clear();
        }

        _dirtyPages.Clear();
    }

    public void Dispose()
    {
        NativeMemory.Free(_free);
        _free = null;
        GC.SuppressFinalize(this);
    }

    private void Mark(int granule, byte what)
    {
        if ((_watched[granule] & what) != 0) return;
        if (_watched[granule] == 0) _watchedPerPage[granule / GranulesPerPage]++;
        _watched[granule] |= what;
        // SAFETY: the granule lies in RAM, since it was read from; the one below exists where it isn't 0.
        _free[granule] = 0;
        if (granule > 0) _free[granule - 1] = 0;
    }

    private void Clear(int granule, byte what)
    {
        if ((_watched[granule] & what) == 0) return;
        _watched[granule] &= (byte)~what;
        if (_watched[granule] == 0) _watchedPerPage[granule / GranulesPerPage]--;
    }

    private bool AnyWatched(ulong offset, ulong last)
    {
        for (var granule = (int)(offset >> GranuleShift); granule <= (int)(last >> GranuleShift); granule++)
        {
            if (_watched[granule] != 0) return true;
        }

        return false;
    }

    private void MarkDirty(int page)
    {
        if (_dirty[page] != 0) return;
        _dirty[page] = 1;
        _dirtyPages.Add(page);
    }

    /// <summary>
    /// Lets stores pass that begin in this page. The last granule's neighbour is in the next page: a store there makes
    /// that one count as dirty too, which costs a page's hash and saves a question at each store.
    /// </summary>
    private void FreeAround(int granule)
    {
        var page = granule / GranulesPerPage;
        var first = page * GranulesPerPage;
        var isLast = granule == first + GranulesPerPage - 1;
        if (isLast && page + 1 < _dirty.Length) MarkDirty(page + 1);
        var count = page + 1 >= _dirty.Length || _dirty[page + 1] != 0 ? GranulesPerPage : GranulesPerPage - 1;
        // SAFETY: all granules from `first` on, `count` of them, belong to a page of RAM.
        for (var i = first; i < first + count; i++) _free[i] = (byte)(_watched[i] == 0 && _watched[i + 1] == 0 ? 1 : 0);
    }
}
