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

    /// <summary>Of so many pages that had lost their place to others, the neighbours of one are looked at.</summary>
    private const int RecallsMax = 256;

    private int _recalls;

    /// <summary>How many bytes around a page, nearly, are known to go on as it does.</summary>
    /// <param name="entry">Host address of its entry.</param>
    public static ulong KnownAround(nint entry)
    {
        // SAFETY: the entry is one of a set that lives, by what a region left in the engine's words.
        var bounds = (PageBounds*)(entry + PageBounds.StartOffset);
        return Math.Max(bounds->ReadLimit, bounds->WriteLimit);
    }

    /// <summary>Finds out how far the pages around one go on as it does, unless it has been forgotten.</summary>
    /// <param name="entry">Host address of its entry.</param>
    public void Widen(nint entry)
    {
        // SAFETY: as above.
        var address = ((PageEntry*)entry)->Read;
        if (address != PageEntry.None) Widen(address);
    }

    private void Widen(ulong address)
    {
        var tables = new HashSet<int>();
        if (!TryLook(address, out var first)) return;
        if (_current!.RangeOf(address) is { } known)
        {
            if (!first.IsLike(known.Pages)) return;
            first = known.Pages;
            tables.UnionWith(known.Tables);
        }

        // The further it is known to go, the further is looked: long ranges aren't found in small steps.
        var walks = Math.Max(FirstWalks, (int)(first.Bytes >> GuestMemory.PageShift));
        var (start, end) = (first.Start, first.End);
        for (var i = 0; i < walks && end != 0 && TryLook(end, out var next) && next.IsLike(first); i++) end = next.End;
        for (var i = 0; i < walks && start != 0 && TryLook(start - 1, out var next) && next.IsLike(first); i++) start = next.Start;
        if (end - start == first.Bytes) return;
        foreach (var granule in tables) _memory.Watch.MarkTable((ulong)granule << StoreWatch.GranuleShift);
        _current.SetRange(new WalkedRange(first with { Start = start, Bytes = end - start }, tables));

        bool TryLook(ulong at, out PageRange range)
        {
            range = default;
            if (_addressBits < 64 && at >> _addressBits != 0) return false;
            if (!Walker.TryLook(at, out var page) || page.Log2Size < GuestMemory.PageShift || _walkedCount > WalkedMax) return false;
            var physical = page.PhysicalOf(at);
            if (!_memory.Contains(physical, 1)) return false;
            range = RangeOf(at, page, physical);
            for (var i = 0; i < _walkedCount; i++) tables.Add((int)(_walked[i] >> StoreWatch.GranuleShift));
            return true;
        }
    }

    /// <summary>
    /// Brings a page back to its place. Where that goes on, more pages are in use than there are places, and a range needs but one.
    /// </summary>
    private bool Recall(ulong address, Access access)
    {
        if (!_current!.Recall(address, access)) return false;
        if (++_recalls % RecallsMax == 0) Widen(address);
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
