using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Paging;

/// <content>
/// Ranges: pages with neighbours that go on in memory as they do in addresses, found by walks that nobody asked for and that change
/// nothing. Code that goes through memory in long steps comes to the same range where it comes to another page each time.
/// </content>
internal sealed unsafe partial class AddressTranslation
{
    /// <summary>Most walks that a first search makes to either side: that many pages of the smallest size.</summary>
    private const int FirstWalks = 1024;

    /// <summary>Most walks of any search to either side: a guest waits for it.</summary>
    private const int WalksMax = 1 << 13;

    /// <summary>Pages that must have come back to their place before a search is made for that.</summary>
    private const int RecallsMin = 256;

    /// <summary>Most of them: twice as many after each search that found less than it cost.</summary>
    private const int RecallsMax = 1 << 20;

    private long _recallsPerSearch = RecallsMin;
    private long _recallsLeft = RecallsMin;
    private long _recalledByRanges; // since the last search
    private long _cost; // as many pages must they have been for it to have paid
    private long _walks;

    /// <summary>How many bytes around a page, nearly, are known to go on as it does; 0 where it has been forgotten.</summary>
    /// <param name="entry">Host address of its entry.</param>
    public ulong KnownAround(nint entry) =>
        TagAt(entry) is { } tag && _current!.BoundsOf(tag) is var bounds ? Math.Max(bounds.ReadLimit, bounds.WriteLimit) : 0;

    /// <summary>Finds out how far the pages around one go on as it does, unless it has been forgotten.</summary>
    /// <param name="entry">Host address of its entry.</param>
    public void Widen(nint entry)
    {
        if (TagAt(entry) is { } tag) Widen(tag);
    }

    private static ulong? TagAt(nint entry)
    {
        // SAFETY: the entry is one of a set that lives, by what a region left in the engine's words.
        var tag = ((PageEntry*)entry)->Read;
        return tag == PageEntry.None ? null : tag;
    }

    /// <summary>Searches; gives whether more is known then.</summary>
    private bool Widen(ulong address)
    {
        if (!TryLook(address, out var first)) return false;
        var tables = Walked().ToHashSet();
        if (_current!.RangeOf(address) is { } known)
        {
            if (!first.IsLike(known.Pages)) return false;
            first = known.Pages;
            tables.UnionWith(known.Tables);
        }

        // The further it is known to go, the further is looked: long ranges aren't found in small steps.
        var walks = Math.Clamp((int)(first.Bytes >> GuestMemory.PageShift), FirstWalks, WalksMax);
        var (start, end) = (first.Start, first.End);
        for (var i = 0; i < walks && end != 0 && GoesOn(end, out var next); i++) end = next.End;
        for (var i = 0; i < walks && start != 0 && GoesOn(start - 1, out var next); i++) start = next.Start;
        if (end - start == first.Bytes) return false;
        if (!_current.SetRange(new WalkedRange(first with { Start = start, Bytes = end - start }, tables))) return false;
        foreach (var granule in tables) _memory.Watch.MarkTable((ulong)granule << StoreWatch.GranuleShift);
        return true;

        bool GoesOn(ulong at, out PageRange next)
        {
            if (!TryLook(at, out next) || !next.IsLike(first)) return false;
            tables.UnionWith(Walked());
            return true;
        }
    }

    /// <summary>Walks to a page of RAM for nobody; false where there is none, or it takes more than a look.</summary>
    private bool TryLook(ulong at, out PageRange range)
    {
        range = default;
        _walks++;
        if (_addressBits < 64 && at >> _addressBits != 0) return false;
        if (!Walker.TryLook(at, out var page) || page.Log2Size < GuestMemory.PageShift || _walkedCount > WalkedMax) return false;
        var physical = page.PhysicalOf(at);
        if (!_memory.Contains(physical, 1)) return false;
        range = RangeOf(at, page, physical);
        return true;
    }

    /// <summary>The granules of RAM that the last walk read from.</summary>
    private IEnumerable<int> Walked() => _walked.Take(_walkedCount).Select(offset => (int)(offset >> StoreWatch.GranuleShift));

    /// <summary>
    /// Brings a page back to its place. Where that goes on, more pages are in use than there are places, and a range needs but one.
    /// </summary>
    private bool Recall(ulong address, Access access)
    {
        if (!_current!.Recall(address, access)) return false;
        if (_current.RangeOf(address) is not null) _recalledByRanges++;
        if (--_recallsLeft > 0) return true;
        _recallsPerSearch = _recalledByRanges >= _cost ? RecallsMin : Math.Min(2 * _recallsPerSearch, RecallsMax);
        (_recallsLeft, _recalledByRanges, var before) = (_recallsPerSearch, 0, _walks);
        _cost = Widen(address) ? _walks - before : long.MaxValue;
        return true;
    }

    /// <summary>That part of a page which lies in RAM.</summary>
    private PageRange RangeOf(ulong address, PageValue page, ulong physical)
    {
        var low = Math.Max(physical & ~page.Inside, _memory.Start);
        var high = Math.Min(physical | page.Inside, _memory.Start + (_memory.Size - 1));
        return new PageRange(
            address - (physical - low), high - low + 1, physical - address, (page.Rights & 1) != 0, (page.Rights & 2) != 0);
    }
}
