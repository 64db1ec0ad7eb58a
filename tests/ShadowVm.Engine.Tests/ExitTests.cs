using ShadowVm.Engine.Tests.World;
using static ShadowVm.Engine.Tests.World.Toy;

namespace ShadowVm.Engine.Tests;

/// <summary>When the engine gives control back, and how exactly.</summary>
public class ExitTests
{
    [Fact]
    public void The_recovery_counter_stops_the_guest_exactly_at_each_count()
    {
        for (var n = 0; n <= 50; n++)
        {
            using var toy = new Toy([.. Enumerable.Repeat(Op("addi", a: 1, b: 1, imm: 1), 60)]);
            Assert.Equal((ExitReason.Counter, 0L), toy.Run(n));
            Assert.Equal(((ulong)n, (ulong)n, Ram + (4 * (ulong)n)), (toy[1], toy.Cpu.Retired, toy.Pc));
        }
    }

    [Fact]
    public void Cutting_a_run_anywhere_makes_no_difference()
    {
        // A loop with loads, stores and a trap in it, whose handler goes on behind the instruction that asked.
        uint[] code =
        [
            Op("addi", a: 1, b: 1, imm: 1), Op("st64", a: 1, b: 2), Op("ask", b: 1), Op("ld32", a: 3, b: 2, imm: 2),
            Op("swap", a: 1, b: 3), Op("goto", a: 5), 0, 0, Op("addi", a: 4, b: 4, imm: 1), Op("goto", a: 6),
        ];
        using var whole = Looping(code);
        whole.Run(500);
        for (var piece = 1; piece <= 20; piece++)
        {
            using var cut = Looping(code);
            for (var left = 500; left > 0; left -= piece) cut.Run(Math.Min(piece, left));
            Assert.Equal(whole.State(), cut.State());
        }
    }

    [Theory]
    [InlineData("kern", ExitReason.Kernel)]
    [InlineData("drn", ExitReason.Drain)]
    [InlineData("kask", ExitReason.Kernel)]
    public void An_instruction_for_the_monitor_is_left_at_pc_undone(string name, ExitReason reason)
    {
        using var toy = new Toy(Op("addi", a: 2, imm: 3), Op(name, a: 1), Op("addi", a: 1, b: 1, imm: 10));
        Assert.Equal((reason, 9L), toy.Run(10));
        Assert.Equal((Ram + 4, 1UL, 0UL), (toy.Pc, toy.Cpu.Retired, toy[1]));
        var before = toy.State();
        Assert.Equal((reason, 9L), toy.Run(9));
        Assert.Equal(before, toy.State());
        Assert.Equal(name, toy.Engine.Current?.Definition?.Name);
    }

    [Fact]
    public void A_privileged_step_does_exactly_one_instruction_of_any_class()
    {
        using var toy = new Toy(Op("kern", a: 1), Op("drn", a: 1), Op("addi", a: 1, b: 1, imm: 1), Op("kern", a: 1));
        for (var i = 1UL; i <= 4; i++)
        {
            toy.Engine.StepPrivileged();
            Assert.Equal((i, i, Ram + (4 * i)), (toy[1], toy.Cpu.Retired, toy.Pc));
        }
    }

    [Fact]
    public void A_privileged_step_that_raises_enters_the_handler()
    {
        using var toy = new Toy(Op("kask", b: 3));
        (toy[3], toy[14]) = (77, Ram + 8);
        toy.Engine.StepPrivileged();
        Assert.Equal((Ram + 8, 77UL, 0UL), (toy.Pc, toy["bad_address"], toy.Cpu.Retired));
    }

    [Fact]
    public void With_the_counter_at_zero_nothing_is_looked_at()
    {
        using var toy = new Toy(Op("kern", a: 1));
        Assert.Equal((ExitReason.Counter, 0L), toy.Run(0));
    }

    [Theory]
    [InlineData("ld64", "r8 10008")]
    [InlineData("st16", "w2 10008=5")]
    public void A_device_is_reached_by_the_monitor_alone(string name, string access)
    {
        using var toy = new Toy(Op("addi", a: 3, imm: 1), Op(name, a: 1, b: 2, imm: 8));
        (toy[1], toy[2]) = (5, FakeBus.Start);
        Assert.Equal((ExitReason.Device, 1L), toy.Run(2));
        Assert.Empty(toy.Bus.Accesses);
        Assert.Equal((Ram + 4, 5UL, 1UL), (toy.Pc, toy[1], toy.Cpu.Retired));
        toy.Engine.StepPrivileged();
        Assert.Equal([access], toy.Bus.Accesses);
        Assert.Equal((Ram + 8, 2UL), (toy.Pc, toy.Cpu.Retired));
    }

    [Fact]
    public void A_device_exit_in_the_middle_of_an_instruction_takes_its_writes_back()
    {
        using var toy = new Toy(Op("late", a: 1, b: 2, c: 3));
        (toy[1], toy[2]) = (11, FakeBus.Start);
        var before = toy.State();
        Assert.Equal((ExitReason.Device, 1L), toy.Run(1));
        Assert.Equal(before, toy.State());
        toy.Engine.StepPrivileged();
        Assert.Equal((99UL, 1UL), (toy[1], toy[3]));
    }

    [Theory]
    [InlineData("ld8", 4)]
    [InlineData("st8", 5)]
    public void A_device_that_does_not_answer_is_a_fault_of_the_guest(string name, ulong cause)
    {
        using var toy = new Toy(Op(name, a: 1, b: 2));
        (toy[2], toy[14]) = (FakeBus.Start + 0x800, Ram + 8);
        Assert.Equal((ExitReason.Device, 1L), toy.Run(1));
        toy.Engine.StepPrivileged();
        Assert.Equal((cause, FakeBus.Start + 0x800, 0UL), (toy["reason"], toy["bad_address"], toy.Cpu.Retired));
    }

    [Fact]
    public void Waiting_is_told_until_it_is_taken_back()
    {
        using var toy = new Toy(Op("hold"), Op("addi"));
        Assert.Equal(ExitReason.Kernel, toy.Run(1).Reason);
        Assert.False(toy.Engine.Waits);
        toy.Engine.StepPrivileged();
        Assert.True(toy.Engine.Waits);
        toy.Engine.ClearWaits();
        toy.Run(1);
        Assert.False(toy.Engine.Waits);
    }

    private static Toy Looping(uint[] code)
    {
        var toy = new Toy(code);
        (toy[2], toy[5], toy[6], toy[14]) = (Ram + 0x1000, Ram, Ram + 12, Ram + 32);
        return toy;
    }
}
