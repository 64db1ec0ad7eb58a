namespace ShadowVm.Engine.Tests;

/// <summary>Kernel instructions and device accesses leave the engine with nothing done; the monitor carries one out.</summary>
public class RiscvExitTests
{
    [Fact]
    public void A_kernel_instruction_is_left_to_the_monitor()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("csrrwi", ("number", 0x340), ("uimm", 9), ("rd", 5)), bench.Addi(6, 0, 1));
        var before = bench.Cpu.Slots.ToArray();
        Assert.Equal(ExitReason.Kernel, bench.Run(10));
        Assert.Equal(before, bench.Cpu.Slots.ToArray());
        Assert.Equal(0UL, bench.Cpu.Retired);

        bench.Engine.StepPrivileged();
        Assert.Equal(9UL, bench.Register("mscratch"));
        Assert.Equal(1UL, bench.Cpu.Retired);
        Assert.Equal(RiscvBench.Ram + 4, bench.Pc);
    }

    [Fact]
    public void A_store_to_a_device_waits_for_the_monitor()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("sw", ("rs1", 5), ("rs2", 6), ("imm", 0)));
        (bench[5], bench[6]) = (RiscvBench.Device, 77);
        Assert.Equal(ExitReason.Device, bench.Run(10));
        Assert.Empty(bench.DeviceWrites);
        Assert.Equal(RiscvBench.Ram, bench.Pc);

        bench.Engine.StepPrivileged();
        Assert.Equal((RiscvBench.Device, 77UL), Assert.Single(bench.DeviceWrites));
        Assert.Equal(RiscvBench.Ram + 4, bench.Pc);
    }

    [Fact]
    public void A_load_from_a_device_gives_its_value()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("lbu", ("rd", 7), ("rs1", 5), ("imm", 0)));
        bench[5] = RiscvBench.Device;
        Assert.Equal(ExitReason.Device, bench.Run(1));
        Assert.Equal(0UL, bench[7]);
        bench.Engine.StepPrivileged();
        Assert.Equal(0x55UL, bench[7]);
    }

    [Fact]
    public void A_device_that_does_not_answer_is_an_access_fault()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("lw", ("rd", 7), ("rs1", 5), ("imm", 16)));
        bench.SetRegister("mtvec", RiscvBench.Ram + 0x100);
        (bench[5], bench[7]) = (RiscvBench.Device, 3);
        Assert.Equal(ExitReason.Device, bench.Run(1));
        bench.Engine.StepPrivileged();
        Assert.Equal(5UL, bench.Register("mcause"));
        Assert.Equal(RiscvBench.Device + 16, bench.Register("mtval"));
        Assert.Equal(3UL, bench[7]);
        Assert.Equal(0UL, bench.Cpu.Retired);
    }

    [Fact]
    public void A_waiting_instruction_says_so()
    {
        using var bench = new RiscvBench();
        bench.Program(bench.Word("wfi"));
        Assert.Equal(ExitReason.Kernel, bench.Run(1));
        Assert.False(bench.Engine.Waits);
        bench.Engine.StepPrivileged();
        Assert.True(bench.Engine.Waits);
        bench.Engine.ClearWaits();
        Assert.False(bench.Engine.Waits);
    }
}
