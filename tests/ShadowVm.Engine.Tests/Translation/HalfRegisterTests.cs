namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Registers of which translated code keeps the lower half alone, against the reference interpreter: where the whole is asked
/// for, where control leaves with it, and where it was never a sign extension.
/// </summary>
public class HalfRegisterTests
{
    // Each round has numbers of 64 bits, in s0 to s3, that are no sign extensions. A fault is passed over.
    private const string Start = "_start: la t0, handler\n csrw mtvec, t0\n la s5, memory\n li s6, 0x9e3779b97f4a7c15\n"
        + " li s4, 1\n j outer\n"
        + " .balign 4\nhandler: csrr t6, mepc\n addi t6, t6, 4\n csrw mepc, t6\n xor s11, s11, s7\n xor s11, s11, a0\n mret\n"
        + "outer: mul s0, s4, s6\n xori s1, s0, -1\n srli s2, s0, 7\n add s3, s1, s2\n addi s4, s4, 1\n li s8, 9\n";

    private const string End = " j outer\n .balign 256\nmemory: .zero 512\n";

    private static readonly Dictionary<string, string> Programs = new()
    {
        ["each operation, then its whole"] = Start
            + "inner: addw a0, s0, s1\n subw a1, s0, s2\n mulw a2, s1, s3\n slliw a3, s0, 7\n srliw a4, s0, 25\n sraiw a5, s0, 3\n"
            + " sllw a6, s0, s2\n srlw a7, s1, s3\n sraw t0, s3, s1\n addiw t1, s2, -7\n sext.w t2, s3\n divw t3, s0, s2\n"
            + " remuw t4, s3, s1\n"
            + " or t5, a3, a4\n xor s9, t5, a0\n and s10, s9, a1\n not a0, a0\n andi a1, a1, 1023\n ori a2, a2, 5\n"
            + " xori a3, a3, -9\n"
            + " add s7, s7, a0\n add s7, s7, a1\n xor s7, s7, a2\n sub s7, s7, a3\n add s7, s7, a4\n xor s7, s7, a5\n"
            + " sub s7, s7, a6\n"
            + " add s7, s7, a7\n xor s7, s7, t0\n add s7, s7, t1\n sub s7, s7, t2\n xor s7, s7, t3\n add s7, s7, t4\n"
            + " xor s7, s7, s9\n"
            + " add s7, s7, s10\n xor s0, s0, s7\n add s3, s3, s0\n addiw s8, s8, -1\n bnez s8, inner\n" + End,
        ["halves of halves, and comparisons of them"] = Start
            + "inner: sext.w a0, s0\n sext.w a1, a0\n mv a2, a1\n addw a0, a1, a2\n sext.w a2, a2\n slt a3, a0, a1\n"
            + " sltu a4, a0, s1\n"
            + " sltiu a5, a2, 77\n add s7, s7, a3\n sub s7, s7, a4\n add s7, s7, a5\n or a6, a3, a0\n sext.w a6, a6\n"
            + " and a7, a6, s1\n"
            + " blt a0, a1, over\n addw s0, s0, a6\n bgeu a0, s2, over\n xor s1, s1, a7\n"
            + "over: slli t0, a0, 32\n srli t0, t0, 32\n add s2, s2, t0\n addiw s8, s8, -1\n bgtz s8, inner\n" + End,
        ["faults with halves at hand"] = Start
            + "inner: addw a0, s0, s1\n xor a1, a0, a0\n lw a2, 0(a0)\n addw s7, s7, a0\n srliw a0, a0, 3\n ld a3, 0(a1)\n"
            + " sw a0, 0(s5)\n"
            + " addw a0, a0, s2\n sd a0, 3(s5)\n sh s7, 8(s5)\n lh a4, 8(s5)\n lbu a5, 9(s5)\n lw a6, 0(s5)\n"
            + " lwu a7, 4(s5)\n addw s7, s7, a4\n"
            + " or s7, s7, a5\n xor s7, s7, a6\n add s9, s9, a7\n lw s7, -1(x0)\n addw s0, s0, s7\n addiw s8, s8, -1\n"
            + " bnez s8, inner\n" + End,
        ["halves at each turn of a short loop"] = Start
            + " mv a0, s5\n addi a1, s5, 96\n li a2, 0\n"
            + "inner: lw t0, 0(a0)\n addw t0, t0, s0\n addw a2, a2, t0\n sw a2, 0(a0)\n addi a0, a0, 4\n bne a0, a1, inner\n"
            + " add s7, s7, a2\n"
            + " addiw a3, s1, 0\nturn: slliw a3, a3, 1\n addiw a4, a4, 1\n bgtz a3, turn\n xor s7, s7, a3\n add s7, s7, a4\n" + End,
        ["halves across calls"] = Start
            + "inner: addw a0, s0, s8\n jal ra, mix\n add s7, s7, a0\n add s7, s7, t2\n subw a1, a0, s1\n addw s0, s0, a1\n"
            + " addiw s8, s8, -1\n bnez s8, inner\n j outer\n"
            + "mix: slliw t2, a0, 13\n xor a0, a0, t2\n srliw t2, a0, 17\n xor a0, a0, t2\n slliw t2, a0, 5\n xor a0, a0, t2\n"
            + " addw a0, a0, s4\n ret\n" + End,
        ["halves across computed jumps"] = Start
            + "inner: addw a1, s0, s1\n la t0, table\n andi t1, a1, 1\n slli t1, t1, 3\n add t0, t0, t1\n addw a2, a0, a1\n jr t0\n"
            + "table: addw s0, s0, a2\n j next\n xor s1, s1, a2\n j next\n"
            + "next: add s2, s2, a2\n addiw s8, s8, -1\n bnez s8, inner\n" + End,
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var program in Programs.Keys)
        {
            foreach (var engine in new[] { "cold", "block", "region", "hot region" }) cases.Add(program, engine);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Registers_are_whole_wherever_an_epoch_ends(string program, string engine)
    {
        for (var length = 1; length <= 61; length += 6) Duel.Fight(Programs[program], Duel.Engines[engine], 400, length);
        var statistics = Duel.Fight(Programs[program], Duel.Engines[engine], 60, 5003);
        if (engine.Contains("region", StringComparison.Ordinal)) Assert.True(statistics.RegionsTranslated > 0, "no region");
    }
}
