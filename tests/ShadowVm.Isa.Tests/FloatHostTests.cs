using System.Globalization;
using ShadowVm.Isa.Numerics.Floating;
using Xunit.Abstractions;

namespace ShadowVm.Isa.Tests;

/// <summary>
/// Our arithmetic on integers against the host's own floating-point unit, which rounds to even: values bit by bit (but
/// for NaNs), and the flags that can be told from outside. SHADOWVM_FLOAT_CASES makes the runs longer.
/// </summary>
public class FloatHostTests(ITestOutputHelper log)
{
    private static readonly int Cases = int.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_FLOAT_CASES"), CultureInfo.InvariantCulture, out var n) ? n : 40_000;

    private static readonly ulong Seed = ulong.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_FLOAT_SEED"), CultureInfo.InvariantCulture, out var n) ? n : 1;

    [Fact]
    public void Doubles_are_the_host_s()
    {
        var numbers = new FloatNumbers(Seed, isDouble: true);
        for (var i = 0; i < Cases; i++)
        {
            var (a, b, c) = (numbers.Next(), numbers.Next(), numbers.Next());
            var (x, y, z) = (Double(a), Double(b), Double(c));
            Check64(FloatFunction.Add, a, b, 0, x + y);
            Check64(FloatFunction.Subtract, a, b, 0, x - y);
            Check64(FloatFunction.Multiply, a, b, 0, x * y);
            Check64(FloatFunction.Divide, a, b, 0, x / y);
            Check64(FloatFunction.SquareRoot, a, 0, 0, Math.Sqrt(x));
            Check64(FloatFunction.MultiplyAdd, a, b, c, Math.FusedMultiplyAdd(x, y, z));
            Check64(FloatFunction.Convert, a >> 32, 0, 0, BitConverter.UInt32BitsToSingle((uint)(a >> 32)));
            Check64(FloatFunction.FromSigned64, a, 0, 0, (long)a);
            Check64(FloatFunction.FromSigned32, (uint)a, 0, 0, (int)a);
            Check64(FloatFunction.FromUnsigned64, a, 0, 0, a);
            Check64(FloatFunction.FromUnsigned32, (uint)a, 0, 0, (uint)a);
            if (!double.IsNaN(x))
                Check64(FloatFunction.ToIntegral, a, 0, 0, Math.Round(x, MidpointRounding.ToEven));
            CheckOrder(true, a, b, x < y, x == y, x > y);
        }

        log.WriteLine($"{Cases} cases of each operation on doubles, seed {Seed}");
    }

    [Fact]
    public void Singles_are_the_host_s()
    {
        var numbers = new FloatNumbers(Seed, isDouble: false);
        for (var i = 0; i < Cases; i++)
        {
            var (a, b, c) = (numbers.Next(), numbers.Next(), numbers.Next());
            var (x, y, z) = (Single(a), Single(b), Single(c));
            Check32(FloatFunction.Add, a, b, 0, x + y);
            Check32(FloatFunction.Subtract, a, b, 0, x - y);
            Check32(FloatFunction.Multiply, a, b, 0, x * y);
            Check32(FloatFunction.Divide, a, b, 0, x / y);
            Check32(FloatFunction.SquareRoot, a, 0, 0, MathF.Sqrt(x));
            Check32(FloatFunction.MultiplyAdd, a, b, c, MathF.FusedMultiplyAdd(x, y, z));
            var wide = a << 32 | b;
            Check32(FloatFunction.Convert, wide, 0, 0, (float)Double(wide));
            Check32(FloatFunction.FromSigned64, wide, 0, 0, (long)wide);
            Check32(FloatFunction.FromSigned32, a, 0, 0, (int)a);
            Check32(FloatFunction.FromUnsigned32, a, 0, 0, (uint)a);
            if (!float.IsNaN(x))
                Check32(FloatFunction.ToIntegral, a, 0, 0, MathF.Round(x, MidpointRounding.ToEven));
            CheckOrder(false, a, b, x < y, x == y, x > y);
        }

        log.WriteLine($"{Cases} cases of each operation on singles, seed {Seed}");
    }

    /// <summary>
    /// The directed modes have no host operation, but an exact criterion: the result of an exact sum, product or quotient
    /// lies between the two directed ones, which are neighbours or the same, and the nearest is one of them.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Directed_results_enclose_the_nearest(bool isDouble)
    {
        var numbers = new FloatNumbers(Seed + 1, isDouble);
        FloatFunction[] functions =
        [
            FloatFunction.Add, FloatFunction.Subtract, FloatFunction.Multiply, FloatFunction.Divide,
            FloatFunction.SquareRoot, FloatFunction.MultiplyAdd, FloatFunction.FromSigned64, FloatFunction.Convert,
        ];
        for (var i = 0; i < Cases / 4; i++)
        {
            var (a, b, c) = (numbers.Next(), numbers.Next(), numbers.Next());
            foreach (var function in functions)
            {
                var code = FloatCode.Number(function, isDouble);
                var results = new FloatResult[5];
                for (var mode = 0; mode < 5; mode++)
                    results[mode] = FloatUnit.Compute(code, a, b, c, (ulong)mode);
                var what = $"{FloatCode.NameOf(code)} {a:x} {b:x} {c:x}, seed {Seed + 1}";
                var (down, up) = (results[2], results[3]);
                if (IsNan(results[0].Value, isDouble))
                {
                    Assert.All(results, result => Assert.Equal(results[0], result));
                    continue;
                }

                var exact = (results[0].Flags & FloatFlags.Inexact) == 0;
                Assert.All(results, r => Assert.True((r.Flags & FloatFlags.Inexact) == 0 == exact, what));
                var steps = Order(up.Value, isDouble) - Order(down.Value, isDouble);
                // A sum that is exactly zero has the sign of the direction.
                Assert.True(exact ? steps is 0 or 1 : steps == 1, what);
                var sign = 1UL << (isDouble ? 63 : 31);
                var towardsZero = (results[4].Value & sign) != 0 ? up : down;
                Assert.True(exact || results[1].Value == towardsZero.Value, what);
                Assert.True(results[0].Value == down.Value || results[0].Value == up.Value, what);
                Assert.True(results[4].Value == down.Value || results[4].Value == up.Value, what);
            }
        }
    }

