using System.Text;
using ShadowVm.Isa.Assembly;

namespace ShadowVm.Isa.Tests;

/// <summary>Directives, expressions, labels, pseudo instructions and errors of the assembler.</summary>
public class AssemblerTests
{
    private const string Machine = """
        user set   Three op=00000001  "set {r a}, {r b}, {r c}"
            r[a] = r[b] + r[c]
        user move  00000010 imm[15:0] a:4 ----  "move {r a}, {imm}"
            r[a] = imm
        user skip  00000011 imm[17:2] a:4 ----  "skip {target pc + imm}"
            goto pc + imm
        user part  00000100 lo:8 ---- ---- ---- ----  "part {63 - lo[5:0]}"
            r[1] = zx(lo)
        choice tail
            | 00 ""  default
            | 01 ".x"
            | 10 ".y"
        user odd   00000101 tail ------ a:4 ---- ---- ----  "odd{tail} {r 0b0 @ a[2:0]}"
            r[a] = 1
        alias "nop" = set a=0 b=0 c=0
        alias "clear {r a}" = move imm=0
        function low(v : 64) -> 16 = v[15:0]

        """;

    private static readonly IsaDefinition Wide = IsaDefinition.Load(Toy.Shipped("riscv"));
    private static readonly IsaDefinition Narrow = IsaDefinition.Load(Toy.Shipped("riscv"), "rv32im_zicsr_zifencei");

    private static AssemblyResult Assemble(string text) => Assembler.Assemble(Wide, "t.s", text, 0x8000_0000);

    private static AssemblyResult Good(string text)
    {
        var result = Assemble(text);
        Assert.True(result.Succeeded, string.Join('\n', result.Diagnostics));
        return result;
    }

    private static string Hex(string text, string section = ".text") =>
        Convert.ToHexStringLower(Good(text).Sections.Single(s => s.Name == section).Bytes);

    [Theory]
    [InlineData(".byte 1, -1, 255, 'a', '\\n'", "01ffff610a")]
    [InlineData(".half 0x1234, -2\n.2byte 1\n.short 2", "3412feff01000200")]
    [InlineData(".word 0x12345678\n.4byte 1\n.long 2", "785634120100000002000000")]
    [InlineData(".dword 0x123456789abcdef0\n.quad -1\n.8byte 1", "f0debc9a78563412ffffffffffffffff0100000000000000")]
    [InlineData(".string \"a\\n\", \"b\"", "610a006200")]
    [InlineData(".asciz \"\\x41\\101\\0\\\"#;\"", "41410022233b00")]
    [InlineData(".ascii \"ab\" ; .byte 3", "616203")]
    [InlineData(".zero 3\n.byte 1\n.skip 1\n.space 1", "000000010000")]
    [InlineData(".byte 1\n.align 2\n.byte 2\n.p2align 1\n.byte 3\n.balign 4\n.byte 4", "010000000200030004")]
    [InlineData(".byte 1\n.org 0x80000004\n.byte 2", "0100000002")]
    [InlineData("nop\n.balign 16\nnop", "13000000130000001300000013000000" + "13000000")]
    [InlineData("c.nop\n.balign 8\nc.nop\n.balign 4", "0100" + "0100" + "13000000" + "0100" + "0100")]
    [InlineData(".equ A, 3\n.set B, A * 2\nC = B + later - start\nstart: .byte A, B, C\nlater:", "030609")]
    [InlineData(".set A, 1\n.byte A\n.set A, 2\n.byte A", "0102")]
    [InlineData(".byte 1 + 2 * 3, (1 + 2) * 3, 7 / 2, -7 / 2, 1 << 3 | 1, 12 & ~4, 5 ^ 1, 256 >> 4 + 1", "070903fd09080408")]
    [InlineData("# c\n.byte 1 // d\n/* e\n */ .byte 2 # f", "0102")]
    [InlineData("1: .byte 1f - 1b\n1: .byte . - 1b, 0b11, 0x1f", "0100031f")]
    [InlineData(".word later - . \n later:", "04000000")]
    [InlineData("lui a0, %hi(0x80000fff)\naddi a0, a0, %lo(0x80000fff)", "371500801305f5ff")]
    [InlineData("sb a0, (a1)\nadd x10, fp, s0", "2380a50033058400")]
    [InlineData("csrr a0, mstatus\ncsrr a0, 0x300", "7325003073250030")]
    public void Text_becomes_bytes(string text, string bytes) => Assert.Equal(bytes, Hex(text));

