using ShadowVm.Isa.Numerics.Floating;
using Xunit.Abstractions;

namespace ShadowVm.Isa.Tests;

/// <summary>
/// What the host's floating-point unit does is what arithmetic on integers does, value and flags: random numbers, numbers with
/// few bits (whose results are often exact), sums that cancel, and both ends of what the host's unit is used for.
/// </summary>
public class HostFloatTests(ITestOutputHelper log)
{
    private const int Cases = 60_000;

    private static readonly FloatFunction[] Functions =
    [
        FloatFunction.Add, FloatFunction.Subtract, FloatFunction.Multiply, FloatFunction.Divide, FloatFunction.SquareRoot,
        FloatFunction.MultiplyAdd,
    ];

    private static readonly FloatFunction[] Others =
    [
        FloatFunction.CompareQuiet, FloatFunction.CompareSignaling, FloatFunction.FromSigned32, FloatFunction.FromSigned64,
        FloatFunction.ToSigned32, FloatFunction.ToSigned64, FloatFunction.Convert,
    ];

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    public void Value_and_flags_are_those_of_integers(bool isDouble, ulong seed)
    {
        var edges = new FloatNumbers(seed, isDouble);
        var chance = new Random((int)seed);
        var (exact, inexact) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var (a, b, c) = (Next(), Next(), Next());
            if (i % 5 == 0) b = Near(a);
            if (i % 7 == 0) c = Product(a, b) ^ (isDouble ? 1UL << 63 : 1UL << 31) ^ (ulong)chance.Next(4);
            foreach (var function in Functions)
            {
                var code = FloatCode.Number(function, isDouble);
                var mode = i % 10 == 0 ? (ulong)chance.Next(5) : FloatMode.RoundEven | (i % 3 == 0 ? FloatMode.TinyBefore : 0UL);
                var (found, expected) = (FloatUnit.Compute(code, a, b, c, mode), FloatUnit.ComputeSoftly(code, a, b, c, mode));
                Assert.True(
                    found == expected,
                    $"{FloatCode.NameOf(code)} {a:x} {b:x} {c:x}, mode {mode}: {found}, expected {expected}; case {i} of seed {seed}");
                if ((found.Flags & FloatFlags.Inexact) != 0) inexact++;
                else exact++;
                var set = (ulong)(i % 4 == 0 ? chance.Next(32) : 1);
                found = Sticky(code, a, b, c, mode, set);
                Assert.True(
                    (found.Value, found.Flags | set) == (expected.Value, expected.Flags | set),
                    $"{FloatCode.NameOf(code)} {a:x} {b:x} {c:x}, mode {mode}, set {set}: {found}, expected {expected}; "
                    + $"case {i} of seed {seed}");
            }

            foreach (var function in Others)
            {
                var code = FloatCode.Number(function, isDouble);
                var operand = FloatCode.OperandWidth(code) == (isDouble ? 64 : 32) ? a : OtherFormat(function, a);
                var mode = (ulong)(uint)(chance.Next(5) | (chance.Next(4) << 4) | (chance.Next(4) << 7) | (chance.Next(3) << 9));
                var (found, expected) = (FloatUnit.Compute(code, operand, b, 0, mode), FloatUnit.ComputeSoftly(code, operand, b, 0, mode));
                Assert.True(
                    found == expected,
                    $"{FloatCode.NameOf(code)} {operand:x} {b:x}, mode {mode}: {found}, expected {expected}; case {i} of seed {seed}");
            }
        }

        log.WriteLine($"{exact} results were exact, {inexact} were not");
        Assert.True(exact > Cases / 2 && inexact > Cases / 2, "too few of one kind");

        ulong Next() => chance.Next(6) switch
        {
            0 => edges.Next(),
            1 => Number(chance.Next(isDouble ? 53 : 24), chance.Next(3)), // few bits
            2 => Number(chance.Next(8), chance.Next(isDouble ? 60 : 30)),
            3 => Number(60, chance.Next(isDouble ? 1000 : 250)),
            _ => Number(60, chance.Next(isDouble ? 120 : 40)),
        };

        ulong Number(int bits, int spread)
        {
            var (fraction, bias) = isDouble ? (52, 1023) : (23, 127);
            var mantissa = (ulong)chance.NextInt64() & ((1UL << fraction) - 1);
            if (bits < fraction) mantissa &= ~0UL << (fraction - bits);
            var exponent = Math.Clamp(bias - (spread / 2) + chance.Next(spread + 1), 0, (2 * bias) + 1);
            return ((ulong)chance.Next(2) << (isDouble ? 63 : 31)) | ((ulong)exponent << fraction) | mantissa;
        }

        // A number of the other format, or an integer of some size, where that is what is converted.
        ulong OtherFormat(FloatFunction function, ulong number) => function switch
        {
            FloatFunction.FromSigned32 => (uint)number,
            FloatFunction.FromSigned64 => (ulong)((long)number >> chance.Next(64)),
            _ when isDouble => BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(number)),
            _ => BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)number)) ^ (ulong)chance.Next(3),
        };

        ulong Near(ulong number) => number ^ (ulong)chance.Next(16) ^ ((ulong)chance.Next(2) << (isDouble ? 63 : 31));

        ulong Product(ulong x, ulong y) =>
            FloatUnit.ComputeSoftly(FloatCode.Number(FloatFunction.Multiply, isDouble), x, y, 0, FloatMode.RoundEven).Value;
    }

    [Fact]
    public void Each_of_them_has_a_method_for_generated_code()
    {
        foreach (var code in FloatCode.All)
        {
            var direct = FloatUnit.Direct(code);
            var sticky = FloatUnit.DirectSticky(code);
            Assert.Equal(Functions.Contains(FloatCode.FunctionOf(code)), sticky is not null);
            if (sticky is not null) Assert.NotNull(direct);
            if (direct is not null) Assert.Equal(FloatCode.OperandsOf(code) + 1, direct.GetParameters().Length);
            if (sticky is not null) Assert.Equal(FloatCode.OperandsOf(code) + 2, sticky.GetParameters().Length);
        }
    }

    private static FloatResult Sticky(int code, ulong a, ulong b, ulong c, ulong mode, ulong set)
    {
        object[] all = [a, b, c];
        return (FloatResult)FloatUnit.DirectSticky(code)!.Invoke(null, [.. all[..FloatCode.OperandsOf(code)], mode, set])!;
    }
}
