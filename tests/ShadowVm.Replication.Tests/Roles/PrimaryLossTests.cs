using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>A primary that loses its backup holds everything until the arbiter has spoken.</summary>
public class PrimaryLossTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Nothing_leaves_until_the_arbiter_has_spoken()
    {
        var role = Lost();
        role.OnEpochEnded(Report(2, [Free(2, 2)]));
        role.OnFrame(Acknowledged(2, 2)); // of a session that is over
        Assert.Empty(_actions.Released);
        role.OnArbiter(2, won: true);
        Assert.Equal([1UL, 2UL], _actions.Released);
        Assert.Contains(ReplicaState.Solo, _actions.States);
    }

    [Fact]
    public void Next_generation_is_asked_for_once()
    {
        var role = Lost();
        role.OnPeerLost("again");
        role.OnTick(10_000);
        Assert.Equal(2UL, Assert.Single(_actions.Of<AskArbiter>()).Generation);
    }

    [Fact]
    public void Guest_may_run_on_within_the_lag_limit_and_no_further()
    {
        var role = ProtectedPrimary(_actions);
        role.OnPeerLost("the channel was closed");
        _actions.Forget();
        for (var epoch = 1UL; epoch <= 16; epoch++) role.OnEpochEnded(Report(epoch));
        Assert.Empty(_actions.Of<Permit>());
        role.OnArbiter(2, won: true);
        Assert.Equal(ulong.MaxValue, _actions.PermittedThrough);
    }

    [Fact]
    public void Loser_ends_with_its_own_exit_code_and_lets_nothing_out()
    {
        var role = Lost();
        role.OnArbiter(2, won: false);
        Assert.Empty(_actions.Released);
        Assert.Equal((RoleEnd.LostArbitration, 3), (_actions.End!.Reason, _actions.End.ExitCode));
        Assert.NotEmpty(_actions.End.Detail);
        role.OnEpochEnded(Report(2, [Free(2, 2)]));
        role.OnTick(20_000);
        Assert.Empty(_actions.Released);
        Assert.Single(_actions.Of<Ended>());
    }

    [Fact]
    public void Backup_that_diverged_is_gone_and_the_primary_goes_on_after_the_arbiter()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        role.OnFrame(new Refuse("the replicas differ from epoch 1 on"));
        Assert.Equal(2UL, Assert.Single(_actions.Of<AskArbiter>()).Generation);
        Assert.Empty(_actions.Released);
        role.OnArbiter(2, won: true);
        Assert.Equal([1UL], _actions.Released);
        Assert.Null(_actions.End);
    }

    [Fact]
    public void Arbiter_nobody_asked_changes_nothing()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        role.OnArbiter(2, won: true);
        role.OnArbiter(2, won: false);
        Assert.Empty(_actions.Released);
        Assert.Null(_actions.End);
    }

    private PrimaryRole Lost()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        role.OnPeerLost("the channel was closed");
        Assert.Contains(ReplicaState.BackupLost, _actions.States);
        return role;
    }
}