    [Fact]
    public void Sections_follow_the_code_page_by_page()
    {
        var result = Good("""
            .section .rodata.str, "a"
            text: .byte 1
            .data
            cell: .dword text
            .text
            .globl _start, cell
            first: nop
            _start: la a0, cell
            .bss
            room: .zero 4
            .section .mine, "aw"
            .org 0x90000000
            own: .byte 7
            """);
        Assert.Equal(
            [(".text", 0x8000_0000UL, 12), (".rodata", 0x8000_1000, 1), (".data", 0x8000_2000, 8),
                (".bss", 0x8000_3000, 4), (".mine", 0x9000_0000, 1)],
            result.Sections.Select(s => (s.Name, s.Address, s.Bytes.Length)));
        Assert.Equal(0x8000_0004UL, result.Entry);
        Assert.Equal(["cell", "_start"], result.Symbols.Where(s => s.IsGlobal).Select(s => s.Name));
        Assert.Equal(0x8000_1000UL, BitConverter.ToUInt64(result.Sections[2].Bytes));
        Assert.Equal([(true, false), (false, false), (false, true), (false, true), (false, true)],
            result.Sections.Select(s => (s.IsExecutable, s.IsWritable)));
    }

    [Fact]
    public void The_entry_is_the_first_instruction_without_a_start() =>
        Assert.Equal(0x8000_0004UL, Good(".word 1\nnop\nnop").Entry);

    [Fact]
    public void A_size_never_depends_on_a_label_further_down()
    {
        var forward = Good("li a0, later - start\nstart: nop\nlater:");
        var backward = Good("start: nop\nlater: li a0, later - start");
        Assert.Equal(9, forward.Listing.Count);
        Assert.Equal(2, backward.Listing.Count);
        Assert.Equal("la a0, later", Good("la a0, later\nlater: nop").Listing[0].Text);
        Assert.Equal(3, Assembler.Assemble(Narrow, "t.s", "li a0, later\nlater: nop", 0).Listing.Count);
    }

