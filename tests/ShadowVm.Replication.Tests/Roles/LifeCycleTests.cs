using ShadowVm.Replication.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>The guest's exit is an output, and an operator's stop ends both sides.</summary>
public class LifeCycleTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Exit_counts_when_it_is_acknowledged_and_everything_is_out()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]) with { ExitCode = 5 });
        Assert.Equal(End(1, exitCode: 5), _actions.Frames[0]);
        Assert.Null(_actions.End);
        role.OnFrame(Acknowledged(1, 0));
        Assert.Equal([1UL], _actions.Released);
        Assert.Null(_actions.End);
        role.OnReleased(1);
        Assert.Equal(new Goodbye(5, Stopped: false), _actions.Frames[^1]);
        Assert.Equal((RoleEnd.GuestExit, 5), (_actions.End!.Reason, _actions.End.ExitCode));
    }

    [Fact]
    public void Exit_without_outputs_waits_for_its_acknowledgement_too()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1) with { ExitCode = 0 });
        Assert.Null(_actions.End);
        role.OnFrame(Acknowledged(1, 0));
        Assert.Equal(RoleEnd.GuestExit, _actions.End!.Reason);
    }

    [Fact]
    public void Backup_ends_with_the_guests_code_when_it_stands_where_the_primary_stood()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1, exitCode: 5));
        role.OnFrame(new ReleasedThrough(1));
        role.OnFrame(new Goodbye(5, Stopped: false));
        role.OnPeerLost("the channel was closed"); // after the goodbye that is no failure
        Assert.Null(_actions.End);
        role.OnEpochEnded(Report(1, [Free(1, 1)]) with { ExitCode = 5 });
        Assert.Equal((RoleEnd.GuestExit, 5), (_actions.End!.Reason, _actions.End.ExitCode));
        Assert.Empty(_actions.Of<AskArbiter>());
        Assert.Empty(_actions.Released);
    }

    [Fact]
    public void Primary_that_died_before_its_goodbye_is_replaced_for_what_is_not_out()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1, exitCode: 5));
        role.OnEpochEnded(Report(1, [Free(1, 1), Free(2, 1)]) with { ExitCode = 5 });
        role.OnFrame(new ReleasedThrough(1));
        role.OnPeerLost("the channel was closed");
        role.OnArbiter(2, won: true);
        role.OnFenced(true, "");
        Assert.Equal([2UL], _actions.Released);
        Assert.Null(_actions.End);
        Assert.Empty(_actions.Of<TakeOverOrder>()); // no epoch follows
        role.OnReleased(2);
        Assert.Equal((RoleEnd.GuestExit, 5), (_actions.End!.Reason, _actions.End.ExitCode));
    }

    [Fact]
    public void Primary_that_lost_its_backup_at_the_exit_asks_before_it_ends()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]) with { ExitCode = 5 });
        role.OnPeerLost("silence");
        Assert.Null(_actions.End);
        role.OnArbiter(2, won: true);
        role.OnReleased(1);
        Assert.Equal((RoleEnd.GuestExit, 5), (_actions.End!.Reason, _actions.End.ExitCode));
    }

    [Fact]
    public void Stop_of_the_primary_ends_both_at_a_boundary()
    {
        var role = ProtectedPrimary(_actions);
        role.OnStop();
        Assert.Null(_actions.End); // an epoch is under way
        role.OnEpochEnded(Report(1));
        Assert.Equal((RoleEnd.Stopped, 130), (_actions.End!.Reason, _actions.End.ExitCode));
        var goodbye = Assert.IsType<Goodbye>(_actions.Frames[^1]);
        Assert.IsType<EndOfEpoch>(_actions.Frames[^2]);
        var other = new RecordedActions();
        var backup = ShadowingBackup(other);
        backup.OnFrame(goodbye);
        Assert.Equal((RoleEnd.Stopped, 130), (other.End!.Reason, other.End.ExitCode));
    }

    [Fact]
    public void Stop_of_the_backup_ends_both()
    {
        var role = ShadowingBackup(_actions);
        role.OnStop();
        Assert.Equal((RoleEnd.Stopped, 130), (_actions.End!.Reason, _actions.End.ExitCode));
        var other = new RecordedActions();
        var primary = ProtectedPrimary(other);
        primary.OnFrame(Assert.Single(_actions.Frames));
        Assert.Equal((RoleEnd.Stopped, 130), (other.End!.Reason, other.End.ExitCode));
    }

    [Fact]
    public void Stop_before_there_is_a_peer_ends_at_once()
    {
        var primary = Primary(_actions);
        primary.OnTick(0);
        primary.OnStop();
        Assert.Equal((RoleEnd.Stopped, 130), (_actions.End!.Reason, _actions.End.ExitCode));
        var other = new RecordedActions();
        Backup(other).OnStop();
        Assert.Equal(RoleEnd.Stopped, other.End!.Reason);
    }

    [Fact]
    public void Ended_role_does_nothing_any_more()
    {
        var role = ProtectedPrimary(_actions);
        role.OnStop();
        role.OnEpochEnded(Report(1));
        _actions.Forget();
        role.OnEpochEnded(Report(2, [Free(1, 2)]));
        role.OnFrame(Acknowledged(2, 2));
        role.OnPeerLost("the channel was closed");
        role.OnArbiter(2, won: true);
        role.OnTick(10_000);
        role.OnStop();
        Assert.Empty(_actions.All);
    }
}
