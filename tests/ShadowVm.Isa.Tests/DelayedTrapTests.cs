using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa.Tests;

/// <summary>Choices whose rows have fields, and traps that come late: what is told of their declarations.</summary>
public class DelayedTrapTests
{
    private const string Late = """
        delayed late
            class    one=0 two=3
            mask     r=4
            deliver  tell(v2, v1)
        register classes registers : 64
        procedure tell(a : 64, b : 64)
            classes = a
            registers = b
            enter 0x40
        user trap Three op=00000001  "trap {r a}"
            r[a] = r[b]
            if r[b] == r[c] { delayed late 1 << two dest r[a] }
        drain sync 00000010 ------------------------  "sync"

        """;

    private const string Choice = """
        choice second : 32
            | c:4 ---- 0  "{r c}"  = r[c]
            | lit:8 1     "{lit}"  = zx(lit)

        """;

    [Fact]
    public void The_mask_has_the_bit_of_the_register_and_the_vectors_go_to_the_procedure()
    {
        var definition = Toy.Load(Late);
        Assert.NotNull(definition.Hooks.Deliver);
        Assert.Equal(2, definition.Hooks.Deliver.ParameterCount);
        var delay = Find(definition.Instructions.Single(i => i.Name == "trap").Body, Op.Delay)!;
        Assert.Equal(8UL, (ulong)delay.A!.Value);
        Assert.Equal((Op.ShiftLeft, 16UL), (delay.B!.Op, (ulong)delay.B.A!.Value));
        Assert.Equal(InstructionClass.Drain, definition.Decode(0x02000000).Class);
    }

    [Theory]
    [InlineData("class    one=0 two=3", "class    one=0 two=0", "Bit 0 has a class already")]
    [InlineData("mask     r=4", "mask     q=4", "There is no register 'q'")]
    [InlineData("mask     r=4", "mask     r=60", "has no place in 64 bits from bit 60 on")]
    [InlineData("    deliver  tell(v2, v1)\n", "", "doesn't say what delivers its traps")]
    [InlineData("dest r[a]", "dest flags", "has no bit in the mask")]
    [InlineData("delayed late 1", "delayed lat 1", "There is no 'delayed lat'")]
    [InlineData("    enter 0x40", "    delayed late 1 dest r[1]\n    enter 0x40", "delays a trap, which only an instruction can")]
    public void What_is_wrong_with_a_block_is_told(string old, string with, string sentence)
    {
        Assert.Contains(old, Late, StringComparison.Ordinal);
        var findings = IsaDefinition.Check(Toy.Source(Late.Replace(old, with, StringComparison.Ordinal)));
        Assert.Contains(findings, finding => finding.Message.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_row_with_fields_is_an_encoding_of_its_own()
    {
        var definition = Toy.Load(
            Choice + "user plus 00000001 a:4 b:4 second -------  \"plus {r a}, {r b}, {second}\"\n    r[a] = r[b] + second\n");
        Assert.Equal(["plus", "plus.lit"], definition.Instructions.Select(i => i.Name));
        var word = definition.Encode("plus", ("a", 1), ("b", 2), ("c", 3));
        Assert.Equal("plus r1, r2, r3", definition.Disassemble(definition.Decode(word), 0));
        word = definition.Encode("plus.lit", ("a", 1), ("b", 2), ("lit", 200));
        Assert.Equal("plus r1, r2, 200", definition.Disassemble(definition.Decode(word), 0));
    }

    [Theory]
    [InlineData("user p 00000001 second a:4 second ---  \"p\"", "at most one choice with fields")]
    [InlineData("choice other\n    | x:4 \"a\"\nuser p 00000001 second other -----------  \"p\"", "at most one choice with fields")]
    [InlineData("choice outer\n    | second \"a\"", "choices are one level deep")]
    public void Choices_with_fields_have_limits(string text, string sentence)
    {
        var findings = IsaDefinition.Check(Toy.Source(Choice + text + "\n"));
        Assert.Contains(findings, finding => finding.Message.Contains(sentence, StringComparison.Ordinal));
    }

    private static Node? Find(Node? node, Op op)
    {
        if (node is null || node.Op == op) return node;
        return Find(node.A, op) ?? Find(node.B, op) ?? Find(node.C, op)
            ?? node.Items.Select(item => Find(item, op)).FirstOrDefault(found => found is not null);
    }
}