    [Fact]
    public void Integers_are_what_decimal_arithmetic_makes_of_them()
    {
        var numbers = new FloatNumbers(Seed + 2, isDouble: true);
        for (var i = 0; i < Cases; i++)
        {
            var a = numbers.Next();
            var x = Double(a);
            for (var mode = 0u; mode < 5; mode++)
            {
                var rounded = mode switch
                {
                    0 => Math.Round(x, MidpointRounding.ToEven),
                    1 => Math.Truncate(x),
                    2 => Math.Floor(x),
                    3 => Math.Ceiling(x),
                    _ => Math.Round(x, MidpointRounding.AwayFromZero),
                };
                CheckInteger(FloatFunction.ToSigned64, a, x, rounded, mode, long.MinValue, long.MaxValue);
                CheckInteger(FloatFunction.ToSigned32, a, x, rounded, mode, int.MinValue, int.MaxValue);
                CheckInteger(FloatFunction.ToUnsigned64, a, x, rounded, mode, 0, ulong.MaxValue);
                CheckInteger(FloatFunction.ToUnsigned32, a, x, rounded, mode, 0, uint.MaxValue);
            }
        }
    }

    private static void CheckInteger(
        FloatFunction function, ulong a, double x, double rounded, uint mode, System.Int128 least, System.Int128 most)
    {
        var code = FloatCode.Number(function, true);
        var found = FloatUnit.Compute(code, a, 0, 0, mode);
        var mask = ulong.MaxValue >> (64 - FloatCode.ResultWidth(code));
        FloatResult expected;
        if (double.IsNaN(x))
            expected = new FloatResult((ulong)most & mask, FloatFlags.Invalid);
        else if (rounded >= Math.ScaleB(1, 64) || (System.Int128)rounded > most)
            expected = new FloatResult((ulong)most & mask, FloatFlags.Invalid);
        else if (rounded <= -Math.ScaleB(1, 64) || (System.Int128)rounded < least)
            expected = new FloatResult((ulong)least & mask, FloatFlags.Invalid);
        else
            expected = new FloatResult((ulong)(System.Int128)rounded & mask, rounded == x ? 0 : FloatFlags.Inexact);
        Assert.True(expected == found, $"{FloatCode.NameOf(code)} {a:x} ({x:r}), mode {mode}: {found}, expected {expected}");
    }

    private static void Check64(FloatFunction function, ulong a, ulong b, ulong c, double expected)
    {
        var code = FloatCode.Number(function, true);
        Check(code, a, b, c, BitConverter.DoubleToUInt64Bits(expected), double.IsNaN(expected));
    }

    private static void Check32(FloatFunction function, ulong a, ulong b, ulong c, float expected)
    {
        var code = FloatCode.Number(function, false);
        Check(code, a, b, c, BitConverter.SingleToUInt32Bits(expected), float.IsNaN(expected));
    }

    private static void Check(int code, ulong a, ulong b, ulong c, ulong expected, bool isNan)
    {
        var found = FloatUnit.Compute(code, a, b, c, FloatMode.RoundEven);
        var want = isNan ? FloatCode.DefaultNan(FloatCode.IsDouble(code), 0) : expected;
        if (found.Value == want)
            return;
        Assert.Fail($"{FloatCode.NameOf(code)} {a:x} {b:x} {c:x} gives {found.Value:x}, the host {want:x}, seed {Seed}");
    }

    private static void CheckOrder(bool isDouble, ulong a, ulong b, bool less, bool equal, bool greater)
    {
        var expected = less ? 1UL : equal ? 2 : greater ? 4UL : 8;
        var quiet = FloatUnit.Compute(FloatCode.Number(FloatFunction.CompareQuiet, isDouble), a, b, 0, 0);
        var signaling = FloatUnit.Compute(FloatCode.Number(FloatFunction.CompareSignaling, isDouble), a, b, 0, 0);
        Assert.Equal((expected, expected), (quiet.Value, signaling.Value));
        Assert.Equal(expected == 8 ? FloatFlags.Invalid : 0, signaling.Flags);
    }

    private static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    private static float Single(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static bool IsNan(ulong bits, bool isDouble) => isDouble ? double.IsNaN(Double(bits)) : float.IsNaN(Single(bits));

    /// <summary>Numbers in their order, so that neighbours differ by one.</summary>
    private static long Order(ulong bits, bool isDouble)
    {
        var magnitude = (long)(isDouble ? bits & long.MaxValue : bits & int.MaxValue);
        var negative = (isDouble ? bits >> 63 : bits >> 31) != 0;
        return negative ? -magnitude - 1 : magnitude;
    }
}
