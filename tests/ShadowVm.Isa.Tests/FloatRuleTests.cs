using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Isa.Tests;

/// <summary>What IEEE 754 leaves to an architecture, and what no host of ours can be asked for.</summary>
public class FloatRuleTests
{
    private const uint Even = FloatMode.RoundEven;

    [Theory]
    [InlineData(0, 0x7fc00000)]
    [InlineData(FloatMode.NanFirst, 0x7fc00001)]
    [InlineData(FloatMode.NanLast, 0xffc00002)]
    [InlineData(FloatMode.NanSignaling, 0xffc00002)]
    public void A_nan_comes_of_nans_by_the_rule(uint rule, uint expected)
    {
        const uint quiet = 0x7fc00001;
        const uint signaling = 0xff800002;
        foreach (var function in new[] { FloatFunction.Add, FloatFunction.Subtract, FloatFunction.Multiply, FloatFunction.Divide })
            Assert.Equal(new FloatResult(expected, FloatFlags.Invalid), Single(function, quiet, signaling, 0, rule));
        const uint one = 0x3f800000;
        Assert.Equal(
            new FloatResult(rule == 0 ? 0x7fc00000 : quiet, 0), Single(FloatFunction.MultiplyAdd, one, one, quiet, rule));
        Assert.Equal(new FloatResult(expected, FloatFlags.Invalid), Single(FloatFunction.MultiplyAdd, one, quiet, signaling, rule));
        Assert.Equal(new FloatResult(rule == 0 ? 0x7fc00000 : quiet, 0), Single(FloatFunction.SquareRoot, quiet, 0, 0, rule));
    }

    [Fact]
    public void A_nan_keeps_its_upper_bits_in_another_format()
    {
        var narrow = FloatCode.Number(FloatFunction.Convert, false);
        var wide = FloatCode.Number(FloatFunction.Convert, true);
        Assert.Equal(new(0x7fc00001, 0), FloatUnit.Compute(narrow, 0x7ff80000_20000001, 0, 0, FloatMode.NanFirst));
        Assert.Equal(new(0xffc00001, FloatFlags.Invalid), FloatUnit.Compute(narrow, 0xfff00000_20000001, 0, 0, FloatMode.NanFirst));
        Assert.Equal(new(0x7fc00000, FloatFlags.Invalid), FloatUnit.Compute(narrow, 0xfff00000_20000001, 0, 0, Even));
        Assert.Equal(new(0xfff80000_20000000, 0), FloatUnit.Compute(wide, 0xffc00001, 0, 0, FloatMode.NanFirst));
    }

    [Fact]
    public void A_quiet_nan_may_be_the_one_without_its_top_bit()
    {
        const uint old = FloatMode.QuietIsZero | FloatMode.NanFirst;
        const uint one = 0x3f800000;
        Assert.Equal((0x7fbfffffUL, 0x7ff7ffff_ffffffffUL), (FloatCode.DefaultNan(false, old), FloatCode.DefaultNan(true, old)));
        Assert.Equal(new(0x7f800001, 0), Single(FloatFunction.Add, 0x7f800001, one, 0, old));
        Assert.Equal(new(0x7fbfffff, FloatFlags.Invalid), Single(FloatFunction.Add, 0x7fc00001, one, 0, old));
        Assert.Equal(new(1 << 9, 0), Single(FloatFunction.Classify, 0x7f800001, 0, 0, old));
        Assert.Equal(new(1 << 8, 0), Single(FloatFunction.Classify, 0x7fc00001, 0, 0, old));
        // What is left of the fraction would be an infinity.
        var narrow = FloatCode.Number(FloatFunction.Convert, false);
        Assert.Equal(new(0x7fbfffff, 0), FloatUnit.Compute(narrow, 0x7ff00000_00000001, 0, 0, old));
    }

