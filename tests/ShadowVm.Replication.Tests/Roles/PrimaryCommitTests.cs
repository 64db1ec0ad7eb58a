using ShadowVm.Replication.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>When an output may leave, and when the guest may go on.</summary>
public class PrimaryCommitTests
{
    private readonly RecordedActions _actions = new();

    [Theory]
    [InlineData(CommitPolicy.Output)]
    [InlineData(CommitPolicy.Epoch)]
    public void Output_leaves_when_the_end_of_its_own_epoch_is_acknowledged(CommitPolicy commit)
    {
        var role = ProtectedPrimary(_actions, new RoleSettings { Commit = commit });
        role.OnEpochEnded(Report(1));
        role.OnEpochEnded(Report(2, [Free(1, 2), Bound(2, 2)]));
        role.OnFrame(Acknowledged(1, 0));
        Assert.Empty(_actions.Released); // the end of E-1 is not enough
        role.OnFrame(Acknowledged(2, 0));
        Assert.Equal([1UL, 2UL], _actions.Released); // received counts, not executed
    }

    [Fact]
    public void Acknowledgements_are_cumulative()
    {
        var role = ProtectedPrimary(_actions);
        for (var epoch = 1UL; epoch <= 3; epoch++) role.OnEpochEnded(Report(epoch, [Free(epoch, epoch)]));
        role.OnFrame(Acknowledged(3, 1));
        Assert.Equal([1UL, 2UL, 3UL], _actions.Released);
        role.OnFrame(Acknowledged(2, 1)); // an older one takes nothing back and repeats nothing
        Assert.Equal(3, _actions.Released.Length);
    }

    [Fact]
    public void Policy_patent_hands_the_end_over_unbatched_before_it_lets_go()
    {
        var role = ProtectedPrimary(_actions, new RoleSettings { Commit = CommitPolicy.Patent });
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        var sent = Assert.IsType<Sent>(_actions.All[0]);
        Assert.IsType<EndOfEpoch>(sent.Frame);
        Assert.True(sent.Flush);
        Assert.IsType<Release>(_actions.All[1]);
    }

    [Fact]
    public void Policy_epoch_lets_the_guest_on_only_when_the_end_before_is_acknowledged()
    {
        var role = ProtectedPrimary(_actions, new RoleSettings { Commit = CommitPolicy.Epoch });
        Assert.Equal(0UL, _actions.PermittedThrough); // epoch 1 was permitted when the backup became ready
        role.OnEpochEnded(Report(1));
        Assert.Equal(0UL, _actions.PermittedThrough);
        role.OnFrame(Acknowledged(1, 0));
        Assert.Equal(2UL, _actions.PermittedThrough);
    }

    [Fact]
    public void Interrupts_of_an_epoch_are_sent_before_its_end_with_its_number()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, batch: [BoundInterrupt(1, 7), FreeInterrupt(1, 8)]));
        var first = Assert.IsType<InterruptFrame>(_actions.Frames[0]);
        var second = Assert.IsType<InterruptFrame>(_actions.Frames[1]);
        Assert.Equal((1UL, true, 7), (first.Epoch, first.Bound, first.Data[0]));
        Assert.Equal((1UL, false, 8), (second.Epoch, second.Bound, second.Data[0]));
        Assert.Equal(End(1, wanted: false), _actions.Frames[2]);
    }

    [Fact]
    public void One_end_is_sent_for_every_epoch()
    {
        var role = ProtectedPrimary(_actions);
        for (var epoch = 1UL; epoch <= 5; epoch++) role.OnEpochEnded(Report(epoch));
        Assert.Equal([1UL, 2, 3, 4, 5], _actions.Frames.OfType<EndOfEpoch>().Select(end => end.Epoch));
    }

    [Fact]
    public void Frames_leave_at_once_only_where_somebody_waits()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1));
        role.OnEpochEnded(Report(2) with { Idle = true });
        role.OnEpochEnded(Report(3, [Free(1, 3)]));
        role.OnEpochEnded(Report(4)); // the output of 3 still waits
        role.OnFrame(Acknowledged(4, 0));
        role.OnEpochEnded(Report(5));
        var flushed = _actions.Of<Sent>().Where(sent => sent.Frame is EndOfEpoch).Select(sent => sent.Flush);
        Assert.Equal([false, true, true, true, false], flushed);
    }

    [Fact]
    public void Released_through_is_told_without_gaps()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1), Bound(2, 1), Free(3, 1)]));
        role.OnFrame(Acknowledged(1, 1));
        _actions.Forget();
        role.OnReleased(2);
        role.OnReleased(3);
        Assert.Empty(_actions.Frames); // the first is not out yet
        role.OnReleased(1);
        Assert.Equal([new ReleasedThrough(3)], _actions.Frames);
    }

    [Fact]
    public void Epochs_out_of_order_break_an_invariant_that_names_them()
    {
        var role = ProtectedPrimary(_actions);
        var exception = Assert.Throws<InvalidOperationException>(() => role.OnEpochEnded(Report(2)));
        Assert.Contains("epoch 2", exception.Message);
    }

    [Fact]
    public void Acknowledgement_of_what_has_not_ended_loses_the_backup()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        role.OnFrame(Acknowledged(2, 0));
        Assert.Empty(_actions.Released);
        Assert.Contains(ReplicaState.BackupLost, _actions.States);
    }

    [Fact]
    public void Held_outputs_have_a_limit_at_which_the_guest_waits()
    {
        var role = ProtectedPrimary(_actions, new RoleSettings { HeldOutputBytes = 1000 });
        role.OnEpochEnded(Report(1, [Free(1, 1, bytes: 600), Free(2, 1, bytes: 600)]));
        for (var epoch = 2UL; epoch <= 10; epoch++) role.OnEpochEnded(Report(epoch));
        Assert.Equal(0UL, _actions.PermittedThrough);
        role.OnFrame(Acknowledged(10, 10));
        Assert.Equal(0UL, _actions.PermittedThrough); // they have left, and no backend has them for good
        role.OnReleased(1);
        Assert.True(_actions.PermittedThrough >= 11);
    }
}