    [Theory]
    [InlineData("addi a0, a0, 2048", "1:14: error: The value 2048 is out of range: -2048 to 2047")]
    [InlineData("slli a0, a0, 64", "1:14: error: The value 64 is out of range: 0x0 to 0x3f")]
    [InlineData("lui a0, 0x100000", "1:9: error: The value 0x100000 is out of range: 0x0 to 0xfffff")]
    [InlineData("beq a0, a1, . + 4096", "1:13: error: The target 0x80001000 is out of range: 0x7ffff000 to 0x80000ffe in steps of 2")]
    [InlineData("beq a0, a1, . + 3", "1:13: error: The target 0x80000003 is out of range: 0x7ffff000 to 0x80000ffe in steps of 2")]
    [InlineData("\n  adddi a0, a0, 1", "2:3: error: There is no instruction 'adddi'; did you mean 'addi'?")]
    [InlineData("add a0, a1", "1:11: error: Expected ',', not the end of the line; it is written \"add {x rd}, {x rs1}, {x rs2}\"")]
    [InlineData("add a0, a1, a9", "1:13: error: Expected a register of 'x', not 'a9'; it is written \"add {x rd}, {x rs1}, {x rs2}\"")]
    [InlineData(
        "addi a0, a1, a2",
        "1:14: error: Expected a number and no register, not 'a2'; it is written \"addi {x rd}, {x rs1}, {imm}\"")]
    [InlineData("j nowere\nnowhere: nop", "1:3: error: 'nowere' stands nowhere; did you mean 'nowhere'?")]
    [InlineData("a: nop\na: nop", "2:1: error: 'a' stands in line 1 already")]
    [InlineData("t0: nop", "1:1: error: 't0' is the name of a register and can't be a label")]
    [InlineData("nop\nj 1b", "2:3: error: No local label 1 stands before this line")]
    [InlineData("nop\nj 1f", "2:3: error: No local label 1 stands behind this line")]
    [InlineData(".byte 256", "1:7: error: The value 256 is out of range: -128 to 255")]
    [InlineData(".wrod 1", "1:1: error: There is no directive '.wrod'; did you mean '.word'?")]
    [InlineData(".zero later\nlater: nop", "1:7: error: This value must be known here: it can't depend on a label further down")]
    [InlineData(".zero -1", "1:7: error: The value -1 is out of range: 0 to 67108864")]
    [InlineData("nop\n.org 0x80000000", "2:6: error: This goes back from 0x80000004 to 0x80000000")]
    [InlineData(".byte 1\nnop", "2:1: error: This instruction is not at a multiple of 2 bytes; put '.balign 2' before it")]
    [InlineData(".balign 3", "1:1: error: 3 is no power of two")]
    [InlineData(".ascii \"abc", "1:8: error: This string has no closing quote on its line")]
    [InlineData("/* abc", "1:1: error: This '/*' has no '*/'")]
    [InlineData("nop /", "1:5: error: '/' is left over; it is written \"nop\"")]
    [InlineData(".byte 1 / 0", "1:9: error: This divides by zero")]
    [InlineData(".byte 1 << 200", "1:9: error: This shifts by 200")]
    [InlineData(".byte 012", "1:7: error: '012' begins with 0; write 12, or 0x... or 0b...")]
    [InlineData(".byte %nosuch(1)", "1:8: error: The definition has no function 'nosuch' of 1 arguments")]
    [InlineData("A = B\nB = A\n.word A", "1:5: error: 'B' is defined by itself")]
    [InlineData("li a0, -0x8000000000000001", "1:1: error: The value -0x8000000000000001 does not fit 64 bits")]
    [InlineData("nop\n.globl nosuch", "2:8: error: 'nosuch' is global but stands nowhere")]
    [InlineData("", "1:1: error: There is nothing to assemble")]
    [InlineData("nop\n\u0001", "2:1: error: U+0001 has no meaning here")]
    [InlineData("call . + 0x80000000", "1:1: error: The address 0x100000000 is more than 2 GiB away")]
    public void An_error_is_one_sentence_with_its_place(string text, string finding) =>
        Assert.Contains("t.s:" + finding, Assemble(text).Diagnostics.Select(d => d.ToString()));

    [Fact]
    public void All_errors_are_told_at_once()
    {
        var result = Assemble("addi a0, a0, 5000\nfoo\nnop\nj nowhere\n.byte \"x\n.byte 300");
        Assert.Equal([1, 2, 4, 5, 6], result.Diagnostics.Select(d => d.Line));
    }

    [Fact]
    public void Templates_of_any_definition_are_read_backwards()
    {
        var isa = Toy.Load(Machine + """
            pseudo "twice {r a}, {value}"
                require value != 13  else error "{value} is unlucky"
                if value > 10 && !known(later) { emit "nop" } else if has_big(value) == 1 { emit "twice {r a}, {value - 1}" }
                emit "move {r a}, {value[7:0] + sx.4(15)}"
            function has_big(v : 64) -> 64 = v == 9 ? 1 : 0

            """.Replace(" && !known(later)", "", StringComparison.Ordinal));
        var result = Assembler.Assemble(
            isa,
            "t.s",
            "start: set r1, r2, r15\nmove r3, -2\nmove r3, 0xfffffffe\nskip start\nodd.y r3\nodd r7\nclear r4\ntwice r1, 9",
            0x100);
        Assert.True(result.Succeeded, string.Join('\n', result.Diagnostics));
        Assert.Equal(
            ["set r1, r2, r15", "move r3, -2", "move r3, -2", "skip 0x100", "odd.y r3", "odd r7", "clear r4", "move r1, 7", "move r1, 8"],
            result.Listing.Select(l => isa.Disassemble(isa.Decode(BitConverter.ToUInt32(l.Bytes)), l.Address)));
        var wrong = Assembler.Assemble(isa, "t.s", "twice r1, 13\nodd r8\nskip start2\nset r1, r2, r16", 0);
        Assert.Equal(
            ["t.s:1:1: error: 13 is unlucky",
                "t.s:2:5: error: 'r8' can't stand here; possible are r0 to r7",
                "t.s:3:6: error: 'start2' stands nowhere",
                "t.s:4:13: error: Expected a register of 'r', not 'r16'; it is written \"set {r a}, {r b}, {r c}\""],
            wrong.Diagnostics.Select(d => d.ToString()));
    }

