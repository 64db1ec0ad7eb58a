using System.Globalization;
using CsCheck;
using ShadowVm.Isa.Numerics;

namespace ShadowVm.Isa.Tests;

/// <summary>Every operator of the library's 128-bit numbers against the framework's.</summary>
public class WideTests
{
    private static readonly Gen<UInt128> Number = Gen.Frequency(
        (2, Gen.OneOf<UInt128>(0, 1, 2, 3, 63, 64, 127, 128)),
        (2, Gen.OneOf<UInt128>(0, 1, 2).Select(v => 0 - v)),
        (2, Gen.Int[0, 127].Select(bit => UInt128.One << bit)),
        (2, Gen.Int[0, 127].Select(bit => (UInt128.One << bit) - 1)),
        (2, Gen.ULong.Select(low => (UInt128)low)),
        (1, Gen.ULong.Select(low => 0 - (UInt128)low)),
        (3, Gen.Select(Gen.ULong, Gen.ULong).Select((high, low) => new UInt128(high, low))));

    [Fact]
    public void Unsigned_operators_of_two_numbers() => Gen.Select(Number, Number).Sample((a, b) =>
    {
        var (x, y) = ((Wide)a, (Wide)b);
        Same(unchecked(a + b), x + y);
        Same(unchecked(a - b), x - y);
        Same(unchecked(a * b), x * y);
        Same(a & b, x & y);
        Same(a | b, x | y);
        Same(a ^ b, x ^ y);
        Same(UInt128.Min(a, b), Wide.Min(x, y));
        if (b != 0)
        {
            Same(a / b, x / y);
            Same(a % b, x % y);
        }

        Assert.Equal(
            (a == b, a != b, (a < b), (a > b), a <= b, a >= b, a.Equals(b), a.CompareTo(b)),
            (x == y, x != y, (x < y), (x > y), x <= y, x >= y, x.Equals(y), x.CompareTo(y)));
    });

    [Fact]
    public void Signed_operators_of_two_numbers() => Gen.Select(Number, Number).Sample((first, second) =>
    {
        var (a, b) = ((Int128)first, (Int128)second);
        var (x, y) = ((SignedWide)a, (SignedWide)b);
        Same(unchecked(a + b), x + y);
        Same(unchecked(a - b), x - y);
        Same(unchecked(a * b), x * y);
        Same(a & b, x & y);
        Same(a | b, x | y);
        Same(a ^ b, x ^ y);
        Same(Int128.Min(a, b), SignedWide.Min(x, y));
        Same(Int128.Max(a, b), SignedWide.Max(x, y));
        if (b != 0 && (a != Int128.MinValue || b != -1))
        {
            Same(a / b, x / y);
            Same(a % b, x % y);
        }

        Assert.Equal(
            (a == b, a != b, (a < b), (a > b), a <= b, a >= b, a.Equals(b), a.CompareTo(b)),
            (x == y, x != y, (x < y), (x > y), x <= y, x >= y, x.Equals(y), x.CompareTo(y)));
    });

    [Fact]
    public void Shifts_turnings_and_conversions() => Gen.Select(Number, Gen.Int[-300, 300]).Sample((number, by) =>
    {
        var (wide, signed) = ((Wide)number, (SignedWide)(Int128)number);
        Same(number << by, wide << by);
        Same(number >> by, wide >> by);
        Same(number >>> by, wide >>> by);
        Same(~number, ~wide);
        Same((Int128)number << by, signed << by);
        Same((Int128)number >> by, signed >> by);
        Same(~(Int128)number, ~signed);
        Same(unchecked(-(Int128)number), -signed);

        Assert.Equal((number, (Int128)number), ((UInt128)(Wide)signed, (Int128)(SignedWide)wide));
        Assert.Equal(
            unchecked(((ulong)number, (long)number, (uint)number, (int)number)),
            ((ulong)wide, (long)wide, (uint)wide, (int)wide));
        Assert.Equal(
            unchecked(((ulong)number, (long)number, (uint)number, (int)number, (byte)number)),
            ((ulong)signed, (long)signed, (uint)signed, (int)signed, (byte)signed));
        Same(unchecked((UInt128)by), (Wide)by);
        Same(unchecked((UInt128)(long)number), (Wide)(long)number);
        Same((uint)by, (Wide)(uint)by);
        Same((ulong)number, (Wide)(ulong)number);
        Same(by, (SignedWide)by);
        Same((long)number, (SignedWide)(long)number);
        Same((ulong)number, (SignedWide)(ulong)number);
        Same((uint)number, (SignedWide)(uint)number);
        Same((byte)number, (SignedWide)(byte)number);
    });

