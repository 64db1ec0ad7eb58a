using System.Text;

namespace ShadowVm.Isa.Tests;

/// <summary>Definitions may come from elsewhere: whatever they hold, the end is findings.</summary>
public class HostileDefinitionTests
{
    private static IReadOnlyList<Diagnostic> CheckText(string text) =>
        IsaDefinition.Check(new IsaSource("toy", [("toy.isa", Encoding.UTF8.GetBytes(text))]));

    [Fact]
    public void Random_bytes_end_in_findings()
    {
        var random = new Random(9);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Next(2000)];
            random.NextBytes(bytes);
            Assert.Contains(IsaDefinition.Check(new IsaSource("x", [("x.isa", bytes)])), d => d.IsError);
        }
    }

    [Fact]
    public void Shipped_text_with_random_damage_ends_in_findings_or_in_nothing()
    {
        var random = new Random(11);
        var name = new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory).Names()[0];
        var shipped = Toy.Shipped(name);
        const string alphabet = "\n  ()[]{}$\"#:=@+-?.01xabz\t|";
        for (var i = 0; i < 60; i++)
        {
            var files = shipped.Files.Select(f => (f.Name, Bytes: (byte[])f.Bytes.Clone())).ToList();
            for (var hit = random.Next(1, 8); hit > 0; hit--)
            {
                var bytes = files[random.Next(files.Count)].Bytes;
                bytes[random.Next(bytes.Length)] = (byte)alphabet[random.Next(alphabet.Length)];
            }

            foreach (var finding in IsaDefinition.Check(new IsaSource(name, files)))
                Assert.True(finding.Line >= 1 && finding.Column >= 1);
        }
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("r[", "]")]
    [InlineData("r[1] ? ", " : 1")]
    [InlineData("1 + ", "")]
    [InlineData("zx.8(", ")")]
    public void Deep_expressions_are_refused(string open, string close)
    {
        var text = new StringBuilder("user one Three op=00000001  \"one\"\n    r[a] = ");
        for (var i = 0; i < 5000; i++)
            text.Append(open);
        text.Append('1');
        for (var i = 0; i < 5000; i++)
            text.Append(close);
        Assert.Contains(Toy.Check(text.ToString()), d => d.IsError);
    }

    [Fact]
    public void Deep_statements_are_refused()
    {
        var open = string.Concat(Enumerable.Repeat("if flags.z {\n        ", 5000));
        Assert.Contains(Toy.Check($"user one Three op=00000001  \"one\"\n    {open}\n"), d => d.IsError);
        var chain = "if flags.z { }" + string.Concat(Enumerable.Repeat(" else if flags.z { }", 5000));
        Assert.Contains(Toy.Check($"user one Three op=00000001  \"one\"\n    {chain}\n"), d => d.IsError);
    }

    [Fact]
    public void Functions_that_call_each_other_are_refused()
    {
        const string text = """
            function first(x : 8) -> 8 = second(x)
            function second(x : 8) -> 8 = third(x)
            function third(x : 8) -> 8 = first(x)
            """;
        Assert.Contains(Toy.Check(text), d => d.Message.Contains("calls itself", StringComparison.Ordinal));
        Assert.Throws<IsaException>(() => Toy.Load(text).Functions[^1].Body);
    }

    [Fact]
    public void Work_that_doubles_with_each_call_is_refused()
    {
        var text = new StringBuilder("function f0(x : 8) -> 8 = x\n");
        for (var i = 1; i < 15; i++)
            text.Append($"function f{i}(x : 8) -> 8 = {string.Join(" + ", Enumerable.Repeat($"f{i - 1}(x)", 20))}\n");
        Assert.Contains(Toy.Check(text.ToString()), d => d.Message.Contains("steps", StringComparison.Ordinal));
    }

    [Fact]
    public void Nested_loops_are_refused_where_they_turn_too_often()
    {
        const string text = """
            user one Three op=00000001  "one"
                for i in 0..63 { for j in 0..63 { for k in 0..63 { for l in 0..63 { flags.z = 1 } } } }
            """;
        Assert.Contains("steps", Toy.Finding(text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_chain_of_calls_is_refused()
    {
        var text = new StringBuilder("function chain0(x : 8) -> 8 = x\n");
        for (var i = 1; i < 2000; i++)
            text.Append($"function chain{i}(x : 8) -> 8 = chain{i - 1}(x)\n");
        Assert.Contains(Toy.Check(text.ToString()), d => d.Message.Contains("nested deeper", StringComparison.Ordinal));
        var reversed = new StringBuilder();
        for (var i = 1; i < 2000; i++)
            reversed.Append($"function chain{i}(x : 8) -> 8 = chain{i + 1}(x)\n");
        reversed.Append("function chain2000(x : 8) -> 8 = x\n");
        Assert.Contains(
            Toy.Check(reversed.ToString()), d => d.Message.Contains("nested deeper", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("register many[99999999] : 32")]
    [InlineData("register wide : 4096")]
    [InlineData("const huge = 1 << 5000")]
    [InlineData("const zero = 1 / 0")]
    [InlineData("const big = 0xffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("register a[99999999999999999999999999999999999999999999999] : 8")]
    [InlineData("user one field:99999999  \"one\"")]
    [InlineData("space cr[n : 30] : 32\n    absent raise bad\ncontrol c[i in 0..99999999] at cr i : 32")]
    [InlineData("control c at c 1 : 32\n    read c")]
    public void Huge_counts_are_refused(string text) => Assert.Contains(Toy.Check(text + "\n"), d => d.IsError);

    [Fact]
    public void A_value_that_is_defined_by_itself_is_refused()
    {
        const string text = """
            space cr[n : 4] : size
                absent raise bad
            control one at cr 1 : size  computed
                read two
            control two at cr 2 : size  computed
                read one
            """;
        Assert.Contains(Toy.Check(text), d => d.Message.Contains("is defined by itself", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flood_of_errors_and_declarations_ends()
    {
        var flood = new StringBuilder();
        for (var i = 0; i < 15000; i++)
            flood.Append($"wrong{i}\n");
        Assert.InRange(Toy.Check(flood.ToString()).Count, 100, 500);
        for (var i = 0; i < 15000; i++)
            flood.Append($"wrong{i}\n");
        Assert.Contains(Toy.Check(flood.ToString()), d => d.IsError);
    }

    [Fact]
    public void Every_prefix_of_a_definition_is_handled()
    {
        var text = Toy.Head + "each a  b\n   | x  1\nuser $a Three op=00000001  \"x\"\n    let q = r[a] ? { 1 : (2\n";
        for (var length = 0; length < text.Length; length += 3)
            CheckText(text[..length]);
    }

    [Fact]
    public void Folders_and_variants_that_are_not_there_are_named()
    {
        Assert.Contains(
            "nowhere",
            Assert.Throws<IsaException>(() => IsaSource.FromFolder("nowhere")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "toy64",
            Assert.Throws<IsaException>(() => IsaDefinition.Load(Toy.Source(""), "toy64")).Message,
            StringComparison.Ordinal);
        var library = new IsaLibrary(null, null, AppContext.BaseDirectory, AppContext.BaseDirectory);
        Assert.Contains(
            "'nothing'", Assert.Throws<IsaException>(() => library.Open("nothing")).Message, StringComparison.Ordinal);
        Assert.Throws<IsaException>(() => library.Open("../isa"));
        Assert.Throws<IsaException>(() => new IsaLibrary("nowhere"));
    }
}
