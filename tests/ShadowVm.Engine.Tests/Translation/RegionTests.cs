namespace ShadowVm.Engine.Tests.Translation;

/// <summary>Regions against the reference interpreter, at every place where an epoch may end in them.</summary>
public class RegionTests
{
    private const string Handler = "_start: la t0, handler\n csrw mtvec, t0\n la sp, stack\n j main\n .balign 4\n"
        + "handler: csrr t0, mepc\n addi t0, t0, 4\n csrw mepc, t0\n mret\n";

    // A loop in a loop with a call in it, recursion, side exits, stores through one register and a fault now and then.
    private const string Nested = Handler + "main: li s0, 0\n"
        + "outer: li s1, 7\n"
        + "inner: mv a0, s1\n jal ra, sum\n add s0, s0, a0\n andi t1, s0, 3\n beqz t1, skip\n sd s0, 8(sp)\n sd s1, 16(sp)\n ld t2, 8(sp)\n"
        + " xor s0, s0, t2\n addi s0, s0, 1\n"
        + "skip: addi s1, s1, -1\n bnez s1, inner\n"
        + " andi t1, s0, 15\n bnez t1, outer\n ld t3, 0(x0)\n addi s0, s0, 3\n j outer\n"
        + "sum: beqz a0, none\n addi sp, sp, -32\n sd ra, 24(sp)\n sd a0, 16(sp)\n addi a0, a0, -1\n jal ra, sum\n ld t4, 16(sp)\n"
        + " add a0, a0, t4\n ld ra, 24(sp)\n addi sp, sp, 32\n ret\n"
        + "none: ret\n .balign 256\n .zero 1024\nstack: .zero 64\n";

    // Loops of one block, which get several turns in a row: pointers that go up and down, sums of two, an end in each turn, the
    // end of RAM in the middle, stores over the loop's own code.
    private const string Short = Handler + "main: la s5, data\n la s6, code\n li s7, 0\n"
        + "again: addi s7, s7, 1\n andi t1, s7, 15\n slli t1, t1, 3\n addi t1, t1, 8\n mv s0, s5\n add s3, s5, t1\n li s2, 256\n"
        + "copy: ld t0, 0(s0)\n add t2, s0, s2\n addi s0, s0, 8\n addi t0, t0, 3\n sd t0, 0(t2)\n bne s0, s3, copy\n"
        + " mv a0, s3\n"
        + "down: addi a0, a0, -4\n lw t0, 256(a0)\n lw t3, 0(a0)\n add s4, s4, t0\n xor s4, s4, t3\n sw s4, 0(a0)\n bltu s5, a0, down\n"
        + "bytes: lbu t0, 0(a0)\n addi a0, a0, 1\n sb t0, 300(a0)\n add s4, s4, t0\n andi t4, a0, 63\n bnez t4, bytes\n"
        + " lui a1, 0x80100\n slli a1, a1, 32\n srli a1, a1, 32\n addi a1, a1, -20\n addi a2, a1, 48\n"
        + "over: sw s4, 0(a1)\n lw t5, -4(a1)\n add s4, s4, t5\n addi a1, a1, 4\n bne a1, a2, over\n"
        + " andi t1, s7, 31\n bnez t1, again\n mv a3, s6\n lw t6, 0(s6)\n addi a4, s6, 32\n"
        + "code: addi s8, s8, 1\n sw t6, 0(a3)\n addi a3, a3, 4\n bne a3, a4, code\n .zero 64\n";

    [Theory]
    [InlineData("region")]
    [InlineData("hot region")]
    public void Short_loops_end_in_each_of_their_turns(string engine)
    {
        const string text = Short + " j again\n .balign 256\ndata: .zero 1024\nstack: .zero 64\n";
        for (var length = 1; length <= 61; length += 4) Duel.Fight(text, Duel.Engines[engine], 1000, length);
        var statistics = Duel.Fight(text, Duel.Engines[engine], 100, 5003);
        Assert.True(statistics.RegionsTranslated > 0);
    }

    /// <summary>What stands behind a loop is a node without a block: an epoch that ends there must end all the same.</summary>
    [Fact]
    public void An_epoch_ends_behind_a_loop_where_no_block_begins()
    {
        const string text = "_start: li s0, 1\n li t3, 0\n"
            + "again: li s0, 50\n"
            + "loop: addi t0, t0, 1\n andi t1, t0, 7\n bnez t1, loop\n"
            + "rest: addi t2, t2, 1\n beqz t3, over\n addi t4, t4, 1\n"
            + "over: addi t5, t5, 1\n bnez t6, rest\n addi s0, s0, -1\n bnez s0, loop\n addi a0, a0, 1\n addi a1, a1, 1\n j again\n";
        var engine = Duel.Engines["hot region"] with { RegionAfter = 10 };
        for (var length = 30; length <= 130; length += 3)
        {
            var statistics = Duel.Fight(text, engine, 400, length);
            Assert.True(statistics.RegionsTranslated > 0, $"no region with epochs of {length}");
        }
    }

