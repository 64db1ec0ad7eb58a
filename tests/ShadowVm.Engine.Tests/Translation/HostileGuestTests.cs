using ShadowVm.Vmm;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Guests that do what no compiler would: they end in guest traps and in the same state on every tier, never in a host's
/// crash. None of them uses a fence.
/// </summary>
public class HostileGuestTests
{
    // Traps go on at 'resume', which each program has; s11 counts them.
    private const string Traps = "_start: la t0, handler\n csrw mtvec, t0\n la s10, resume\n j main\n .balign 4\n"
        + "handler: addi s11, s11, 1\n csrw mepc, s10\n csrr t0, mcause\n add s9, s9, t0\n csrr t0, mtval\n xor s8, s8, t0\n mret\n";

    // addi a0, a0, 1 and addi a0, a0, 2
    private const string Words = "\n .balign 4\nwords: .word 0x00150513, 0x00250513\n";

    private static readonly Dictionary<string, string> Guests = new()
    {
        ["the next instruction"] = Traps + """
            main: la s0, patch
                la s1, words
            resume:
            loop: andi t0, s2, 1
                slli t0, t0, 2
                add t0, t0, s1
                lw t1, 0(t0)
                sw t1, 0(s0)
            patch: addi a0, a0, 1
                addi s2, s2, 1
                j loop
            """ + Words,
        ["one further on in the block"] = Traps + """
            main: la s0, patch
                la s1, words
            resume:
            loop: andi t0, s2, 4
                add t0, t0, s1
                lw t1, 0(t0)
                sw t1, 0(s0)
                addi a1, a1, 1
                xor a2, a2, a1
            patch: addi a0, a0, 1
                addi s2, s2, 1
                bnez s2, loop
                j loop
            """ + Words,
        ["the loop's head"] = Traps + """
            main: la s0, loop
                la s1, words
            resume:
                .balign 4
            loop: addi a0, a0, 1
                andi t0, s2, 4
                add t0, t0, s1
                lw t1, 0(t0)
                sw t1, 0(s0)
                addi s2, s2, 1
                j loop
            """ + Words,
        ["seldom"] = Traps + """
            main: la s0, patch
                la s1, words
            resume:
            loop: addi s2, s2, 1
                andi t0, s2, 0x7ff
                bnez t0, patch
                srli t0, s2, 9
                andi t0, t0, 4
                add t0, t0, s1
                lw t1, 0(t0)
                sw t1, 0(s0)
                .balign 4
            patch: addi a0, a0, 1
                j loop
            """ + Words,
        ["another page"] = Traps + """
            main: li s0, 0x80010000
                la s1, words
            resume:
            loop: andi t0, s2, 4
                add t0, t0, s1
                lw t1, 0(t0)
                sw t1, 0(s0)
                li t1, 0x00008067
                sw t1, 4(s0)
                jalr s0
                jalr s0
                addi s2, s2, 1
                j loop
            """ + Words,
        ["a word across two pages"] = Traps + """
            main: li s0, 0x80010ffe
                li t1, 0x0513
                sh t1, 0(s0)
                li t1, 0x8082
                sh t1, 4(s0)
            resume:
            loop: andi t0, s2, 0xff
                slli t0, t0, 4
                ori t0, t0, 5
                sh t0, 2(s0)
                jalr s0
                addi s2, s2, 1
                j loop
            """,
        ["data beside code"] = Traps + """
            main: la s0, data
            resume:
            loop: lw t0, 0(s0)
                addi t0, t0, 3
                sw t0, 0(s0)
                sb t0, 9(s0)
                sd t0, 12(s0)
                j loop
                .balign 4
            data: .zero 32
            """,
        ["jumps to odd and unmapped addresses"] = Traps + """
            main: la s0, targets
            resume: andi t0, s2, 7
                slli t0, t0, 3
                add t0, t0, s0
                addi s2, s2, 1
                ld t1, 0(t0)
                jr t1
                .balign 8
            targets: .dword 0, 1, 0x7ffffffe, 0x80100000, 0x800ffffe, 0x800ffffc, 0xfffffffffffffffe, 0x10000000
            """,
        ["off the end of memory"] = Traps + """
            main: li s0, 0x800fff00
                li t1, 0x00150513
                li t2, 0x80100000
            fill: sw t1, 0(s0)
                addi s0, s0, 4
                bltu s0, t2, fill
                li s1, 0x800fff00
            resume: andi t0, s2, 0xfc
                add t0, t0, s1
                addi s2, s2, 1
                jr t0
            """,
        ["loads and stores at all edges"] = Traps + """
            main: la s0, bases
            resume: addi s2, s2, 1
                andi t0, s2, 7
                slli t0, t0, 3
                add t0, t0, s0
                ld t1, 0(t0)
                srli t0, s2, 3
                andi t0, t0, 31
                addi t0, t0, -16
                add t1, t1, t0
                srli t2, s2, 8
                andi t2, t2, 7
                slli t2, t2, 3
                la t3, accesses
                add t3, t3, t2
                jr t3
                .balign 8
            accesses: lbu a0, 0(t1)
                j resume
                .balign 8
                lhu a0, 0(t1)
                j resume
                .balign 8
                lwu a0, 0(t1)
                j resume
                .balign 8
                ld a0, 0(t1)
                j resume
                .balign 8
                sb s2, 0(t1)
                j resume
                .balign 8
                sh s2, 0(t1)
                j resume
                .balign 8
                sw s2, 0(t1)
                j resume
                .balign 8
                sd s2, 0(t1)
                j resume
                .balign 8
            bases: .dword 0, 0x7fffffff, 0x80010000, 0x80100000, 0xffffffff, 0xffffffff80000000, 0x180000000, 0xffffffffffffffff
            """,
    };