    [Fact]
    public void Text_there_and_back() => Number.Sample(number =>
    {
        var culture = CultureInfo.InvariantCulture;
        var (wide, signed) = ((Wide)number, (SignedWide)(Int128)number);
        Assert.Equal(number.ToString(culture), wide.ToString(culture));
        Assert.Equal(number.ToString(culture), wide.ToString());
        Assert.Equal(((Int128)number).ToString(culture), signed.ToString(culture));
        Assert.Equal(((Int128)number).ToString(culture), signed.ToString());
        Assert.Equal(number.ToString("x", culture), wide.ToString("x", culture));
        Assert.Equal(((Int128)number).ToString("x", culture), signed.ToString("x", culture));
        Assert.True(Wide.TryParse(number.ToString(culture), NumberStyles.None, culture, out var read));
        Same(number, read);
        Assert.True(Wide.TryParse(number.ToString("x", culture), NumberStyles.AllowHexSpecifier, culture, out read));
        Same(number, read);
        Assert.True(Wide.TryParse(number.ToString("b", culture), NumberStyles.AllowBinarySpecifier, culture, out read));
        Same(number, read);
    });

    [Theory]
    [InlineData("340282366920938463463374607431768211456", NumberStyles.None)]
    [InlineData("100000000000000000000000000000000", NumberStyles.AllowHexSpecifier)]
    [InlineData("", NumberStyles.None)]
    [InlineData("1g", NumberStyles.AllowHexSpecifier)]
    public void What_is_no_number_of_128_bits_is_refused(string text, NumberStyles style) =>
        Assert.False(Wide.TryParse(text, style, CultureInfo.InvariantCulture, out _));

    [Fact]
    public void Constants() =>
        Assert.Equal(
            (UInt128.Zero, UInt128.One, UInt128.MaxValue,
                Int128.Zero, Int128.One, Int128.NegativeOne, Int128.MaxValue, Int128.MinValue),
            ((UInt128)Wide.Zero, (UInt128)Wide.One, (UInt128)Wide.MaxValue,
                (Int128)SignedWide.Zero, (Int128)SignedWide.One, (Int128)SignedWide.NegativeOne,
                (Int128)SignedWide.MaxValue, (Int128)SignedWide.MinValue));

    [Fact]
    public void Division_fails_as_the_framework_does()
    {
        Assert.Throws<DivideByZeroException>(() => Wide.One / Wide.Zero);
        Assert.Throws<DivideByZeroException>(() => Wide.MaxValue % Wide.Zero);
        Assert.Throws<DivideByZeroException>(() => SignedWide.One / SignedWide.Zero);
        Assert.Throws<DivideByZeroException>(() => SignedWide.MinValue % SignedWide.Zero);
        Assert.Throws<OverflowException>(() => SignedWide.MinValue / SignedWide.NegativeOne);
    }

    private static void Same(UInt128 expected, Wide actual)
    {
        Assert.Equal(expected, new UInt128(actual.Upper, actual.Lower));
        Assert.Equal(((Wide)expected).GetHashCode(), actual.GetHashCode());
    }

    private static void Same(Int128 expected, SignedWide actual) =>
        Assert.Equal((UInt128)expected, new UInt128(actual.Upper, actual.Lower));
}
