namespace ShadowVm.Isa.Tests;

/// <summary>The 'float' block and the built-ins that rest on it.</summary>
public class FloatLanguageTests
{
    private const string Block = """
        register d[16] : 64
        register state : 8  split
            fields flags[4:0] v[5] x[6]
        register dirty : 1
        float
            accrue state.flags
            tininess after  nan canonical  convert saturate nan max
            touch dirty = 1

        """;

    private static string User(string body) => $"user one Three op=00000001  \"one\"\n{body}\n";

    [Fact]
    public void Operations_take_numbers_and_a_rounding_mode()
    {
        Assert.Empty(Toy.Check(Block + User("    d[a] = f64.fma(d[a], d[b], d[c], rounding.away)")));
        Assert.Empty(Toy.Check(Block + User("    d[a] = zx(f32.to_uint.32(d[b][31:0], d[c][2:0]))")));
        Assert.Empty(Toy.Check(Block + User("    d[a] = f64.cmp.quiet(d[b], d[c]) == 2 ? f64.nan : zx(f32.nan)")));
        Assert.Contains(
            "takes 3 arguments", Toy.Finding(Block + User("    d[a] = f64.add(d[a], d[b])")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'d[b]' is 64 bits wide where 32 bits are wanted",
            Toy.Finding(Block + User("    d[a] = zx(f32.sqrt(d[b], rounding.even))")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_form_with_flags_has_no_effects_and_names_its_parts()
    {
        const string text = """
            function careful(p : 64, q : 64) -> 64
                let both = f64.div.flags(p, q, rounding.zero)
                return both.invalid || both.flags[3] ? f64.nan : both.value
            function below(p : 64, q : 64) -> 1
                let order = f64.cmp.signaling.flags(p, q)
                return order.less || order.unordered || order.invalid

            """;
        Assert.Empty(Toy.Check(Block + text));
        var finding = Toy.Finding(Block + "function hidden(p : 64) -> 64 = f64.sqrt(p, rounding.even)\n");
        Assert.Contains("depends on the machine's state", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    d[a] = f64.add(f64.mul(d[a], d[b], rounding.even), d[c], rounding.even)")]
    [InlineData("    if d[a] == 0 { d[b] = f64.sqrt(d[b], rounding.up) }\n    d[c] = f64.sqrt(d[c], rounding.up)")]
    [InlineData("    for i in 0..3 { d[i] = f64.sqrt(d[i], rounding.up) }")]
    public void Flags_can_be_added_once_in_an_instruction(string body)
    {
        var finding = Toy.Finding(Block + User(body));
        Assert.True(finding.IsError);
        Assert.Contains("the first flags would be lost", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_way_through_an_instruction_may_add_flags()
    {
        Assert.Empty(Toy.Check(Block + User(
            "    if d[a] == 0 { d[b] = f64.sqrt(d[b], rounding.up) } else { d[c] = f64.sqrt(d[c], rounding.up) }")));
        Assert.Contains("use 'if'", Toy.Finding(Block + User(
            "    d[a] = d[b] == 0 ? f64.sqrt(d[b], rounding.up) : d[c]")).Hint ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float\n    tininess after  nan canonical\n", "doesn't say 'convert'")]
    [InlineData("float\n    tininess after  nan canonicl  convert saturate nan max\n", "'canonicl' is none of")]
    [InlineData("float\n    tininess after  nan first  convert saturate\n", "doesn't say what a NaN becomes")]
    [InlineData("float\n    tininess after  tininess before  nan first  convert wrap nan zero\n", "says 'tininess' already")]
    [InlineData("float\n    tininess after  nan first  convert wrap nan zero\n    accrue inexct pc\n", "'inexct' is no flag")]
    [InlineData("float\n    tininess after  nan first  convert wrap nan zero\n    accrued pc\n", "'accrued' is no clause of 'float'")]
    public void A_float_block_is_complete_and_spelled_right(string text, string message) =>
        Assert.Contains(Toy.Check(text), finding => finding.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void There_is_one_block_and_operations_need_it()
    {
        Assert.Contains(
            "There is a 'float' block already",
            Toy.Finding(Block + "float\n    tininess after\n").Message, StringComparison.Ordinal);
        Assert.Contains(
            "No 'float' block says",
            Toy.Finding(User("    r[a] = f32.sqrt.flags(zx(r[b]), rounding.up)[31:0]")).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'awy' is no way to round",
            Toy.Finding(Block + User("    d[a] = f64.sqrt(d[b], rounding.awy)")).Message, StringComparison.Ordinal);
        var unknown = Toy.Finding(Block + User("    d[a] = f64.sqr(d[b], rounding.up)"));
        Assert.Contains("There is no function 'f64.sqr'", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("f64.sqrt", unknown.Hint ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_may_be_added_to_a_bit_each()
    {
        const string text = """
            register d[16] : 64
            register state : 8  split
                fields v[5] x[6]
            float
                accrue invalid state.v  inexact state.x
                tininess before  nan last  quiet zero  convert max nan max

            """;
        Assert.Empty(Toy.Check(text + User("    d[a] = f64.sqrt(d[b], rounding.up)")));
    }
}
