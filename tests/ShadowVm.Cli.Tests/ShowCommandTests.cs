using ShadowVm.Cli.Output;

namespace ShadowVm.Cli.Tests;

/// <summary><c>shadowvm isa show</c> as a process.</summary>
public sealed class ShowCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shadowvm-show-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void A_bare_name_shows_the_declaration_alone()
    {
        var shown = Show("add");
        Assert.StartsWith("add    i.isa:", shown, StringComparison.Ordinal);
        Assert.Contains("\nclass     user\n", shown, StringComparison.Ordinal);
        Assert.Contains("\nmeaning\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("==", shown, StringComparison.Ordinal);
        Assert.Equal(shown, Show("riscv", "add"));
        Assert.Equal(shown, Show("add", "--isa", "riscv"));
    }

    [Fact]
    public void Operands_bring_everything_in_sections()
    {
        var shown = Show("add", "rd=3", "rs1=ra", "rs2=x2");
        Assert.Equal(
            ["instruction", "guest code", "cold handler: IL", "cold handler: host code", "block: IL", "block: host code"],
            Headings(shown));
        Assert.Contains("    80000000:  002081b3  add gp, ra, sp\n", shown, StringComparison.Ordinal);
        Assert.Contains("    slotaddr 4              // gp\n", shown, StringComparison.Ordinal);
        Assert.Contains("    tail. calli\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Host_code_is_whole_or_left_out_with_a_line()
    {
        var shown = Show("0x002081b3", "--asm");
        Assert.Equal(["guest code", "cold handler: host code", "block: host code"], Headings(shown));
        if (!HostDisassembly.IsPossible)
        {
            Assert.Contains("left out: ", shown, StringComparison.Ordinal);
            return;
        }

        var block = shown[shown.IndexOf("== block", StringComparison.Ordinal)..].TrimEnd('\n').Split('\n')[1..];
        Assert.Equal("       0  ", block[0][..10]);
        Assert.Contains(block, line => line.EndsWith("<slot of 80000004>", StringComparison.Ordinal));
        Assert.Contains(block, line => line.Contains("  jmp r", StringComparison.Ordinal)); // on to the next block
        Assert.Contains(block, line => line.EndsWith("  ret", StringComparison.Ordinal)); // the counter is too low
        Assert.DoesNotContain("(bad)", shown, StringComparison.Ordinal);
        var branches = block.Where(line => line.Contains(" H", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(branches);
        Assert.All(branches, line => Assert.Contains(line[line.LastIndexOf('H')..] + ":", block));
    }

    [Fact]
    public void Operands_are_chosen_where_none_are_given()
    {
        Assert.Equal(["guest code", "cold handler: IL", "block: IL"], Headings(Show("lui", "--il")));
        Assert.Contains("bne a", Show("bne", "--il", "--org", "0x1000"), StringComparison.Ordinal);
        Assert.Contains("        1000:  ", Show("rv32im", "sw", "rs2=zero", "--asm", "--org", "0x1000"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_monitor_carries_out_is_not_translated()
    {
        var shown = Show("mret", "--il", "--asm");
        Assert.Contains("== block ==\nnone: a kernel instruction is the monitor's\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_shows_its_first_block()
    {
        File.WriteAllText(Path.Combine(_folder, "loop.s"), "add a1, a1, a0\nloop: addi a0, a0, -1\nbnez a0, loop\nret\nnop\n");
        var shown = Show("--block", "loop.s", "--org", "0x1000");
        Assert.Equal(["guest code", "block: IL", "block: host code"], Headings(shown));
        Assert.Contains("loop:\n        1004:  fff50513  addi a0, a0, -1\n", shown, StringComparison.Ordinal);
        Assert.Contains("The block ends here; 4 bytes of the source stand behind it.\n", shown, StringComparison.Ordinal);
        Assert.Contains("// jump table\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_definitions_the_one_that_has_such_an_instruction_is_shown()
    {
        var byOperands = Program.Run(_folder, "isa", "show", "add", "rd=3", "rs1=1", "rs2=2").Output;
        Assert.Contains("\nadd    i.isa:", byOperands, StringComparison.Ordinal);
        Assert.StartsWith("swl    memory.isa:", Program.Run(_folder, "isa", "show", "swl").Output, StringComparison.Ordinal);
        var ambiguous = Program.Run(_folder, "isa", "show", "add").Error;
        Assert.Contains("'add': name the definition, as in", ambiguous, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("has no instruction 'nosuch'", "nosuch")]
    [InlineData("The value 77 does not fit the field 'rd' of 'add'", "add", "rd=77")]
    [InlineData("The instruction 'add' has no field 'imm'", "add", "imm=7")]
    [InlineData("'seven' is not of the form OPERAND=VALUE", "add", "seven")]
    [InlineData("rd: 'seven' is not a number", "add", "rd=seven")]
    [InlineData("0xffffffff: it is no instruction of", "0xffffffff")]
    [InlineData("0x002081b3: it is 'add', not 'sub'", "sub", "0x002081b3")]
    [InlineData("--org: '0x1001' is no multiple of", "add", "--il", "--org", "0x1001")]
    [InlineData("--block: it goes without an instruction", "add", "--block", "loop.s")]
    [InlineData("--ir: it goes with an instruction", "--block", "loop.s", "--ir")]
    [InlineData("loop.s: can't be read", "--block", "loop.s")]
    public void What_cannot_be_shown_is_told_in_a_sentence(string sentence, params string[] arguments)
    {
        var run = Run(arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("shadowvm: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    private static string[] Headings(string shown) =>
        [.. shown.Split('\n').Where(line => line.StartsWith("== ", StringComparison.Ordinal)).Select(line => line[3..^3].Split(',')[0])];

    private string Show(params string[] arguments)
    {
        var run = Run(arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }

    /// <summary>With a folder of one definition, which then needs no name.</summary>
    private (int ExitCode, string Output, string Error) Run(string[] arguments) =>
        Program.Run(_folder, ["isa", "show", .. arguments, "--isa-path", Path.Combine(AppContext.BaseDirectory, "isa", "riscv")]);
}
