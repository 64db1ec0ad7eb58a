using ShadowVm.Engine.Tests.World;
using ShadowVm.Isa;
using static ShadowVm.Engine.Tests.World.Toy;

namespace ShadowVm.Engine.Tests;

/// <summary>An instruction reads what was there before it, and does all or nothing.</summary>
public class CommitTests
{
    [Fact]
    public void Both_halves_of_a_swap_read_the_old_values()
    {
        using var toy = new Toy(Op("swap", a: 1, b: 2));
        (toy[1], toy[2]) = (10, 20);
        toy.Run(1);
        Assert.Equal((20UL, 10UL), (toy[1], toy[2]));
    }

    [Fact]
    public void The_last_write_to_a_register_wins_and_reads_see_none_of_them()
    {
        using var toy = new Toy(Op("twice", a: 1, imm: 5));
        toy[1] = 100;
        toy.Run(1);
        Assert.Equal(105UL, toy[1]);
    }

    [Fact]
    public void The_zero_register_takes_nothing()
    {
        using var toy = new Toy(Op("addi", a: 0, imm: 5), Op("addi", a: 1, b: 0, imm: 0));
        toy[1] = 7;
        toy.Run(2);
        Assert.Equal((0UL, 0UL), (toy[0], toy[1]));
    }

    [Theory]
    [InlineData("ask", 1)]
    [InlineData("late", 4)]
    public void An_abandoned_instruction_leaves_no_register_behind(string name, int cause)
    {
        using var toy = new Toy(Op("addi"), Op(name, a: 1, b: 2, c: 3));
        (toy[1], toy[2], toy[3], toy[14]) = (11, 0xdead0000, 33, Ram + 64);
        Assert.Equal((ExitReason.Counter, 0L), toy.Run(2));
        Assert.Equal((11UL, 33UL), (toy[1], toy[3]));
        Assert.Equal(((ulong)cause, 0xdead0000UL), (toy["reason"], toy["bad_address"]));
        Assert.Equal((Ram + 4, Ram + 64), (toy["epc"], toy.Pc));
    }

    [Fact]
    public void A_trap_entry_takes_one_from_the_counter_and_is_not_retired()
    {
        using var toy = new Toy(Op("ask"), Op("addi", a: 1, imm: 1));
        toy[14] = Ram + 4;
        Assert.Equal((ExitReason.Counter, 0L), toy.Run(1));
        Assert.Equal((0UL, Ram + 4, 0UL), (toy.Cpu.Retired, toy.Pc, toy[1]));
        toy.Run(1);
        Assert.Equal((1UL, 1UL), (toy.Cpu.Retired, toy[1]));
    }

    [Fact]
    public void A_word_that_encodes_nothing_raises_with_itself()
    {
        using var toy = new Toy(0xfe000123);
        toy[14] = Ram;
        toy.Run(1);
        Assert.Equal((2UL, 0xfe000123UL, 0UL), (toy["reason"], toy["bad_address"], toy.Cpu.Retired));
    }

    [Fact]
    public void A_handler_whose_first_instruction_faults_cannot_hold_an_epoch()
    {
        using var toy = new Toy(Op("ask"));
        toy[14] = 0xdead0000;
        Assert.Equal((ExitReason.Counter, 0L), toy.Run(100_000));
        Assert.Equal((0xdead0000UL, 3UL, 0UL), (toy.Pc, toy["reason"], toy.Cpu.Retired));
    }

    [Fact]
    public void The_count_and_the_clock_read_what_stood_before_the_instruction()
    {
        using var toy = new Toy(Op("addi"), Op("addi"), Op("count", a: 1, b: 2));
        toy.Clock.Begin(1000, 5UL << 32, 0);
        toy.Run(3);
        Assert.Equal((2UL, 1010UL, 3UL), (toy[1], toy[2], toy.Cpu.Retired));
    }

    [Fact]
    public void An_interrupt_is_entered_before_the_instruction_at_pc()
    {
        using var toy = new Toy(Op("addi", a: 1, imm: 1));
        toy[14] = Ram + 64;
        toy.Engine.EnterInterrupt(9);
        Assert.Equal((9UL, Ram, Ram + 64), (toy["reason"], toy["epc"], toy.Pc));
        Assert.Equal((0UL, 0UL), (toy[1], toy.Cpu.Retired));
    }

    [Fact]
    public void Asking_changes_nothing()
    {
        using var toy = new Toy(Op("addi"));
        var before = toy.State();
        Assert.Equal(ulong.MaxValue, toy.Engine.Ask(Toy.Isa.Hooks.Interrupt));
        toy.Bus.Lines = 1;
        Assert.Equal(9UL, toy.Engine.Ask(Toy.Isa.Hooks.Interrupt));
        Assert.Equal(before, toy.State());
    }

    [Fact]
    public void What_follows_a_write_reads_the_new_value_and_may_itself_be_followed()
    {
        using var toy = new Toy(Op("set", a: 1, b: 2, c: 1));
        (toy[1], toy[2]) = (9, 100);
        toy.Engine.StepPrivileged();
        Assert.Equal((100UL, 101UL, 102UL), (toy["first"], toy["second"], toy["third"]));
        Assert.Equal((0UL, 1UL), (toy[1], toy.Cpu.Retired));
    }

    [Fact]
    public void The_definition_of_these_tests_is_without_errors() =>
        Assert.DoesNotContain(IsaDefinition.Check(Source), finding => finding.IsError);
}
