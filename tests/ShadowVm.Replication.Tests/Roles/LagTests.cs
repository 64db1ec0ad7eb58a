using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

public class LagTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Primary_stops_at_the_limit_and_goes_on_when_the_backup_has_executed()
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        role.OnFrame(new Ready(Initial));
        var limit = _actions.PermittedThrough;
        Assert.InRange(limit, 2UL, 1000UL);
        for (var epoch = 1UL; epoch <= limit; epoch++) role.OnEpochEnded(Report(epoch));
        role.OnFrame(Acknowledged(limit, 0)); // received is not executed
        Assert.Equal(limit, _actions.PermittedThrough);
        role.OnFrame(Acknowledged(limit, 1)); // nor is one epoch worth waking the guest for
        Assert.Equal(limit, _actions.PermittedThrough);
        role.OnFrame(Acknowledged(limit, limit / 2));
        Assert.Equal(limit + (limit / 2), _actions.PermittedThrough);
    }

    [Fact]
    public void Window_follows_the_backups_speed_in_epochs_per_limit()
    {
        var lag = new LagControl(new RoleSettings { LagMilliseconds = 50 });
        var epoch = 0UL;
        for (var now = 0L; now < 4000; now += 5)
        {
            epoch += 10; // two epochs a millisecond
            lag.Executed(Acknowledged(epoch, epoch), now);
        }

        Assert.InRange(lag.PermittedThrough(epoch, held: false) - epoch, 90UL, 130UL);
    }

    [Fact]
    public void Slow_backup_still_leaves_two_epochs()
    {
        var lag = new LagControl(new RoleSettings { LagMilliseconds = 50 });
        for (var epoch = 1UL; epoch <= 50; epoch++) lag.Executed(Acknowledged(epoch, epoch), (long)epoch * 1000);
        Assert.Equal(52UL, lag.PermittedThrough(50, held: false));
    }

    [Fact]
    public void Bytes_ahead_stop_the_guest_until_they_are_executed()
    {
        var lag = new LagControl(new RoleSettings { LagBytes = 1000 });
        lag.Sent(1, 600);
        Assert.NotEqual(0UL, lag.PermittedThrough(1, held: false));
        lag.Sent(2, 600);
        Assert.Equal(0UL, lag.PermittedThrough(2, held: false));
        lag.Executed(Acknowledged(2, 1), 0);
        Assert.NotEqual(0UL, lag.PermittedThrough(2, held: false));
    }

    [Fact]
    public void Pair_goes_on_whatever_the_limits()
    {
        // The smallest of everything, and an interrupt larger than the limit in every epoch.
        var role = ProtectedPrimary(
            _actions, new RoleSettings { LagBytes = 1, LagMilliseconds = 0, HeldOutputBytes = 1 });
        var permitted = 2UL;
        for (var epoch = 1UL; epoch <= 200; epoch++)
        {
            Assert.True(epoch <= Math.Max(permitted, 16), $"the guest stands before epoch {epoch} for ever");
            role.OnTick((long)epoch * 30);
            role.OnEpochEnded(Report(epoch, [Free(epoch, epoch, bytes: 100)], [new Interrupt(epoch, 1, false, new byte[100])]));
            role.OnFrame(Acknowledged(epoch, epoch));
            role.OnReleased(epoch);
            permitted = _actions.PermittedThrough;
        }
    }
}