    [Theory]
    [InlineData("pseudo \"p {r a}\"\n    emit \"sett {r a}, r1, r2\"\n", "There is no instruction 'sett'")]
    [InlineData("pseudo \"p {r a}\"\n    emit \"set {r a}, r1\"\n", "This 'set' is not written right: Expected ','")]
    [InlineData("pseudo \"p {r a}\"\n    emit \"set {r b}, r1, r2\"\n", "Nothing here is called 'b'")]
    [InlineData("pseudo \"p {q a}\"\n    emit \"nop\"\n", "'q' is no register file, space or choice")]
    [InlineData("pseudo \"p\"\n", "\"p\" stands for nothing")]
    [InlineData("pseudo \"p\"\n    goto 5\n", "'goto' begins no line of a pseudo instruction")]
    [InlineData("pseudo \"p {v}\"\n    let w = nosuch(v)\n    emit \"nop\"\n", "'nosuch' is no function of 1 arguments")]
    [InlineData("pseudo \"p {v}\"\n    require v > 1\n    emit \"nop\"\n", "Expected 'else' after the condition")]
    [InlineData("pseudo \"p {v}\"\n    if v { emit \"move r1, r2\" }\n    emit \"nop\"\n", "Expected a number and no register, not 'r2'")]
    [InlineData("pseudo \"p {v\"\n    emit \"nop\"\n", "has no '}'")]
    public void What_is_wrong_in_a_pseudo_instruction_is_found_by_check(string text, string message) =>
        Assert.Contains(Toy.Check(Machine + text), d => d.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void A_pseudo_instruction_that_never_ends_is_refused()
    {
        var isa = Toy.Load(Machine + "pseudo \"loop\"\n    emit \"loop\"\npseudo \"wide\"\n    emit \"wide2\"\n    emit \"wide2\"\n"
            + string.Concat(Enumerable.Range(2, 9).Select(i => $"pseudo \"wide{i}\"\n    emit \"wide{i + 1}\"\n    emit \"wide{i + 1}\"\n"))
            + "pseudo \"wide11\"\n    emit \"nop\"\n");
        var result = Assembler.Assemble(isa, "t.s", "loop\nwide", 0);
        Assert.Equal(
            ["'loop' stands for itself, or goes through more than 16 levels", "This stands for more than 256 instructions"],
            result.Diagnostics.Select(d => d.Message));
    }

    [Fact]
    public void The_executable_holds_segments_and_symbols()
    {
        var result = Good(".globl _start\nloop: nop\n_start: j loop\n.data\ncell: .word 5");
        foreach (var isa in new[] { Wide, Narrow })
        {
            var image = ElfWriter.Write(isa, result);
            Assert.Equal([0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(isa.ElfClass == 64 ? 2 : 1), 1, 1], image[..7]);
            Assert.Equal(2, BitConverter.ToUInt16(image, 16));
            Assert.Equal(isa.ElfMachine, BitConverter.ToUInt16(image, 18));
            Assert.Equal(0x8000_0004u, BitConverter.ToUInt32(image, 24));
            Assert.Contains("\0cell\0_start\0", Encoding.ASCII.GetString(image), StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => ElfWriter.Write(Wide, Assemble("nonsense")));
    }

    [Fact]
    public void Hostile_text_is_refused_quickly()
    {
        Assert.Contains("nested deeper", Assemble(".word " + new string('(', 5000)).Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("64 MiB", Assemble(".zero 67108864\n.zero 1").Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Contains("64 MiB", Assemble("nop\n.org 0xffffffffffffffff").Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.InRange(Assemble(string.Concat(Enumerable.Repeat("foo\n", 2000))).Diagnostics.Count, 1, 500);
        var random = new Random(7);
        const string letters = "addi a0,()%1f\n:.\"'\\=-/*#zer$}{ \t";
        for (var i = 0; i < 2000; i++)
            Assemble(new string(random.GetItems(letters.AsSpan(), random.Next(60))));
    }
}
