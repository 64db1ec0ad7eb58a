namespace ShadowVm.Isa.Tests;

/// <summary>Words with operands that nobody gave.</summary>
public class ExampleTests
{
    private static readonly IsaDefinition Isa = IsaDefinition.Load(new IsaLibrary().Open("riscv"));

    [Fact]
    public void Every_instruction_has_an_example_that_is_itself()
    {
        foreach (var instruction in Isa.Instructions)
        {
            var word = Isa.EncodeExample(instruction.Name);
            Assert.Equal(instruction.Name, Isa.Decode(word).Definition?.Name);
            Assert.Equal(word, Isa.EncodeExample(instruction.Name));
        }
    }

    [Fact]
    public void Given_operands_stay_and_the_others_differ()
    {
        var add = Isa.Decode(Isa.EncodeExample("add", ("rs1", 7)));
        Assert.Equal(["rs2", "rs1", "rd"], add.Definition!.OperandNames);
        Assert.Equal([10, 7, 11], add.Operands);
        (string, long)[] all = [("rd", 1), ("rs1", 2), ("rs2", 3)];
        Assert.Equal(Isa.Encode("add", all), Isa.EncodeExample("add", all));
    }

    [Fact]
    public void What_cannot_be_encoded_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Isa.EncodeExample("nosuch"));
        Assert.Throws<ArgumentException>(() => Isa.EncodeExample("add", ("rd", 32)));
        Assert.Throws<ArgumentException>(() => Isa.EncodeExample("add", ("imm", 1)));
    }
}
