using ShadowVm.Engine.Translation;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Regions;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>Where a region begins, wherever in its loop the guest was found.</summary>
public class LoopStartTests
{
    [Theory]
    [InlineData(0x200)]
    [InlineData(0x220)]
    [InlineData(0x240)]
    [InlineData(0x260)]
    public void A_function_that_calls_itself_in_a_loop_begins_its_region(ulong found)
    {
        // The caller below it isn't come back to by the blocks' own successors, nor is what it calls part of its loop.
        Dictionary<ulong, ulong[]> places = new()
        {
            [0x100] = [],
            [0x200] = [0x220, 0x260],
            [0x220] = [0x240],
            [0x240] = [0x200, 0x100, 0x220],
            [0x260] = [0x240],
        };
        Assert.Equal(0x200UL, StartFrom(found, places));
    }

    [Fact]
    public void Code_that_never_comes_back_begins_where_it_was_found() =>
        Assert.Equal(0x240UL, StartFrom(0x240, new() { [0x240] = [0x200], [0x200] = [0x100], [0x100] = [] }));

    [Fact]
    public void A_loop_on_the_way_is_none_of_the_first_block() =>
        Assert.Equal(0x240UL, StartFrom(0x240, new() { [0x240] = [0x100], [0x100] = [0x120], [0x120] = [0x100] }));

    private static ulong StartFrom(ulong found, Dictionary<ulong, ulong[]> places)
    {
        return LoopStart.Of([BlockAt(found), .. places.Keys.Where(pc => pc != found).Select(BlockAt)]).Pc;

        Block BlockAt(ulong pc) => new(new BlockCode(new CodeKey(pc, CodeKey.Flat), [], 0), null!, places[pc], [], null); // it is never run
    }
}
