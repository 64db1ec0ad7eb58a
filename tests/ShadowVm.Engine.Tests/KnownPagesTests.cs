using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;

namespace ShadowVm.Engine.Tests;

/// <summary>Pages for data whose place others took, in a set of translations.</summary>
public sealed class KnownPagesTests : IDisposable
{
    private const ulong Page = 0x4000_5000;

    private static readonly ulong[] _rivals = Rivals(3);

    private readonly TranslationSet _set = new(inputs: 1, jumpShift: 2, memory: 0);

    public KnownPagesTests() => _set.MakeRoom();

    public void Dispose() => _set.Dispose();

    [Fact]
    public void A_page_is_recalled_for_what_its_walk_allowed()
    {
        Remember(_rivals[0]); // from here on the places are fought for
        Remember(_rivals[1]);
        Remember(Page, write: false);
        Remember(_rivals[2]);
        Assert.False(_set.Recall(Page, Access.Write));
        Assert.True(Holds(_rivals[2]));
        Assert.True(_set.Recall(Page + 8, Access.Read));
        Assert.True(Holds(Page));
        Assert.True(_set.Recall(_rivals[1] + 4095, Access.Write));
        Assert.True(Holds(_rivals[1]));
        Assert.False(_set.Recall(Page ^ (1UL << 40), Access.Read));
    }

    [Fact]
    public void What_a_store_to_a_table_forgets_is_recalled_no_more()
    {
        Remember(_rivals[0]);
        Remember(_rivals[1]);
        Remember(_rivals[2]);
        _set.Forget(words: 1, granule: 0);
        Assert.All(_rivals, page => Assert.False(_set.Recall(page, Access.Read)));
        Remember(Page);
        Remember(_rivals[0]);
        Assert.True(_set.Recall(Page, Access.Read));
        _set.Forget();
        Assert.False(_set.Recall(Page, Access.Read));
        Assert.False(_set.Recall(_rivals[0], Access.Read));
    }

    [Theory]
    [InlineData(1UL << 20)]
    [InlineData(1UL << 21)]
    [InlineData(1UL << 22)]
    [InlineData(1UL << 17)]
    public void Pages_at_a_power_of_two_have_places_of_their_own(ulong distance)
    {
        var places = new HashSet<int>();
        for (var i = 0UL; i < 16; i++) Assert.True(places.Add(TranslationSet.DataIndex(0x8000_0000 + (i * distance))), $"array {i}");
    }

    /// <summary>Generated code compares the tag at the place of an access's first byte with the page of its last.</summary>
    [Fact]
    public void Neighbours_never_share_a_place()
    {
        for (var bit = 12; bit < 64; bit++)
        {
            for (var times = 1UL; times < 40; times++)
            {
                var page = times << bit;
                Assert.NotEqual(TranslationSet.DataIndex(page - 1), TranslationSet.DataIndex(page));
            }
        }

        Assert.NotEqual(TranslationSet.DataIndex(ulong.MaxValue), TranslationSet.DataIndex(0));
    }

    // Their walks read the words whose traces have bit 0.
    private void Remember(ulong page, bool write = true) => _set.SetData(
        page, new PageRange(page, GuestMemory.PageBytes, 0 - page, Reads: true, write), new WalkTrace(1, 1));

    private bool Holds(ulong page) => _set.Finds(page, Access.Read);

    /// <summary>Pages that have the same place as that one.</summary>
    private static ulong[] Rivals(int count)
    {
        var found = new List<ulong>();
        for (var page = Page + GuestMemory.PageBytes; found.Count < count; page += GuestMemory.PageBytes)
        {
            if (TranslationSet.DataIndex(page) == TranslationSet.DataIndex(Page)) found.Add(page);
        }

        return [.. found];
    }
}
