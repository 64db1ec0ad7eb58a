using ShadowVm.Replication.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

public class FaultMonitorTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Heartbeats_are_sent_by_both_and_say_where_the_sender_stands()
    {
        var primary = ProtectedPrimary(_actions);
        primary.OnEpochEnded(Report(1));
        _actions.Forget();
        for (var now = 5L; now <= 100; now += 5) primary.OnTick(now);
        Assert.Equal([new Heartbeat(1, 100), new Heartbeat(1, 100)], _actions.Frames);
        Assert.All(_actions.Of<Sent>(), sent => Assert.True(sent.Flush));
        var other = new RecordedActions();
        var backup = ShadowingBackup(other);
        for (var now = 5L; now <= 50; now += 5) backup.OnTick(now);
        Assert.Equal([new Heartbeat(0, 0)], other.Frames);
    }

    [Fact]
    public void Silence_for_the_time_out_is_a_lost_peer_and_not_a_moment_before()
    {
        var role = ShadowingBackup(_actions);
        for (var now = 5L; now <= 500; now += 5) role.OnTick(now);
        Assert.Empty(_actions.Of<AskArbiter>());
        for (var now = 505L; now <= 520; now += 5) role.OnTick(now);
        Assert.Single(_actions.Of<AskArbiter>());
        Assert.Contains(_actions.Of<Announced>(), a => a.State == ReplicaState.PrimaryLost && a.Detail.Contains("500 ms"));
    }

    [Fact]
    public void Any_frame_is_a_sign_of_life()
    {
        var role = ProtectedPrimary(_actions);
        for (var now = 5L; now <= 3000; now += 5)
        {
            if (now % 400 == 0) role.OnFrame(new Heartbeat(0, 0));
            role.OnTick(now);
        }

        Assert.Empty(_actions.Of<AskArbiter>());
    }

    [Fact]
    public void Replica_that_was_itself_stopped_blames_nobody()
    {
        var role = ProtectedPrimary(_actions);
        role.OnTick(5);
        role.OnTick(60_000); // what came meanwhile is still to be read
        role.OnTick(60_005);
        Assert.Empty(_actions.Of<AskArbiter>());
        for (var now = 60_010L; now <= 60_600; now += 5) role.OnTick(now);
        Assert.Single(_actions.Of<AskArbiter>());
    }

    [Fact]
    public void Nobody_is_watched_before_there_is_a_channel()
    {
        var role = Primary(_actions);
        for (var now = 0L; now <= 60_000; now += 100) role.OnTick(now);
        Assert.Equal([ReplicaState.Waiting], _actions.States);
        Assert.Empty(_actions.Frames);
    }

    [Fact]
    public void A_timeout_that_is_hardly_longer_than_a_tick_passes_too()
    {
        var role = ProtectedPrimary(_actions, new RoleSettings { TimeoutMilliseconds = 15, HeartbeatMilliseconds = 5 });
        for (var now = 10L; now <= 100; now += 10) role.OnTick(now);
        Assert.Contains(ReplicaState.BackupLost, _actions.States);
    }

    [Fact]
    public void Backup_takes_the_times_of_the_pair()
    {
        var role = Backup(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 0, []));
        role.Adopt(new RoleSettings { TimeoutMilliseconds = 100, HeartbeatMilliseconds = 10 });
        role.OnConfigured(Initial);
        for (var now = 5L; now <= 120; now += 5) role.OnTick(now);
        Assert.Single(_actions.Of<AskArbiter>());
        Assert.InRange(_actions.Frames.OfType<Heartbeat>().Count(), 9, 12);
    }
}
