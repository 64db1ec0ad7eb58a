using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>Patent fig. 7 as the role sees it.</summary>
public class TakeOverTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Arbiter_fence_end_of_x_and_take_over_come_in_this_order()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnPeerLost("the channel was closed");
        Assert.Equal(2UL, Assert.Single(_actions.Of<AskArbiter>()).Generation);
        Assert.Empty(_actions.Of<Fence>());
        role.OnArbiter(2, won: true);
        Assert.Single(_actions.Of<Fence>());
        role.OnFenced(true, "");
        Assert.Empty(_actions.Of<TakeOverOrder>()); // X is not finished
        role.OnEpochEnded(Report(1));
        Assert.Single(_actions.Of<TakeOverOrder>());
        Assert.Equal([ReplicaState.PrimaryLost, ReplicaState.TookOver], _actions.States);
    }

    [Fact]
    public void X_that_is_finished_before_the_fence_stands_waits_for_the_fence()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnPeerLost("the channel was closed");
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        role.OnArbiter(2, won: true);
        Assert.Empty(_actions.Released);
        Assert.Empty(_actions.Of<TakeOverOrder>());
        role.OnFenced(true, "");
        Assert.Single(_actions.Of<TakeOverOrder>());
        Assert.Equal([1UL], _actions.Released);
    }

    [Fact]
    public void Batch_of_x_is_whole_and_of_x_plus_1_only_what_is_bound_to_nothing_stays()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(ToFrame(BoundInterrupt(1, 1)));
        role.OnFrame(ToFrame(FreeInterrupt(1, 2)));
        role.OnFrame(End(1));
        role.OnFrame(ToFrame(BoundInterrupt(2, 3)));
        role.OnFrame(ToFrame(FreeInterrupt(2, 4)));
        role.OnFrame(ToFrame(BoundInterrupt(2, 5)));
        var order = TakeOver(role, finish: 1);
        Assert.Equal(1UL, order.AfterEpoch);
        Assert.Equal([1, 2], order.Batch.Select(interrupt => (int)interrupt.Data[0]));
        Assert.Equal([4], order.Later.Select(interrupt => (int)interrupt.Data[0]));
        Assert.Equal(ClockOf(2), order.Clock);
        Assert.Equal(DisconnectPlacement.Last, order.Disconnects);
    }

    [Fact]
    public void Interrupt_of_which_only_a_part_came_is_dropped()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnFrame(new InterruptFrame(2, 1, Bound: false, More: true, [1]));
        Assert.Empty(TakeOver(role, finish: 1).Later);
    }

    [Fact]
    public void Primary_that_died_in_its_first_epoch_leaves_a_guest_that_begins()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(ToFrame(FreeInterrupt(1, 9)));
        var order = TakeOver(role);
        Assert.Equal(0UL, order.AfterEpoch);
        Assert.Empty(order.Batch);
        Assert.Equal([9], order.Later.Select(interrupt => (int)interrupt.Data[0]));
        Assert.Equal(FirstClock, order.Clock);
        Assert.Equal(ulong.MaxValue, _actions.PermittedThrough);
    }

    [Fact]
    public void Outputs_not_known_to_be_out_are_repeated_under_their_numbers_and_bound_ones_never()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnEpochEnded(Report(1, [Free(1, 1), Free(2, 1), Bound(3, 1)]));
        role.OnFrame(End(2));
        role.OnFrame(new ReleasedThrough(1));
        role.OnPeerLost("the channel was closed");
        role.OnEpochEnded(Report(2, [Bound(4, 2), Free(5, 2)]));
        Assert.Empty(_actions.Released);
        role.OnArbiter(2, won: true);
        role.OnFenced(true, "");
        Assert.Equal([2UL, 5UL], _actions.Released);
    }

    [Fact]
    public void Report_of_release_that_overtakes_the_execution_counts()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnFrame(new ReleasedThrough(2));
        role.OnPeerLost("the channel was closed");
        role.OnEpochEnded(Report(1, [Free(1, 1), Free(2, 1), Free(3, 1)]));
        role.OnArbiter(2, won: true);
        role.OnFenced(true, "");
        Assert.Equal([3UL], _actions.Released);
    }

    [Fact]
    public void Survivor_acts_as_a_primary_alone()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        TakeOver(role, finish: 1);
        _actions.Forget();
        role.OnEpochEnded(Report(2, [Free(1, 2), Bound(2, 2)]));
        Assert.Equal([1UL, 2UL], _actions.Released);
        role.OnReleased(1);
        role.OnReleased(2);
        role.OnTick(100_000);
        Assert.Empty(_actions.Frames);
        role.OnEpochEnded(Report(3) with { ExitCode = 7 });
        Assert.Equal((RoleEnd.GuestExit, 7), (_actions.End!.Reason, _actions.End.ExitCode));
    }

    [Fact]
    public void Loser_of_the_arbitration_ends_and_lets_nothing_out()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnPeerLost("silence");
        role.OnArbiter(2, won: false);
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        Assert.Equal((RoleEnd.LostArbitration, 3), (_actions.End!.Reason, _actions.End.ExitCode));
        Assert.Empty(_actions.Of<Fence>());
        Assert.Empty(_actions.Released);
    }

    [Fact]
    public void Primary_that_can_not_be_shut_out_is_not_replaced()
    {
        var role = ShadowingBackup(_actions);
        role.OnPeerLost("silence");
        role.OnArbiter(2, won: true);
        role.OnFenced(false, "no way to reach it");
        Assert.Equal(RoleEnd.Failed, _actions.End!.Reason);
        Assert.Contains("no way to reach it", _actions.End.Detail);
        Assert.Empty(_actions.Of<TakeOverOrder>());
    }

    [Fact]
    public void Frames_after_the_loss_are_not_heard_any_more()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnPeerLost("silence");
        _actions.Forget();
        role.OnFrame(End(2)); // a broken channel ends the session
        role.OnFrame(new ReleasedThrough(9));
        role.OnFrame(new Heartbeat(2, 200));
        Assert.Empty(_actions.All);
    }

    [Fact]
    public void Generation_grows_from_what_the_primary_said()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary(generation: 6));
        role.OnFrame(new ConfigurationPart(0, 0, []));
        role.OnConfigured(Initial);
        role.OnPeerLost("silence");
        Assert.Equal(7UL, Assert.Single(_actions.Of<AskArbiter>()).Generation);
    }

    private TakeOverOrder TakeOver(BackupRole role, ulong? finish = null)
    {
        role.OnPeerLost("the channel was closed");
        role.OnArbiter(2, won: true);
        role.OnFenced(true, "");
        if (finish is { } epoch) role.OnEpochEnded(Report(epoch));
        return Assert.Single(_actions.Of<TakeOverOrder>());
    }
}
