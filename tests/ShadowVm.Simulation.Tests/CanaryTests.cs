using ShadowVm.Replication;

namespace ShadowVm.Simulation.Tests;

/// <summary>Each rule broken on purpose is caught, by a checker that means it, where the whole rules pass.</summary>
public class CanaryTests
{
    [Theory]
    [InlineData(Canary.OutputAtEndOfPrevious, "whose end the backup had not received")]
    [InlineData(Canary.CompletionsKept, "which is dead")]
    [InlineData(Canary.DisconnectsLeftOut, "hang")]
    [InlineData(Canary.DisconnectsFirst, "which is dead")]
    [InlineData(Canary.DisconnectsBeforeFinish, "")]
    [InlineData(Canary.BackupRunsOn, "hang")]
    [InlineData(Canary.SuppressionEndsWithRole, "before its take-over")]
    [InlineData(Canary.NoArbiter, "")]
    [InlineData(Canary.NoFence, "holds what the guest had overwritten")]
    [InlineData(Canary.TailCut, "")]
    public void A_broken_rule_is_caught(Canary canary, string by)
    {
        var caught = Canaries.Catch(canary);
        Assert.NotNull(caught);
        Assert.Contains(by, caught.Value.Result.Violations[0]);
        var whole = Simulator.Run(new SimulationSettings
        {
            Seed = caught.Value.Seed,
            Commit = canary == Canary.TailCut ? CommitPolicy.Patent : CommitPolicy.Output,
        });
        Assert.Empty(whole.Violations);
    }

    [Fact]
    public void Every_canary_has_its_test()
    {
        var tested = typeof(CanaryTests).GetMethod(nameof(A_broken_rule_is_caught))!
            .GetCustomAttributes(typeof(InlineDataAttribute), false).Length;
        Assert.Equal(Canaries.All.Count, tested);
    }
}
