namespace ShadowVm.Engine.Tests;

/// <summary>The recovery counter: exact, one for each retired instruction and each trap entry (patent p. 7, 11).</summary>
public class RiscvCounterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(50)]
    public void Control_comes_back_after_exactly_so_many_instructions(int count)
    {
        using var bench = new RiscvBench();
        bench.Program([.. Enumerable.Range(0, 64).Select(_ => bench.Addi(5, 5, 1))]);
        Assert.Equal(ExitReason.Counter, bench.Run(count));
        Assert.Equal((ulong)count, bench[5]);
        Assert.Equal(RiscvBench.Ram + (4 * (ulong)count), bench.Pc);
        Assert.Equal((ulong)count, bench.Cpu.Retired);
    }

    [Fact]
    public void Pieces_come_to_the_same_as_the_whole()
    {
        using var whole = new RiscvBench();
        using var pieces = new RiscvBench();
        foreach (var bench in new[] { whole, pieces })
        {
            bench.Program([.. Enumerable.Range(0, 60).Select(i => bench.Addi(1 + (i % 9), 1 + (i * 5 % 9), i))]);
        }

        whole.Run(60);
        for (var i = 0; i < 60; i++) pieces.Run(1);
        Assert.Equal(whole.Cpu.Slots, pieces.Cpu.Slots);
    }

    [Fact]
    public void A_trap_entry_takes_one_and_is_not_retired()
    {
        using var bench = new RiscvBench();
        bench.Program(0, bench.Addi(5, 5, 1), bench.Addi(5, 5, 1));
        bench.SetRegister("mtvec", RiscvBench.Ram + 4);
        Assert.Equal(ExitReason.Counter, bench.Run(2));
        Assert.Equal(1UL, bench[5]);
        Assert.Equal(1UL, bench.Cpu.Retired);
        Assert.Equal(2UL, bench.Register("mcause"));
        Assert.Equal(RiscvBench.Ram, bench.Register("mepc"));
    }

    [Fact]
    public void A_handler_that_faults_at_once_can_t_hold_an_epoch_for_ever()
    {
        using var bench = new RiscvBench();
        bench.Program(0);
        bench.SetRegister("mtvec", RiscvBench.Ram);
        Assert.Equal(ExitReason.Counter, bench.Run(1000));
        Assert.Equal(0UL, bench.Cpu.Retired);
    }

    [Fact]
    public void What_was_not_used_comes_back_at_an_exit()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Addi(5, 0, 1), bench.Addi(5, 5, 1), bench.Word("ecall"), bench.Word("mret"));
        bench.SetRegister("mtvec", RiscvBench.Ram + 12);
        var counter = 100L;
        var reason = bench.Run(ref counter);
        Assert.Equal(ExitReason.Kernel, reason);
        Assert.True(counter is 98 or 97, $"{counter} left"); // ecall may be a user instruction that traps
    }
}
