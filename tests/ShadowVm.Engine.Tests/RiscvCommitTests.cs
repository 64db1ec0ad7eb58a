namespace ShadowVm.Engine.Tests;

/// <summary>Registers are read as before the instruction; its writes take effect together, or not at all.</summary>
public class RiscvCommitTests
{
    [Fact]
    public void A_jump_through_its_own_link_register_goes_where_it_pointed()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("jalr", ("rd", 5), ("rs1", 5), ("imm", 0)));
        bench[5] = RiscvBench.Ram + 0x40;
        bench.Run(1);
        Assert.Equal(RiscvBench.Ram + 0x40, bench.Pc);
        Assert.Equal(RiscvBench.Ram + 4, bench[5]);
    }

    [Fact]
    public void An_abandoned_instruction_leaves_nothing()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("jalr", ("rd", 5), ("rs1", 6), ("imm", 0)));
        bench.SetRegister("mtvec", RiscvBench.Ram + 0x80);
        (bench[5], bench[6]) = (11, RiscvBench.Ram + 2);
        bench.Run(1);
        Assert.Equal(11UL, bench[5]);
        Assert.Equal(0UL, bench.Register("mcause"));
        Assert.Equal(RiscvBench.Ram + 2, bench.Register("mtval"));
        Assert.Equal(RiscvBench.Ram + 0x80, bench.Pc);
    }

    [Fact]
    public void The_zero_register_stays_zero()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Addi(0, 0, 5), bench.Addi(6, 0, 1));
        bench.Run(2);
        Assert.Equal(0UL, bench[0]);
        Assert.Equal(1UL, bench[6]);
    }

    [Fact]
    public void A_load_that_faults_writes_no_register()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("ld", ("rd", 5), ("rs1", 5), ("imm", 0)));
        bench.SetRegister("mtvec", RiscvBench.Ram + 0x80);
        bench[5] = 0x4000;
        bench.Run(1);
        Assert.Equal(0x4000UL, bench[5]);
        Assert.Equal(5UL, bench.Register("mcause"));
        Assert.Equal(0x4000UL, bench.Register("mtval"));
    }
}
