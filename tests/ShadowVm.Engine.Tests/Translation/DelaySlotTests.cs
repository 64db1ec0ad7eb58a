using ShadowVm.Isa;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Branches with delay slots on each engine against the reference interpreter, with epochs that end between a branch and
/// its slot: what stands in slots, where slots lie, what comes between.
/// </summary>
public class DelaySlotTests
{
    private static readonly IsaDefinition Isa = Duel.Definition("mips");

    // Sums up what each trap was and where, and goes on behind the instruction that raised it, or behind its slot; a
    // fetch from nowhere goes on at s6.
    private const string Handler = """
            b start
            nop
            .org 0x80000180
            mfc0 k0, epc
            mfc0 k1, cause
            li v1, 31
            mul s7, s7, v1
            addu s7, s7, k0
            addu s7, s7, k1
            andi v1, k1, 0x7c
            addiu v1, v1, -24
            beqz v1, nowhere
            nop
            bltz k1, in_slot
            addiu k0, k0, 4
            b back
            nop
    in_slot:
            addiu k0, k0, 4
    back:   mtc0 k0, epc
            eret
    nowhere:
            mtc0 s6, epc
            eret
            .org 0x80000400

    """;

    private static readonly Dictionary<string, string> Programs = new()
    {
        ["a slot that is passed over before others at the same register"] = """
            start:  lui s3, 0x8000
                    ori s3, s3, 0x2000
            again:  addiu s0, s0, 1
                    andi t0, s0, 3
                    bnel t0, zero, odd
                    lw t1, 8(s3)
                    lw t2, 12(s3)
                    sw s0, 16(s3)
                    sw t2, 8(s3)
            odd:    addu s1, s1, t1
                    j again
                    sw s1, 12(s3)

            """,
        ["likely branches that don't go, and much behind them"] = """
            start:  addiu s0, s0, 1
                    andi t0, s0, 7
                    beql t0, zero, start
                    addiu s1, s1, 1
                    andi t1, s0, 1
                    bnel t1, zero, over
                    xor s2, s2, s0
                    addu s2, s2, s0
                    addu s3, s3, s2
                    xor s4, s3, s0
                    addu s2, s2, s4
                    addu s3, s3, s2
            over:   bnel zero, zero, start
                    addiu s1, s1, 2
                    addu s2, s2, s1
                    addu s3, s3, s2
                    xor s4, s3, s2
                    addu s2, s2, s4
                    b start
                    addu s3, s3, s1

            """,
        ["plain"] = """
            start:  addiu s0, s0, 1
                    andi t0, s0, 3
                    beqz t0, one
                    addu s1, s1, s0
                    bnel t0, zero, two
                    addiu s1, s1, 7
            one:    beql s0, zero, two
                    addiu s2, s2, 1
            two:    bltzall s0, start
                    addiu s2, s2, 1
                    bgezal s0, func
                    move a0, s0
                    jal func
                    addiu ra, ra, 0
                    la t9, func
                    jalr t9
                    la t9, start
                    bnez s0, start
                    addu s1, s1, v0
                    b start
                    nop
            func:   jr ra
                    addu v0, a0, ra
            """,
        ["a slot that changes what the branch asked"] = """
            start:  addiu t0, s0, 5
            again:  addiu s0, s0, 1
                    bne s0, t0, again
                    addiu s0, s0, 1
                    la t1, here
                    jr t1
                    addiu t1, t1, 4
            here:   bgtz s1, start
                    addiu s1, s1, -1
                    b start
                    addiu s1, s1, 20
            """,
        ["memory in slots"] = """
            start:  li t8, 0x80008000
            again:  addiu s0, s0, 4
                    andi t0, s0, 0xffc
                    addu t1, t8, t0
                    bnez t0, more
                    sw s0, 0(t1)
                    b more
                    lw s2, 4(t1)
            more:   beql s2, s0, again
                    swl s0, 2(t1)
                    bgez s0, again
                    lwr s3, 1(t1)
                    b again
                    nop
            """,
        ["traps in slots"] = """
            start:  li t2, 0x7fffffff
            again:  addiu s0, s0, 1
                    b one
                    add t1, t2, t2
            one:    bnez s0, two
                    syscall
            two:    b three
                    b two
                    nop
            three:  beql s0, s0, four
                    lw t1, 1(t2)
                    nop
            four:   teq s0, s0
                    jal again
                    break 7
                    b again
                    nop
            """,
        ["the monitor's instructions and devices in slots"] = """
            start:  li t8, 0x10000000
                    li t3, 65
            again:  addiu s0, s0, 1
                    b one
                    mtc0 s0, errorepc
            one:    bnez s0, two
                    mfc0 s1, errorepc
            two:    bnez s0, three
                    sb t3, 0(t8)
            three:  beql s1, s0, four
                    lbu s2, 5(t8)
                    addiu s3, s3, 1
            four:   jal five
                    di
            five:   b again
                    addiu s3, s3, 1
            """,
        ["a branch at the end of a page"] = """
            start:  addiu s0, s0, 1
                    andi t0, s0, 1
                    b last
                    nop
                    .org 0x80000ffc
            last:   beqz t0, start
                    addiu s1, s1, 3
                    bnel t0, zero, likely
                    addiu s1, s1, 5
                    .org 0x80001ffc
            likely: beql s0, zero, start
                    addiu s2, s2, 1
                    b start
                    addiu s2, s2, 2
            """,
        ["a slot that is jumped to"] = """
            start:  addiu s0, s0, 1
                    andi t0, s0, 1
                    la t1, slot
                    beqz t0, slot
                    nop
                    b start
            slot:   addiu s1, s1, 1
                    bnez s1, start
                    addu s1, s1, s0
            """,
        ["a slot that is rewritten"] = """
            start:  la t8, slot
                    lw t0, 0(t8)
                    lui t1, 0
                    addiu t1, t1, 1
            again:  xor t0, t0, t1
                    addiu s0, s0, 1
                    andi t2, s0, 7
                    bnez t2, branch
                    nop
                    sw t0, 0(t8)
            branch: bnez s0, again
            slot:   addiu s1, s1, 2
                    b again
                    nop
            """,
        ["a slot that stores over its branch"] = """
            start:  la t8, branch
                    lw t0, 0(t8)
            again:  addiu s0, s0, 1
            branch: bnez s0, again
                    sw t0, 0(t8)
                    b again
                    nop
            """,
        ["nothing behind a branch"] = """
            start:  la s6, start
                    addiu s0, s0, 1
                    li t0, 0x800ffffc
                    li t1, 0x1000ffff
                    sw t1, 0(t0)
                    jr t0
                    addiu s1, s1, 1
                    b start
                    nop
            """,
        ["an address that is none"] = """
            start:  la s6, start
                    la t0, start
                    addiu s0, s0, 1
                    jr s0
                    addiu s1, s1, 1
                    b start
                    nop
            """,
    };

