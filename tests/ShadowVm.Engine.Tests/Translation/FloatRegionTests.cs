using ShadowVm.Engine.Translation;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Regions that trust the host's floating-point unit against the reference interpreter: what is ordinary, what isn't, and
/// what takes the trust away.
/// </summary>
public class FloatRegionTests
{
    // f0 = 1/3, so that inexact stands; s5 points to memory.
    private const string Start = "_start: li t0, 0x6000\n csrs mstatus, t0\n la s5, memory\n li t0, 3\n fcvt.d.l ft1, t0\n"
        + " li t0, 1\n fcvt.d.l ft2, t0\n";

    private const string Inexact = " fdiv.d ft0, ft2, ft1\n";

    private const string End = "\n .balign 256\nmemory: .zero 256\n";

    private static readonly Dictionary<string, string> Programs = new()
    {
        ["ordinary"] = Start + Inexact
            + "outer: li s1, 9\n fmv.d fa0, ft0\n"
            + "inner: fadd.d fa1, fa0, ft2\n fmul.d fa2, fa1, ft0\n fsub.d fa3, fa1, fa2\n fdiv.d fa4, fa3, fa1\n fsqrt.d fa5, fa4\n"
            + " fmadd.d fa0, fa5, ft0, fa1\n flt.d a0, fa4, fa3\n add s0, s0, a0\n fsd fa0, 8(s5)\n fld ft3, 8(s5)\n fadd.d fa0, ft3, fa5\n"
            + " fcvt.l.d a1, fa0, rtz\n fcvt.d.l ft4, a1\n add s2, s2, a1\n fmv.x.d a2, fa0\n xor s3, s3, a2\n fneg.d ft5, ft4\n"
            + " fcvt.s.d ft6, fa0\n fcvt.d.s ft7, ft6\n fadd.s ft8, ft6, ft6\n fmul.s ft9, ft8, ft6\n flt.s a3, ft9, ft8\n add s0, s0, a3\n"
            + " addi s1, s1, -1\n bnez s1, inner\n j outer" + End,
        ["zeros"] = Start + Inexact
            + "outer: li s1, 50\n fmv.d.x fa0, zero\n"
            + "inner: fmul.d fa1, fa0, ft0\n fadd.d fa2, fa1, fa0\n fsub.d fa3, ft0, ft0\n fdiv.d fa4, fa1, ft0\n fsqrt.d fa5, fa4\n"
            + " fneg.d fa6, fa3\n fadd.d fa7, fa6, fa3\n fmul.d fs0, fa6, ft0\n fmv.x.d a0, fs0\n xor s2, s2, a0\n"
            + " addi s1, s1, -1\n bnez s1, inner\n addi s3, s3, 1\n j outer" + End,
        ["infinities"] = Start + Inexact
            + "outer: li s1, 50\n fmv.d.x fa0, zero\n"
            + "inner: fdiv.d fa1, ft0, fa0\n fadd.d fa2, fa1, ft0\n fsub.d fa3, fa1, fa1\n feq.d a0, fa3, fa3\n add s2, s2, a0\n"
            + " fmul.d fa4, ft0, ft0\n addi s1, s1, -1\n bnez s1, inner\n addi s3, s3, 1\n j outer" + End,
        ["always exact"] = Start
            + "outer: li s1, 50\n fmv.d fa0, ft1\n"
            + "inner: fadd.d fa0, fa0, ft2\n fmul.d fa1, fa0, ft1\n fsub.d fa2, fa1, fa0\n fsd fa2, 0(s5)\n"
            + " addi s1, s1, -1\n bnez s1, inner\n addi s3, s3, 1\n j outer" + End,
        ["flags are cleared and the mode is set"] = Start + Inexact
            + "outer: li s1, 9\n fmv.d fa0, ft0\n"
            + "inner: fadd.d fa0, fa0, ft0\n fmul.d fa1, fa0, ft0\n fmadd.d fa2, fa1, fa0, ft2\n addi s1, s1, -1\n bnez s1, inner\n"
            + " csrr t1, fflags\n slli s2, s2, 5\n xor s2, s2, t1\n addi s3, s3, 1\n andi t2, s3, 3\n csrw frm, t2\n andi t3, s3, 4\n"
            + " beqz t3, outer\n csrw fflags, zero\n fadd.d fa3, ft2, ft1\n j outer" + End,
        ["sums and roots of the smallest"] = Start + Inexact
            + " li t0, 0x0010000000000003\n fmv.d.x fa0, t0\n li t0, 0x00800003\n fmv.w.x fa1, t0\n li t0, 1\n fmv.d.x fa2, t0\n"
            + " fmv.w.x fa3, t0\n"
            + "outer: li s1, 50\n fmv.d fa4, fa0\n fmv.s fa5, fa1\n"
            + "inner: fsub.d fa4, fa4, fa2\n fsub.s fa5, fa5, fa3\n fsub.d fa6, fa4, fa0\n fsub.s fa7, fa5, fa1\n fadd.d fs0, fa6, fa2\n"
            + " fsqrt.d fs1, fa2\n fsqrt.s fs2, fa3\n fcvt.d.s fs3, fa7\n fadd.d fs4, fs3, fs1\n fmv.x.d a0, fs0\n fmv.x.w a1, fa7\n"
            + " fmv.x.d a2, fs4\n xor s2, s2, a0\n add s2, s2, a1\n add s2, s2, a2\n"
            + " addi s1, s1, -1\n bnez s1, inner\n csrr t1, fflags\n slli s3, s3, 5\n xor s3, s3, t1\n j outer" + End,
        ["a constant from turn to turn"] = Start + Inexact
            + "outer: li a2, 0\n addi s1, s1, 1\n"
            + "inner: addi a1, a2, 1\n li a2, -1\n fadd.d fa0, fa0, ft0\n bnez a1, inner\n j outer" + End,
        ["a short loop asks for the mode"] = Start + Inexact
            + "outer: addi s1, s1, 1\n li s3, 50\n again: addi s2, s2, 1\n"
            + "inner: fadd.d fa0, fa0, ft0\n csrr a1, frm\n bnez a1, inner\n addi s3, s3, -1\n bnez s3, again\n j outer" + End,
        ["a jump by the mode"] = Start + Inexact
            + "outer: addi s1, s1, 1\n li s3, 50\n"
            + "inner: fadd.d fa0, fa0, ft0\n csrr a1, frm\n slli a1, a1, 2\n la t0, there\n add t0, t0, a1\n jr t0\n nop\n nop\n"
            + "there: addi s3, s3, -1\n fmul.d fa1, fa0, ft0\n csrr a2, fcsr\n xor s2, s2, a2\n bnez s3, inner\n j outer" + End,
        ["tiny and huge"] = Start + Inexact
            + " li t0, 0x0030000000000001\n fmv.d.x fa0, t0\n li t0, 0x7fd0000000000001\n fmv.d.x fa1, t0\n"
            + "outer: li s1, 60\n fmv.d fa2, fa0\n fmv.d fa3, fa1\n fmv.d fa4, ft2\n"
            + "inner: fmul.d fa2, fa2, ft0\n fmul.d fa3, fa3, ft1\n fmul.d fa4, fa4, ft0\n fadd.d fa5, fa2, fa0\n"
            + " addi s1, s1, -1\n bnez s1, inner\n csrr t1, fflags\n xor s2, s2, t1\n j outer" + End,
    };

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var program in Programs.Keys)
        {
            foreach (var engine in new[] { "region", "hot region", "as it comes" }) cases.Add(program, engine);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Numbers_and_flags_are_those_of_the_reference_interpreter(string program, string engine)
    {
        foreach (var length in new[] { 1, 7, 23, 61 }) Duel.Fight(Programs[program], Duel.Engines[engine], 400, length);
        Duel.Fight(Programs[program], Duel.Engines[engine], 60, 5003);
    }

    [Fact]
    public void Ordinary_numbers_and_small_sums_stay_inside()
    {
        foreach (var program in new[] { "ordinary", "sums and roots of the smallest" })
        {
            var statistics = Duel.Fight(Programs[program], Duel.Engines["hot region"], 60, 5003);
            Assert.True(statistics.RegionsTranslated > 0, $"{program}: no region");
            Assert.Equal(0, statistics.Exits[(int)HostExit.OddNumber]);
        }
    }

    [Fact]
    public void Products_of_zero_stay_inside_once_there_were_many()
    {
        var statistics = Duel.Fight(Programs["zeros"], Duel.Engines["hot region"], 60, 5003);
        Assert.InRange(statistics.Exits[(int)HostExit.OddNumber], 256, 300);
    }

    [Fact]
    public void A_region_that_is_wrong_too_often_is_made_anew_without_trust()
    {
        foreach (var program in new[] { "infinities", "always exact" })
        {
            var statistics = Duel.Fight(Programs[program], Duel.Engines["hot region"], 100, 5003);
            Assert.InRange(statistics.Exits[(int)HostExit.OddNumber], 256, 2000);
            Assert.True(statistics.RegionsTranslated > 1, $"{program}: {statistics.RegionsTranslated} regions");
        }
    }
}