    public static TheoryData<string, string, long> Cases()
    {
        var data = new TheoryData<string, string, long>();
        foreach (var guest in Guests.Keys)
        {
            foreach (var engine in Duel.Engines.Keys)
            {
                foreach (var length in (long[])[1, 7, 5000]) data.Add(guest, engine, length);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void End_in_the_same_state_on_every_tier(string guest, string engine, long epochLength)
    {
        var epochs = (int)Math.Max(20, 60_000 / epochLength);
        Duel.Fight(Guests[guest], Duel.Engines[engine], epochs, epochLength);
    }

    [Theory]
    [InlineData("cold")]
    [InlineData("block")]
    [InlineData("background")]
    public void See_what_a_device_writes_over_their_code(string engine)
    {
        const string text = "_start: la s0, loop\nloop: addi a0, a0, 1\n addi a1, a1, 1\n j loop";
        var turn = 0;
        var statistics = Duel.Fight(text, Duel.Engines[engine], 400, 500, machine =>
        {
            var word = (turn++ / 2 & 1) == 0 ? 0x00250513u : 0x00150513u;
            var at = machine.Cpu[machine.Isa.Registers.Single(file => file.Name == "x").FirstSlot + 8];
            Assert.True(machine.Memory.TryCopyIn(at, BitConverter.GetBytes(word)));
        });
        Assert.True(statistics.CodeWrites > 0, "no store met translated code");
    }

    [Fact]
    public void Who_rewrites_code_for_ever_is_not_translated_for_ever()
    {
        using var machine = Duel.Machine(Guests["the loop's head"], 1_000_000, Duel.Engines["background"]);
        var clock = InstructionClock.First;
        for (var i = 0; i < 20; i++)
        {
            machine.BeginEpoch([], clock);
            machine.RunEpoch();
            clock = InstructionClock.Next(machine, inputArrives: false);
        }

        var statistics = machine.Statistics;
        Assert.True(statistics.CodeWrites > 100_000, $"only {statistics.CodeWrites} stores met code");
        Assert.InRange(statistics.BlocksTranslated + statistics.Outdated, 0, 100);
    }
}
