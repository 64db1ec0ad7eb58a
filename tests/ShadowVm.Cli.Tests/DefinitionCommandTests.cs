using System.Buffers.Binary;

namespace ShadowVm.Cli.Tests;

/// <summary>The commands of an author of definitions, as processes: <c>isa check, test, doc, disasm</c>.</summary>
public sealed class DefinitionCommandTests : IDisposable
{
    private const string Small = """
        language 1
        isa small "small"
            unit 32
            endian little
        register pc : 32
        register r[16] : 32  zero 0
        enum cause : 4 { illegal=1 }
        hook trap(cause : 32, value : 32)
            enter 0x100
        hook illegal()
            raise illegal
        hook fault(access : 2, address : 32)
            raise illegal
        hook interrupt() -> 64
            return none
        hook awake() -> 1
            return 1
        abi bare
            elf class 32 machine 4711 data little
        user add  0x01:8 a:4 b:4 c:4 ------------  "add {r a}, {r b}, {r c}"
            r[a] = r[b] + r[c]
        user jmp  0x02:8 off[25:2]  "jmp {target pc + sx(off)}"
            goto pc + sx(off)

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("shadowvm-isa-").FullName;

    public DefinitionCommandTests()
    {
        Directory.CreateDirectory(PathOf("isas/small"));
        File.WriteAllText(PathOf("isas/small/small.isa"), Small);
    }

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Check_ends_with_0_1_or_2()
    {
        Assert.Equal((0, "small: 0 errors, 0 warnings\n", ""), Isa("check", "small"));
        Append("format Unused op:8 rest:24\n");
        Assert.Equal(
            (0, "small/small.isa:24:8: warning: Nothing uses the format 'Unused'; remove it\nsmall: 0 errors, 1 warnings\n", ""),
            Isa("check", "small"));
        Assert.Equal(1, Isa("check", "small", "--strict").ExitCode);
        Append("user sub  0x03:8 a:4 b:4 c:4 ------------  \"sub {r a}, {r b}, {r c}\"\n    r[a] = r[b] - q[c]\n");
        var wrong = Isa("check", "small");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("small/small.isa:26:19: error: Nothing here is called 'q'", wrong.Output, StringComparison.Ordinal);
        var absent = Isa("check", "smal");
        Assert.Equal((2, ""), (absent.ExitCode, absent.Output));
    }

    [Fact]
    public void Check_lists_holes()
    {
        var (code, output, _) = Isa("check", "small", "--holes");
        Assert.Equal(0, code);
        Assert.Contains("  0000 0000 ---- ---- ---- ---- ---- ----      16777216 words\n", output, StringComparison.Ordinal);
        Assert.EndsWith("small: 4261412864 words of 32 bits are claimed by nothing\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Test_runs_own_and_generated_tests_and_shows_what_fails()
    {
        Append("test \"sums\"\n    r1 = 1  r2 = 2 : add a=3 b=1 c=2 : r3 = 3\n");
        var good = Isa("test", "small", "--seed", "7");
        Assert.Equal((0, ""), (good.ExitCode, good.Error));
        Assert.StartsWith("small: 1 tests, 2 instructions, ", good.Output, StringComparison.Ordinal);
        Assert.Equal(6, good.Output.Split('\n').Count(line => line.EndsWith("  ok", StringComparison.Ordinal)));
        Assert.Contains("\nall ", good.Output, StringComparison.Ordinal);

        File.WriteAllText(PathOf("isas/small/more.vectors"), "language 1\nr1 = 1 : add a=3 b=1 c=1 : r3 = 3\n");
        var bad = Isa("test", "small", "--own");
        Assert.Equal(1, bad.ExitCode);
        Assert.EndsWith(
            "small/more.vectors:2: more.vectors: add: r[3] is 0x2, expected 0x3 (in every tier)\n1 FAILED\n", bad.Output,
            StringComparison.Ordinal);
        Assert.Equal(0, Isa("test", "small", "--own", "--filter", "sums").ExitCode);
        Assert.Equal((2, ""), (Isa("test", "small", "--filter", "nosuch").ExitCode, ""));
        var fast = Isa("test", "small", "--tier", "fast");
        Assert.Contains("'fast' is not one of reference, cold, block", fast.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cause_that_is_not_the_expected_one_fails()
    {
        Append("enum more : 4 { other=2 }\nuser fail  word 0x03000000  \"fail\"\n    raise illegal\n"
            + "test \"cause\"\n    : fail : raises illegal\n    : fail : raises other\n    : add a=1 b=1 c=1 : raises illegal\n");
        var run = Isa("test", "small", "--own");
        Assert.Equal(1, run.ExitCode);
        Assert.EndsWith(
            "small/small.isa:29: cause: fail: the trap is cause 1, expected cause 2 (in every tier)\n"
                + "small/small.isa:30: cause: add: the trap is none, expected cause 1 (in every tier)\n2 FAILED\n",
            run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Doc_writes_one_page()
    {
        Assert.Equal((0, "", ""), Isa("doc", "small", "-o", "small.html"));
        var page = File.ReadAllText(PathOf("small.html"));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Equal(page, Isa("doc", "small").Output);
        Assert.Equal(2, Isa("doc", "small", "-o", "nosuch/small.html").ExitCode);
    }

    [Fact]
    public void Words_and_flat_files_are_disassembled_at_an_address()
    {
        Assert.Equal(
            (0, "        1000:  01312000  add r3, r1, r2\n        1004:  02ffffff  jmp 0x1000\n"
                + "        1008:  ffffffff  .4byte 0xffffffff\n", ""),
            Isa("disasm", "--isa", "small", "--word", "0x01312000", "--word", "0x02ffffff", "--word", "0xffffffff", "--org", "0x1000"));
        var bytes = new byte[7];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0x01312000);
        bytes[4] = 0x12;
        File.WriteAllBytes(PathOf("rom.bin"), bytes);
        Assert.Equal(
            (0, "        2000:  01312000  add r3, r1, r2\n        2004:  120000    .byte 0x12, 0x00, 0x00\n", ""),
            Isa("disasm", "rom.bin", "--isa", "small", "--org", "0x2000"));
        Assert.Equal(
            (2, "", "shadowvm: rom.bin: no ELF file; for a flat one say with --org at what address it begins\n"),
            Isa("disasm", "rom.bin", "--isa", "small"));
        Assert.Contains("has more than 32 bits", Isa("disasm", "--isa", "small", "--word", "0x100000000").Error, StringComparison.Ordinal);
        Assert.Contains("'x' is not a number", Isa("disasm", "--isa", "small", "--word", "x").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_with_symbols_show_labels_targets_and_sections()
    {
        File.WriteAllText(PathOf("a.s"), """
            _start: add r3, r1, r2
            loop:   add r3, r3, r3
                    jmp loop
                    jmp loop + 4
                    .section .more, "ax"
            other:  jmp _start
            """);
        Assert.Equal((0, "", ""), Isa("asm", "a.s", "-o", "a.elf", "--isa", "small", "--org", "0x1000"));
        var text = Isa("disasm", "a.elf").Output;
        Assert.Contains(
            "\n0000000000001004 <loop>:\n        1004:  01333000  add r3, r3, r3\n        1008:  02ffffff  jmp 0x1004 <loop>\n",
            text, StringComparison.Ordinal);
        Assert.Contains("jmp 0x1008 <loop+0x4>\n", text, StringComparison.Ordinal);
        Assert.Equal(2, Isa("disasm", "a.elf", "--section", ".nosuch").ExitCode);
    }

    [Fact]
    public void Show_suggests_and_lists_by_pattern()
    {
        Assert.Equal("add          user\n", Isa("show", "small", "a*").Output);
        Assert.Equal((2, "", "shadowvm: small has no instruction 'adt'; there is add\n"), Isa("show", "small", "adt"));
        Assert.Contains("no instruction that 'x*' fits", Isa("show", "small", "x*").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("test")]
    [InlineData("show")]
    [InlineData("doc")]
    [InlineData("asm")]
    [InlineData("disasm")]
    public void Help_has_examples_and_exit_codes(string command)
    {
        var help = Program.Run(_folder, "isa", command, "--help").Output;
        Assert.Contains("Examples:\n  shadowvm isa " + command, help, StringComparison.Ordinal);
        Assert.Contains("Exit code: 0", help, StringComparison.Ordinal);
    }

    private void Append(string text) => File.AppendAllText(PathOf("isas/small/small.isa"), text);

    private (int ExitCode, string Output, string Error) Isa(string command, params string[] arguments) =>
        Program.Run(_folder, ["isa", command, "--isa-path", "isas/small", .. arguments]);

    private string PathOf(string name) => Path.Combine(_folder, name);
}
