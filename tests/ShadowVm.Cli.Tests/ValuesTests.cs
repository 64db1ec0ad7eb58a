using ShadowVm.Cli.CommandLine;

namespace ShadowVm.Cli.Tests;

public class ValuesTests
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("4096", 4096)]
    [InlineData("64K", 65536)]
    [InlineData("128m", 134217728)]
    [InlineData("2G", 2147483648)]
    public void Sizes_count_in_powers_of_1024(string text, ulong expected) =>
        Assert.Equal(expected, Values.Size("--memory", text));

    [Theory]
    [InlineData("")]
    [InlineData("K")]
    [InlineData("-1")]
    [InlineData("1.5G")]
    [InlineData("0x10")]
    [InlineData("1KB")]
    [InlineData("99999999999999999999")]
    [InlineData("18446744073709551615K")]
    public void What_is_no_size_is_refused_with_the_value(string text)
    {
        var refused = Assert.Throws<UsageException>(() => Values.Size("--memory", text));
        Assert.Contains($"--memory: '{text}'", refused.Message);
    }

    [Theory]
    [InlineData("200k", 200_000)]
    [InlineData("1G", 1_000_000_000)]
    [InlineData("7", 7)]
    public void Counts_count_in_powers_of_1000(string text, ulong expected) =>
        Assert.Equal(expected, Values.Count("--epoch-length", text, 1, 1_000_000_000));

    [Theory]
    [InlineData("0")]
    [InlineData("1000000001")]
    public void Counts_out_of_range_name_the_range(string text)
    {
        var refused = Assert.Throws<UsageException>(() => Values.Count("--epoch-length", text, 1, 1_000_000_000));
        Assert.Contains("it must be 1 to 1000000000", refused.Message);
    }

    [Theory]
    [InlineData("5ms", 5)]
    [InlineData("0ms", 0)]
    [InlineData("250", 250)]
    public void Times_are_milliseconds(string text, int expected) =>
        Assert.Equal(expected, Values.Milliseconds("--lag", text, 600_000));

    [Theory]
    [InlineData("5s")]
    [InlineData("-5ms")]
    [InlineData("700000ms")]
    public void What_is_no_time_is_refused(string text) =>
        Assert.Throws<UsageException>(() => Values.Milliseconds("--lag", text, 600_000));

    [Theory]
    [InlineData("0xff", 255)]
    [InlineData("12", 12)]
    [InlineData("0xffffffffffffffff", ulong.MaxValue)]
    public void Numbers_are_decimal_or_hexadecimal(string text, ulong expected) =>
        Assert.Equal(expected, Values.Number("--set", text));

    [Fact]
    public void A_choice_names_all_of_them()
    {
        Assert.Equal(2, Values.Choice("--x", "b", ("a", 1), ("b", 2)));
        var refused = Assert.Throws<UsageException>(() => Values.Choice("--x", "c", ("a", 1), ("b", 2)));
        Assert.Equal("--x: 'c' is not one of a, b", refused.Message);
    }
}