    /// <summary>Sums of a pointer with itself run out of any distance that can be counted: no check is shared across that.</summary>
    [Fact]
    public void Doubled_pointers_reach_nothing_outside_of_memory()
    {
        foreach (var doublings in new[] { 20, 29, 39, 50, 52, 53 })
        {
            var text = Handler + "main: li a0, 2048\n la a1, data\n li s2, 40\n"
                + "again: addi t0, a0, -2048\n" + string.Concat(Enumerable.Repeat(" add t0, t0, t0\n", doublings))
                + " add t0, t0, a1\n ld t2, 0(t0)\n ld t3, -8(t0)\n sd t2, -16(t0)\n ld t4, 2040(t0)\n"
                + " addi s2, s2, -1\n bnez s2, again\n li s2, 40\n j again\n .balign 256\ndata: .zero 64\nstack: .zero 64\n";
            text = text.Replace("la a1, data", "lui a1, 0x80000\n slli a1, a1, 32\n srli a1, a1, 32");
            foreach (var engine in new[] { "block", "region", "hot region" }) Duel.Fight(text, Duel.Engines[engine], 40, 997);
        }
    }

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

    /// <summary>
    /// Loops three deep, the one in the middle with a second way in, a call in the innermost: wherever an epoch ends, the region is
    /// entered there again by way of the headers around it.
    /// </summary>
    [Theory]
    [InlineData("region")]
    [InlineData("hot region")]
    public void Regions_are_entered_in_loops_that_have_two_ways_in(string engine)
    {
        const string text = "_start: li s1, 0\n la sp, stack\n j outer\n"
            + "outer: addi s1, s1, 1\n andi t0, s1, 3\n li s2, 5\n beqz t0, second\n"
            + "first: addi a0, a0, 7\n xor a1, a1, a0\n"
            + "second: addi a2, a2, 3\n li s3, 4\n"
            + "inner: add a3, a3, a2\n jal ra, called\n add a4, a4, a5\n addi s3, s3, -1\n bnez s3, inner\n"
            + " addi s2, s2, -1\n bnez s2, first\n sd a4, 0(sp)\n ld a6, 0(sp)\n add a7, a7, a6\n j outer\n"
            + "called: xor a5, a3, s1\n ret\n .balign 256\nstack: .zero 64\n";
        for (var length = 1; length <= 67; length += 2) Duel.Fight(text, Duel.Engines[engine], 1000, length);
        var statistics = Duel.Fight(text, Duel.Engines[engine], 100, 5003);
        Assert.True(statistics.RegionsTranslated > 0);
    }

    /// <summary>
    /// A flag that the code behind a loop asks for, and a way there that is seldom taken and leaves another flag: what stands behind
    /// the loop isn't to be taken for what follows it.
    /// </summary>
    [Fact]
    public void What_a_loop_left_in_registers_is_not_known_behind_it()
    {
        const string text = "_start: li s0, 0\n li s5, 0xffff\n"
            + "loop: addi s0, s0, 1\n li a1, 0\n and t0, s0, s5\n beqz t0, rest\n li a1, 1\n andi t1, s0, 3\n bnez t1, loop\n"
            + "rest: beqz a1, flagged\n addi s1, s1, 1\n andi t2, s0, 4\n beqz t2, over\n addi s2, s2, 1\nover: j loop\n"
            + "flagged: addi s4, s4, 1\n j loop\n";
        var flags = 0UL;
        Duel.Fight(text, Duel.Engines["hot region"] with { RegionAfter = 10 }, 250, 5003, machine => flags = machine.Cpu[SlotOf("x", 20)]);
        Assert.Equal(2UL, flags);
    }

    /// <summary>A loop that never turns, which is known only where its two blocks are looked at together.</summary>
    [Fact]
    public void A_loop_whose_branch_is_never_taken_is_no_loop()
    {
        var text = "_start: li s0, 0\n li s3, 20000000\n j outer\n .balign 256\n"
            + "outer: addi s0, s0, 1\n bgeu s0, s3, done\n andi t0, s0, 1\n bnez t0, loop\n andi t0, s0, 2\n bnez t0, after\n"
            + string.Concat(Enumerable.Repeat(" addi s6, s6, 1\n", 54)) // the first block ends in the middle of the loop
            + "loop: li a2, 5\n addi s7, s7, 1\n addi s7, s7, 1\n addi s7, s7, 1\n"
            + "turn: slli a1, a2, 13\n srli a3, a2, 51\n or a1, a1, a3\n beqz a1, loop\n"
            + "after: j outer\ndone: j done\n";
        var statistics = Duel.Fight(text, new EngineSettings { Background = false }, 60, 200_003);
        Assert.True(statistics.RegionsTranslated > 0);
    }

    private static int SlotOf(string file, int index) =>
        Duel.Isa.Registers.Single(registers => registers.Name == file).FirstSlot + index;

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