    public static TheoryData<string, string, long> Cases()
    {
        var data = new TheoryData<string, string, long>();
        foreach (var program in Programs.Keys)
        {
            foreach (var engine in Duel.Engines.Keys)
            {
                foreach (var length in (long[])[1, 3, 100]) data.Add(program, engine, length);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_engine_stops_between_a_branch_and_its_slot(string program, string engine, long length) =>
        Duel.Fight(Handler + Programs[program], Duel.Engines[engine], epochs: (int)(300 / length) + 20, length, isa: Isa);

    [Theory]
    [InlineData("plain")]
    [InlineData("a slot that changes what the branch asked")]
    [InlineData("memory in slots")]
    public void Blocks_hold_branches_with_their_slots(string program)
    {
        var engine = Duel.Engines["block"];
        var statistics = Duel.Fight(Handler + Programs[program], engine, epochs: 10, epochLength: 2000, isa: Isa);
        Assert.True(statistics.BlockInstructions > 15_000, $"blocks did only {statistics.BlockInstructions} of 20000 instructions");
    }

    [Fact]
    public void An_interrupt_between_a_branch_and_its_slot_comes_back_to_the_branch()
    {
        var text = Handler + """
            start:  b target
                    addiu s0, s0, 1
                    nop
            target: b start
                    addiu s1, s1, 1
            """;
        using var machine = Duel.Machine(text, 3, Duel.Engines["block"], Isa);
        machine.BeginEpoch([], Vmm.InstructionClock.First); // "b start" and its slot, and the branch there
        machine.RunEpoch();
        int Slot(string name) => Isa.Registers.Single(file => file.Name == name).FirstSlot;
        Assert.Equal(
            (1UL, 0x8000_0404UL, 0x8000_040cUL),
            (machine.Cpu[Isa.DelaySlot], machine.Cpu[Isa.PcSlot], machine.Cpu[Isa.NextPcSlot]));
        machine.Cpu[Slot("status.ie")] = 1;
        machine.Cpu[Slot("status.im")] = 1;
        machine.Cpu[Slot("cause.software")] = 1;
        machine.BeginEpoch([], Vmm.InstructionClock.Next(machine, inputArrives: false));
        machine.RunEpoch();
        Assert.Equal(
            (0x8000_0400UL, 1UL, 1UL),
            (machine.Cpu[Slot("epc")], machine.Cpu[Slot("cause.bd")], machine.Cpu[Slot("status.exl")]));
        Assert.Equal(0UL, machine.Cpu[Slot("r") + 16]); // s0: the slot was not carried out
    }
}
