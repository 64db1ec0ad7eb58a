using ShadowVm.Replication;

namespace ShadowVm.Simulation.Tests;

public class SweepTests
{
    [Theory]
    [InlineData(CommitPolicy.Output)]
    [InlineData(CommitPolicy.Epoch)]
    [InlineData(CommitPolicy.Patent)]
    public void A_crash_of_the_primary_at_any_event_breaks_no_rule(CommitPolicy policy)
    {
        var summary = new Sweep(new SweepSettings { Seeds = 0, Policies = [policy] }).Run();
        Assert.Empty(summary.Violations);
        Assert.True(summary.FailOvers > summary.Runs / 2, $"{summary.FailOvers} of {summary.Runs} worlds failed over");
    }

    [Fact]
    public void Worlds_of_chance_break_no_rule_and_repeat_to_the_bit()
    {
        var summary = new Sweep(new SweepSettings { Seeds = 600, EveryCrash = false }).Run();
        Assert.Empty(summary.Violations);
        Assert.True(summary.FailOvers > 200);
    }

    [Fact]
    public void Seeds_give_different_worlds()
    {
        var traces = Enumerable.Range(1, 50).Select(seed => Simulator.Run(new SimulationSettings { Seed = (ulong)seed }).TraceHash);
        Assert.Equal(50, traces.Distinct().Count());
    }

    [Fact]
    public void A_violation_names_the_command_that_repeats_it()
    {
        var (seed, result) = Canaries.Catch(Canary.NoFence)!.Value;
        Assert.EndsWith(
            $"repeat with: shadowvm simulate --seed {seed} --commit output --canary NoFence", result.Violations[0]);
    }
}
