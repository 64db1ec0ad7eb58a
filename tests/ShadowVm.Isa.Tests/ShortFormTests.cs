using System.Text;

namespace ShadowVm.Isa.Tests;

public class ShortFormTests
{
    private const string Head = """
        operand small : 2 = 4 + field
        hook length(first : 16) -> 7
            return first[0] ? 16 : 32
        user add  00000001 a:4 b:4 imm[9:0] -----0  "add {r a}, {r b}, {imm}"
            r[a] = r[b] + imm
            goto next + 2
        kernel stop  00000010 a:4 -------------------0  "stop {r a}"
            class drain where a == 7
            wait

        """;

    private static IsaSource Source(string more) => new(
        "toy", [("toy.isa", Encoding.UTF8.GetBytes(
            Toy.Head.Replace("unit 32", "unit 16", StringComparison.Ordinal) + Head + more))]);

    private static Diagnostic Finding(string more) => Assert.Single(Check(Source(more)));

    private static IEnumerable<Diagnostic> Check(IsaSource source) =>
        IsaDefinition.Check(source).Where(finding => !Toy.IsOfUse(finding));

    [Fact]
    public void A_short_form_has_the_target_s_body_and_values_for_its_operands()
    {
        const string text = """
            short s.add  1 uimm[7:4] small:2 pad:4 00001  "s.add {r small}, {uimm}"
                = add a=small b=2 * small - 3 imm=uimm - 200
            operand uimm unsigned
            short s.same  0 a:4 b:4 imm[5:0] 1  "s.same {imm}"  = add
            """;
        Assert.Empty(Check(Source(text)));
        var isa = IsaDefinition.Load(Source(text));
        var add = isa.Instructions.Single(i => i.Name == "add");
        var form = isa.Instructions.Single(i => i.Name == "s.add");
        Assert.Same(add.Body, form.Body);
        Assert.Equal(["uimm", "small", "pad"], form.FieldNames);
        Assert.Equal(add.OperandNames, form.OperandNames);
        var word = isa.Encode("s.add", ("uimm", 0x30), ("small", 5), ("pad", 0));
        Assert.Equal(0x8001u | 3 << 11 | 1 << 9, word);
        var decoded = isa.Decode(word);
        Assert.Same(form, decoded.Definition);
        Assert.Equal(2, decoded.Length);
        Assert.Equal([5L, 7L, 0x30 - 200], decoded.Operands);
        Assert.Equal("s.add r5, 48", isa.Disassemble(decoded, 0));
        var same = isa.Decode(isa.Encode("s.same", ("a", 3), ("b", 15), ("imm", -32)));
        Assert.Equal([3L, 15L, -32L], same.Operands);
        Assert.Contains("short for add a=small", isa.Describe("s.add"), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => isa.Encode("s.add", ("uimm", 0), ("small", 3), ("pad", 0)));
        Assert.Throws<ArgumentException>(() => isa.Encode("s.add", ("uimm", 0), ("small", 8), ("pad", 0)));
    }

    [Fact]
    public void A_short_form_has_the_target_s_class_refined_by_the_target_s_operands()
    {
        var isa = IsaDefinition.Load(Source("short s.stop  1 small:2 0000000000001  = stop a=small\n"));
        Assert.Equal(InstructionClass.Kernel, isa.Instructions.Single(i => i.Name == "s.stop").DeclaredClass);
        Assert.Equal(InstructionClass.Kernel, isa.Decode(isa.Encode("s.stop", ("small", 6))).Class);
        Assert.Equal(InstructionClass.Drain, isa.Decode(isa.Encode("s.stop", ("small", 7))).Class);
    }

    [Fact]
    public void A_target_that_is_not_in_the_variant_takes_its_short_forms_along()
    {
        var isa = IsaDefinition.Load(Source("""
            user big  00000011 a:4 -------------------0  when size == 64  "big"
                r[a] = 0
            short s.big  1 a:4 00000000001  = big
            test "of the other"
                : s.big a=1 : r1 = 0
            """));
        Assert.DoesNotContain(isa.Instructions, i => i.Name == "s.big");
        Assert.Empty(isa.Tests);
    }

    [Theory]
    [InlineData("short s.x  1 a:4 b:4 0000001  = add\n", "gives no value to the field 'imm' of 'add'")]
    [InlineData("short s.x  1 a:4 b:4 0000001  = add imm=1 c=2\n", "'add' has no field 'c'")]
    [InlineData("short s.x  1 a:4 b:4 0000001  = addd imm=1\n", "There is no instruction 'addd'")]
    [InlineData("short s.x  1 a:4 b:4 0000001  = add imm=512\n", "s.x' 0x8001 gives imm=512, which does not fit 'add'")]
    [InlineData("short s.x  1 a:4 b:4 0000001  = add imm=b + 600\n", "600 does not fit 4 bits")]
    [InlineData("short s.x  1 a:4 b:4 0000001  where b in { 3 5 }  = add imm=1\n    b=2\n", "A short form has no body")]
    [InlineData("short s.x  1 a:4 b:4 0000001  = add imm=1\nshort s.y  01 a:4 0000000001 = s.x b=1\n", "short form itself")]
    [InlineData("short s.x  1 a:4 b:4 0000001  = add imm=r[1]\n", "looks at nothing but the word")]
    [InlineData("short s.x  1 a:4 b:4 0000001  \"x\"\n    = add imm=1\n    r[1] = 2\n", "A short form has no body")]
    [InlineData("short s.x  0 a:4 b:4 0000000  = add imm=1\n", "has 16 bits, but 'hook length' gives 32")]
    [InlineData("short s.x  1 small:3 000000000001  = add a=small b=1 imm=1\n", "declared for a field of 2 bits")]
    [InlineData("operand odd : 2 = 4 * field\n", "The formula '4 * field' is not carried out")]
    public void What_is_wrong_with_a_short_form_is_said(string text, string message) =>
        Assert.Contains(message, Finding(text).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_word_must_stand_for_one_that_the_target_allows()
    {
        const string text = """
            user odd  00000011 a:4 b:4 ---------------0  where a != 6  "odd"
                r[a] = 0
            short s.odd  1 small:2 b:4 000000001  WHERE"s.odd"  = odd a=small
            """;
        Assert.Contains(
            "'s.odd' 0xc001 stands for a word that 'odd' excludes: a != 6",
            Finding(text.Replace("WHERE", "", StringComparison.Ordinal)).Message,
            StringComparison.Ordinal);
        Assert.Empty(Check(Source(text.Replace("WHERE", "where small != 6  ", StringComparison.Ordinal))));
    }
}
