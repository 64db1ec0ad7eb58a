namespace ShadowVm.Engine.Tests.Translation;

/// <summary>Regions against the reference interpreter, at every place where an epoch may end in them.</summary>
public class RegionTests
{
    private const string Handler = "_start: la t0, handler\n csrw mtvec, t0\n la sp, stack\n j main\n .balign 4\n"
        + "handler: csrr t0, mepc\n addi t0, t0, 4\n csrw mepc, t0\n mret\n";

    // A loop in a loop with a call in it, recursion, side exits, stores through one register and a fault now and then.
    private const string Nested = Handler + "main: li s0, 0\n"
        + "outer: li s1, 7\n"
        + "inner: mv a0, s1\n call sum\n add s0, s0, a0\n andi t1, s0, 3\n beqz t1, skip\n sd s0, 8(sp)\n sd s1, 16(sp)\n ld t2, 8(sp)\n"
        + " xor s0, s0, t2\n addi s0, s0, 1\n"
        + "skip: addi s1, s1, -1\n bnez s1, inner\n"
        + " andi t1, s0, 15\n bnez t1, outer\n ld t3, 0(x0)\n addi s0, s0, 3\n j outer\n"
        + "sum: beqz a0, none\n addi sp, sp, -32\n sd ra, 24(sp)\n sd a0, 16(sp)\n addi a0, a0, -1\n call sum\n ld t4, 16(sp)\n"
        + " add a0, a0, t4\n ld ra, 24(sp)\n addi sp, sp, 32\n ret\n"
        + "none: ret\n .balign 256\n .zero 1024\nstack: .zero 64\n";

    [Theory]
    [InlineData("region")]
    [InlineData("hot region")]
    public void An_epoch_may_end_at_each_instruction_of_a_region(string engine)
    {
        // Over a few thousand epochs of a length that has no factor in common with the loops, each place is met.
        for (var length = 1; length <= 40; length += 3)
        {
            var statistics = Duel.Fight(Nested, Duel.Engines[engine], 1500, length);
            Assert.True(statistics.RegionsTranslated > 0, $"no region with epochs of {length}");
        }

        var whole = Duel.Fight(Nested, Duel.Engines[engine], 100, 5003);
        Assert.True(whole.RegionsTranslated > 0);
        Assert.True(whole.BlockInstructions > 10 * whole.ColdInstructions, $"{whole.ColdInstructions} in the cold tier");
    }

    [Fact]
    public void A_region_goes_with_the_code_it_was_made_from()
    {
        // Each round adds another number: the instruction in the called function is rewritten by the loop that calls it.
        const string text = "_start: la s2, patch\n li s3, 0x00150513\n li s4, 0x00100000\n li s0, 0\n"
            + "outer: li s1, 200\n"
            + "loop: call add\n addi s1, s1, -1\n bnez s1, loop\n"
            + " add s3, s3, s4\n sw s3, 0(s2)\n fence.i\n j outer\n"
            + " .balign 256\nadd: addi t0, t0, 1\npatch: addi a0, a0, 1\n ret\n";
        foreach (var engine in new[] { "region", "hot region", "as it comes" })
        {
            var statistics = Duel.Fight(text, Duel.Engines[engine], 300, 997);
            Assert.True(statistics.CodeWrites > 10, $"{engine}: {statistics.CodeWrites} writes of code");
        }
    }

    [Fact]
    public void Regions_keep_within_the_room_for_code()
    {
        var engine = Duel.Engines["region"] with { CacheBytes = 4000 };
        var statistics = Duel.Fight(Nested, engine, 200, 501);
        Assert.True(statistics.Flushes > 1, $"{statistics.Flushes} times all code was dropped");
    }
}
