using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;

namespace ShadowVm.Engine.Tests;

/// <summary>Ranges of pages in a set of translations.</summary>
public sealed class PageRangeTests : IDisposable
{
    private const ulong Start = 0x4000_0000;
    private const ulong Bytes = 4096 * GuestMemory.PageBytes;

    private static readonly PageRange _pages = new(Start, Bytes, Addend: 0x1000_0000, Reads: true, Writes: false);

    private readonly TranslationSet _set = new(inputs: 1, jumpShift: 2, memory: 0);

    public PageRangeTests() => _set.MakeRoom();

    public void Dispose() => _set.Dispose();

    [Fact]
    public void Any_page_of_a_range_is_known_for_what_the_range_allows()
    {
        _set.SetRange(new WalkedRange(_pages, new HashSet<int> { 7 }));
        foreach (var address in new[] { Start, Start + 0x5123, Start + Bytes - 1 })
        {
            Assert.False(_set.Recall(address, Access.Write));
            Assert.True(_set.Recall(address, Access.Read));
            var entry = _set.EntryOf(address);
            Assert.Equal((address & ~4095UL, PageEntry.None, 0x1000_0000UL), (entry.Read, entry.Write, entry.Addend));
        }

        Assert.False(_set.Recall(Start - 1, Access.Read));
        Assert.False(_set.Recall(Start + Bytes, Access.Read));
    }

    [Fact]
    public void A_store_to_a_table_ends_it_and_leaves_the_pages_that_were_walked_to_for_themselves()
    {
        var walked = Start + 0x3000;
        _set.SetData(walked, new PageRange(walked, 0x1000, 0x1000_0000, true, false), new WalkTrace(1, 1));
        _set.SetRange(new WalkedRange(_pages, new HashSet<int> { 7 }));
        Assert.True(_set.Recall(Start, Access.Read));
        Assert.True(Limit(walked) > 4096);
        Assert.True(_set.DependsOn(7));

        _set.Forget(words: 2, granule: 6);
        Assert.NotNull(_set.RangeOf(Start));
        _set.Forget(words: 2, granule: 7);
        Assert.Null(_set.RangeOf(Start));
        Assert.False(_set.DependsOn(7));
        Assert.False(_set.Finds(Start, Access.Read));
        Assert.True(_set.Finds(walked, Access.Read));
        Assert.Equal(4096UL - 7, Limit(walked));
        Assert.False(_set.Finds(walked, Access.Write));
    }

    [Fact]
    public void A_longer_one_takes_the_place_of_those_in_it_and_of_the_shortest_where_there_are_too_many()
    {
        _set.SetRange(new WalkedRange(_pages with { Start = Start + 0x2000, Bytes = 0x2000 }, new HashSet<int> { 1 }));
        _set.SetRange(new WalkedRange(_pages, new HashSet<int> { 2 }));
        Assert.False(_set.DependsOn(1));
        for (var i = 1UL; i <= 15; i++) _set.SetRange(Range(i, Bytes * 2));
        _set.SetRange(Range(16, Bytes));
        Assert.Null(_set.RangeOf(Start + (16UL << 32)));
        Assert.NotNull(_set.RangeOf(Start));
        _set.SetRange(Range(16, Bytes * 3));
        Assert.NotNull(_set.RangeOf(Start + (16UL << 32)));
        Assert.Null(_set.RangeOf(Start));
        Assert.NotNull(_set.RangeOf(Start + (1UL << 32)));

        static WalkedRange Range(ulong number, ulong bytes) =>
            new(_pages with { Start = Start + (number << 32), Bytes = bytes }, new HashSet<int> { 3 });
    }

    [Fact]
    public void Pages_that_lost_their_place_stay_known_when_a_range_goes()
    {
        var walked = Start + 0x3000;
        var rivals = Enumerable.Range(1, 1 << 16).Select(i => Start + Bytes + ((ulong)i << 12))
            .Where(page => TranslationSet.DataIndex(page) == TranslationSet.DataIndex(walked)).Take(2).ToArray();
        foreach (var page in (ulong[])[rivals[0], walked, rivals[1]])
        {
            _set.SetData(page, new PageRange(page, 0x1000, 0x1000_0000, true, false), new WalkTrace(1, 1));
        }

        _set.SetRange(new WalkedRange(_pages, new HashSet<int> { 7 }));
        for (var i = 1UL; i <= 16; i++)
        {
            _set.SetRange(new WalkedRange(_pages with { Start = i << 40, Bytes = Bytes * 2 }, new HashSet<int> { 8 }));
        }

        Assert.Null(_set.RangeOf(walked));
        Assert.True(_set.Recall(walked, Access.Read));
        Assert.Equal(4096UL - 7, Limit(walked));
    }

    private ulong Limit(ulong address) => _set.BoundsOf(address).ReadLimit;
}
