using System.Text;

namespace ShadowVm.Cli.Tests;

/// <summary><c>shadowvm isa asm</c> as a process, and what it makes run by <c>shadowvm run</c>.</summary>
public sealed class AssembleCommandTests : IDisposable
{
    private const string Hello = """
        # Prints a line and ends the machine.
                .equ    UART, 0x10000000
                .equ    FINISHER, 0x100000
                .equ    PASS, 0x5555
                .globl  _start
        _start: la      s0, message
                li      s1, UART
        1:      lbu     a0, (s0)
                beqz    a0, 2f
                sb      a0, (s1)
                addi    s0, s0, 1
                j       1b
        2:      li      t0, FINISHER
                li      t1, PASS
                sw      t1, (t0)
        3:      j       3b
                .data
        message: .asciz "hello from assembly\n"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("shadowvm-asm-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("rv64im")]
    [InlineData("rv32im")]
    public void Hello_assembles_runs_and_is_disassembled_with_its_labels(string variant)
    {
        File.WriteAllText(Path.Combine(_folder, "hello.s"), Hello);
        Assert.Equal((0, "", ""), Run("isa", "asm", "hello.s", "-o", "hello.elf", "--isa", variant));
        Assert.Equal((0, "hello from assembly\n", ""), Run("run", "hello.elf"));
        var listing = Run("isa", "disasm", "hello.elf");
        Assert.Contains("<_start>:", listing.Output, StringComparison.Ordinal);
        Assert.Contains("auipc s0, 0x1", listing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_listing_shows_address_word_and_text()
    {
        File.WriteAllText(Path.Combine(_folder, "a.s"), "start: li a0, 0x12345678\n.zero 100\n.half 1\n");
        Assert.Equal(
            (0, "start:\n        1000:  12345537          li a0, 0x12345678\n        1004:  6785051b          addiw a0, a0, 1656\n"
                + "        1008:  0000000000000000  ... 100 bytes  .zero 100\n        106c:  0100              .half 1\n", ""),
            Run("isa", "asm", "a.s", "--org", "0x1000", "--isa", "riscv"));
    }

    [Fact]
    public void Findings_go_to_stderr_with_exit_code_2()
    {
        File.WriteAllText(Path.Combine(_folder, "bad.s"), "addi a0, a0, 5000\nfooo\n");
        var run = Run("isa", "asm", "bad.s", "-o", "bad.elf", "--isa", "riscv");
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith("bad.s:1:14: error: The value 5000 is out of range: -2048 to 2047\nbad.s:2:1: error: ", run.Error);
        Assert.False(File.Exists(Path.Combine(_folder, "bad.elf")));
        Assert.Equal((2, "", "shadowvm: --org: 'x' is not a number; write it in decimal or with 0x\n"),
            Run("isa", "asm", "bad.s", "--org", "x", "--isa", "riscv"));
        Assert.Contains("nosuch.s: can't be read", Run("isa", "asm", "nosuch.s", "--isa", "riscv").Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rv64im", 64)]
    [InlineData("rv32im", 32)]
    public void Constants_come_out_as_written(string variant, int bits)
    {
        var constants = new List<long>();
        for (var shift = 0; shift < bits; shift++)
        {
            foreach (var near in new[] { -2049, -2048, -1, 0, 1, 2047, 2048, 0x7ff800 })
            {
                constants.Add((1L << shift) + near);
                constants.Add(-(1L << shift) + near);
            }
        }

        constants.AddRange([long.MaxValue, long.MinValue, 0x123456789abcdef0, unchecked((long)0xfedcba9876543210), 0x5555555555555555]);
        if (bits == 32) constants = [.. constants.Select(c => (long)(int)c)];
        var text = new StringBuilder("la s0, table\n");
        var table = new StringBuilder(".data\ntable:\n");
        for (var i = 0; i < constants.Count; i++)
        {
            // Once with the value, once where only the second pass knows it; a word from the table decides.
            var at = bits == 64 ? "ld" : "lw";
            text.Append($"{at} a1, (s0)\nli a0, {constants[i]}\nbne a0, a1, wrong{i}\nli a0, value{i}\nbne a0, a1, wrong{i}\n");
            text.Append($"j right{i}\nwrong{i}: j fail\nright{i}: addi s0, s0, {bits / 8}\n");
            table.Append($"{(bits == 64 ? ".dword" : ".word")} {constants[i]}\n.equ value{i}, {constants[i]}\n");
        }

        text.Append("li a0, 0x5555\nj end\nfail: li a0, 0x13333\nend: li a1, 0x100000\nsw a0, (a1)\n1: j 1b\n").Append(table);
        File.WriteAllText(Path.Combine(_folder, "li.s"), text.ToString());
        Assert.Equal((0, "", ""), Run("isa", "asm", "li.s", "-o", "li.elf", "--isa", variant));
        Assert.Equal((0, "", ""), Run("run", "li.elf"));
    }

    [Fact]
    public void Help_shows_examples()
    {
        var help = Run("isa", "asm", "--help");
        Assert.Equal(0, help.ExitCode);
        const string example = "shadowvm isa asm hello.s -o hello.elf --isa VARIANT && shadowvm run hello.elf";
        Assert.Contains(example, help.Output, StringComparison.Ordinal);
    }

    private (int ExitCode, string Output, string Error) Run(params string[] arguments) => Program.Run(_folder, arguments);
}
