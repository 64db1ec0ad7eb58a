using System.Globalization;
using System.Text.RegularExpressions;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Engine;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Isa;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.Tests;

/// <summary><c>shadowvm run --stats</c>.</summary>
public sealed partial class RunStatisticsTests
{
    [Theory]
    [InlineData("reference")]
    [InlineData("cold")]
    [InlineData("block")]
    [InlineData("region")]
    public void The_tables_add_up_and_the_last_line_is_for_scripts(string tier)
    {
        var run = Program.Run(".", "run", "compute", "--set", "0=20", "--stats", "--tier", tier);
        Assert.Equal(0, run.ExitCode);
        var lines = run.Error.TrimEnd('\n').Split('\n');
        var summary = SummaryLine().Match(lines[^1]);
        Assert.True(summary.Success, lines[^1]);
        AssertTables(lines, Number(summary.Groups[1].Value));
        Assert.Equal(tier == "reference", Instructions(lines, "cold") == 0);
        if (tier is not ("block" or "region")) Assert.Equal(0, Instructions(lines, "translated")); // else it depends on the host's time
        Assert.Contains(lines, line => line.StartsWith("start-up ", StringComparison.Ordinal));
        Assert.Contains("traps 0, interrupts 0", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_have_their_share_and_their_code()
    {
        using var machine = Machine("compute"); // compiles on the guest's thread, so nothing depends on the host's time
        var statistics = new RunStatistics();
        statistics.Watch(machine);
        for (var i = 0; i < 20 && machine.ExitCode is null; i++)
        {
            machine.BeginEpoch([], machine.Epoch == 0 ? InstructionClock.First : InstructionClock.Next(machine, false));
            machine.RunEpoch();
        }

        var output = new StringWriter { NewLine = "\n" };
        statistics.Write(output, new ReplicaProgress(machine.Epoch, machine.Retired, 0, 0), TimeSpan.Zero);
        var lines = output.ToString().TrimEnd('\n').Split('\n');
        AssertTables(lines, (long)machine.Retired);
        Assert.NotEqual(0, Instructions(lines, "translated"));
        var code = lines.Single(line => line.StartsWith("code ", StringComparison.Ordinal));
        if (HostDisassembly.IsPossible) Assert.DoesNotContain(" 0 bytes of host code", code, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_shows_guest_code_ir_il_and_host_code()
    {
        var run = Program.Run(".", "run", "compute", "--set", "0=3000", "--dump-jit", "main");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("== guest code ==\n", run.Error, StringComparison.Ordinal);
        foreach (var part in new[] { "IR ==", "IL, ", "host code" }) Assert.Contains(part, run.Error, StringComparison.Ordinal);
        var none = Program.Run(".", "run", "hello", "--dump-jit", "0x10");
        Assert.Equal(0, none.ExitCode);
        Assert.Contains("nothing that was translated at 0x10 was there", none.Error, StringComparison.Ordinal);
        var wrong = Program.Run(".", "run", "hello", "--dump-jit", "no_such_symbol");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'no_such_symbol' is neither an address nor a symbol", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Traps_and_interrupts_are_counted()
    {
        Assert.DoesNotContain("interrupts 0\n", Program.Run(".", "run", "timer", "--stats").Error, StringComparison.Ordinal);
        Assert.DoesNotContain("traps 0,", Program.Run(".", "run", "traps", "--stats").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_option_nothing_is_said() => Assert.Equal("", Program.Run(".", "run", "hello").Error);

    [Fact]
    public void Guest_state_is_the_same_with_and_without()
    {
        using var plain = Machine("traps");
        using var watched = Machine("traps");
        var statistics = new RunStatistics();
        statistics.Watch(watched);
        while (plain.ExitCode is null)
        {
            foreach (var machine in new[] { plain, watched })
            {
                machine.BeginEpoch([], machine.Epoch == 0 ? InstructionClock.First : InstructionClock.Next(machine, false));
                machine.RunEpoch();
            }

            Assert.Equal(plain.Digest(), watched.Digest());
        }

        Assert.Equal(plain.ExitCode, watched.ExitCode);
        var before = watched.Digest();
        statistics.Write(new StringWriter(), default, TimeSpan.Zero);
        Assert.Equal(before, watched.Digest());
        Assert.True(watched.Statistics.ReferenceTicks > 0);
        Assert.Equal(0, plain.Statistics.ReferenceTicks);
    }

    [Fact]
    public void The_size_of_a_block_is_found_from_its_code()
    {
        if (!HostDisassembly.IsPossible) return;
        using var machine = Machine("compute");
        machine.BeginEpoch([], InstructionClock.First);
        machine.RunEpoch();
        var blocks = machine.TranslatedBlocks();
        Assert.NotEmpty(blocks);
        Assert.Equal(blocks.Select(block => block.Pc).Order(), blocks.Select(block => block.Pc));
        Assert.All(blocks, block => Assert.InRange(HostDisassembly.Of(block).Bytes, 16, 100_000));
    }

    /// <summary>The tiers' shares are the whole, of a guest that takes no traps.</summary>
    private static void AssertTables(string[] lines, long all)
    {
        var shares = new[] { "reference", "cold", "translated", "monitor" }.Sum(name => Instructions(lines, name));
        Assert.Equal(Instructions(lines, "run"), shares);
        Assert.Equal(all, shares);
        foreach (var heading in new[] { "blocks", "regions", "code", "compiling", "invalidation", "exits", "monitor", "epochs" })
        {
            Assert.Contains(lines, line => line.StartsWith(heading + " ", StringComparison.Ordinal));
        }
    }

    private static VirtualMachine Machine(string guest)
    {
        var library = new IsaLibrary();
        return new VirtualMachine(
            IsaDefinition.Load(library.Open("riscv")),
            Definitions.Machine(library, "virt"),
            GuestImages.Find(guest).Bytes,
            new VirtualMachineSettings
            {
                MemoryBytes = 16 << 20,
                Engine = new EngineSettings { WarmUp = 100, HotAfter = 2, Background = false },
            });
    }

    private static long Instructions(string[] lines, string tier) => Number(
        lines.First(line => line.StartsWith(tier + " ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^shadowvm: (\d+) instructions, \d+ epochs, \d+\.\d{3} s, [\d.]+ million instructions/s$")]
    private static partial Regex SummaryLine();
}