    [Fact]
    public void Tininess_is_looked_at_before_or_after_rounding()
    {
        const uint below = 0x007fffff; // times a little more than 1: to be rounded up to the smallest normal number
        var after = Single(FloatFunction.Multiply, below, 0x3f800001, 0, FloatMode.RoundUp);
        var before = Single(FloatFunction.Multiply, below, 0x3f800001, 0, FloatMode.RoundUp | FloatMode.TinyBefore);
        Assert.Equal(new(0x00800000, FloatFlags.Inexact), after);
        Assert.Equal(new(0x00800000, FloatFlags.Inexact | FloatFlags.Underflow), before);
        // Tiny all the same, and exact: no flag.
        Assert.Equal(new(0x00400000, 0), Single(FloatFunction.Multiply, 0x00800000, 0x3f000000, 0, FloatMode.TinyBefore));
    }

    [Theory]
    [InlineData(0, 0x7fffffffL, 0x80000000L, long.MaxValue)]
    [InlineData(FloatMode.RangeWrap, 0xb2d05e00L, 0x4d2fa200L, 4096)]
    [InlineData(FloatMode.RangeMax, 0x7fffffffL, 0x7fffffffL, long.MaxValue)]
    [InlineData(FloatMode.RangeMin, 0x80000000L, 0x80000000L, long.MinValue)]
    public void What_is_out_of_range_becomes_an_integer_by_the_rule(uint rule, long above, long below, long far)
    {
        const ulong large = 0x41e65a0b_c0000000; // 3e9
        const ulong larger = 0x43f00000_00000001; // 2 to the 64, and 4096
        Assert.Equal(new((ulong)above, FloatFlags.Invalid), Double(FloatFunction.ToSigned32, large, rule));
        Assert.Equal(new((ulong)below, FloatFlags.Invalid), Double(FloatFunction.ToSigned32, large | 1UL << 63, rule));
        Assert.Equal(new((ulong)far, FloatFlags.Invalid), Double(FloatFunction.ToSigned64, larger, rule));
        if (rule == FloatMode.RangeWrap)
            Assert.Equal(new(0, FloatFlags.Invalid), Double(FloatFunction.ToUnsigned64, 0x7ff00000_00000000, rule));
    }

    [Theory]
    [InlineData(0, 0x7fffffff, 0xffffffff)]
    [InlineData(FloatMode.NanToZero, 0, 0)]
    [InlineData(FloatMode.NanToMin, 0x80000000, 0)]
    public void A_nan_becomes_an_integer_by_the_rule(uint rule, uint asSigned, uint asUnsigned)
    {
        foreach (var nan in new ulong[] { 0x7ff80000_00000000, 0xfff00000_00000001 })
        {
            Assert.Equal(new(asSigned, FloatFlags.Invalid), Double(FloatFunction.ToSigned32, nan, rule));
            Assert.Equal(new(asUnsigned, FloatFlags.Invalid), Double(FloatFunction.ToUnsigned32, nan, rule));
        }
    }

    [Fact]
    public void Modes_beyond_the_last_round_to_even()
    {
        var third = Single(FloatFunction.Divide, 0x3f800000, 0x40400000, 0, Even);
        for (var mode = 5u; mode < 8; mode++)
            Assert.Equal(third, Single(FloatFunction.Divide, 0x3f800000, 0x40400000, 0, mode));
    }

    [Fact]
    public void Names_lead_to_operations_and_back()
    {
        Assert.Equal(42, FloatCode.All.Count());
        Assert.All(FloatCode.All, code => Assert.Equal(code, FloatCode.Find(FloatCode.NameOf(code))));
        Assert.All(["f64.", "f32.addd", "f16.add", "f64", "g64.add", ""], name => Assert.Equal(-1, FloatCode.Find(name)));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        int[] codes = [.. FloatCode.All];
        var sum = Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        sum += Run();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.NotEqual(0UL, sum);

        ulong Run()
        {
            var total = 0UL;
            foreach (var code in codes)
            {
                for (var i = 1UL; i < 200; i++)
                    total += FloatUnit.Compute(code, i * 0x01234567_89abcdef, i * 0x00fedcba_98765432, i << 50, i % 5).Value;
            }

            return total;
        }
    }

    private static FloatResult Single(FloatFunction function, ulong a, ulong b, ulong c, uint mode) =>
        FloatUnit.Compute(FloatCode.Number(function, false), a, b, c, mode);

    private static FloatResult Double(FloatFunction function, ulong a, uint mode) =>
        FloatUnit.Compute(FloatCode.Number(function, true), a, 0, 0, mode);
}
