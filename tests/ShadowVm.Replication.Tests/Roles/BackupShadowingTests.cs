using ShadowVm.Replication.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>The backup is always one epoch behind, emits nothing and compares everything.</summary>
public class BackupShadowingTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Epoch_begins_when_its_own_end_has_arrived()
    {
        var role = ShadowingBackup(_actions);
        Assert.Empty(_actions.Of<Execute>());
        role.OnFrame(End(1));
        Assert.Equal(1UL, Assert.Single(_actions.Of<Execute>()).Epoch);
        role.OnEpochEnded(Report(1));
        Assert.Single(_actions.Of<Execute>()); // never into X+1
        role.OnFrame(End(2));
        Assert.Equal([1UL, 2UL], _actions.Of<Execute>().Select(execute => execute.Epoch));
    }

    [Fact]
    public void Epoch_begins_with_the_batch_and_the_clock_of_the_end_before_it()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(ToFrame(BoundInterrupt(1, 7)));
        role.OnFrame(ToFrame(FreeInterrupt(1, 8)));
        role.OnFrame(End(1));
        role.OnFrame(ToFrame(FreeInterrupt(2, 9)));
        role.OnFrame(End(2));
        role.OnFrame(End(3));
        var executed = _actions.Of<Execute>();
        Assert.Equal([ClockOf(1), ClockOf(2), ClockOf(3)], executed.Select(execute => execute.Clock));
        Assert.Equal([[], [7, 8], [9]], executed.Select(execute => execute.Batch.Select(i => (int)i.Data[0]).ToArray()));
        Assert.Equal([true, false], executed[1].Batch.Select(interrupt => interrupt.Bound));
    }

    [Fact]
    public void Receipt_is_acknowledged_at_once_where_somebody_waits_for_it_and_execution_at_the_next_tick()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1, wanted: false));
        role.OnFrame(End(2, wanted: true));
        role.OnEpochEnded(Report(1));
        role.OnTick(5);
        role.OnTick(10); // nothing new
        Assert.Equal([new Acknowledge(2, 0, 0), new Acknowledge(2, 1, 100)], _actions.Frames);
        Assert.Equal([true, false], _actions.Of<Sent>().Select(sent => sent.Flush));
    }

    [Fact]
    public void Execution_of_many_epochs_is_acknowledged_before_the_tick_and_of_an_idle_one_at_once()
    {
        var role = ShadowingBackup(_actions);
        for (var epoch = 1UL; epoch <= 300; epoch++) role.OnFrame(End(epoch, wanted: false));
        for (var epoch = 1UL; epoch <= 298; epoch++) role.OnEpochEnded(Report(epoch));
        role.OnEpochEnded(Report(299) with { Idle = true });
        var acknowledged = _actions.Of<Sent>().Select(sent => (((Acknowledge)sent.Frame).Executed, sent.Flush));
        Assert.Equal([(128UL, false), (256UL, false), (299UL, true)], acknowledged);
    }

    [Fact]
    public void Execution_is_acknowledged_where_nothing_is_left_to_execute()
    {
        var role = ShadowingBackup(_actions);
        for (var epoch = 1UL; epoch <= 3; epoch++) role.OnFrame(End(epoch, wanted: false));
        for (var epoch = 1UL; epoch <= 3; epoch++) role.OnEpochEnded(Report(epoch));
        Assert.Equal([3UL], _actions.Of<Sent>().Select(sent => ((Acknowledge)sent.Frame).Executed));
    }

    [Fact]
    public void Execution_is_acknowledged_at_once_where_the_primary_may_go_no_further()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1, wanted: true));
        role.OnEpochEnded(Report(1));
        Assert.Equal([new Acknowledge(1, 0, 0), new Acknowledge(1, 1, 100)], _actions.Frames);
        Assert.All(_actions.Of<Sent>(), sent => Assert.True(sent.Flush));
    }

    [Fact]
    public void No_output_leaves()
    {
        var role = ShadowingBackup(_actions);
        for (var epoch = 1UL; epoch <= 4; epoch++)
        {
            role.OnFrame(End(epoch));
            role.OnEpochEnded(Report(epoch, [Free((2 * epoch) - 1, epoch), Bound(2 * epoch, epoch)]));
        }

        role.OnFrame(new ReleasedThrough(3));
        Assert.Empty(_actions.Released);
    }

    [Theory]
    [InlineData("digest")]
    [InlineData("instructions")]
    [InlineData("exit")]
    public void Difference_ends_the_backup_for_good(string what)
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnEpochEnded(Report(1));
        role.OnFrame(End(2));
        _actions.Forget();
        role.OnEpochEnded(what switch
        {
            "digest" => Report(2) with { Digest = new Digest(0, 0) },
            "instructions" => Report(2) with { Instructions = 201 },
            _ => Report(2) with { ExitCode = 0 },
        });
        Assert.Equal((RoleEnd.Diverged, 4), (_actions.End!.Reason, _actions.End.ExitCode));
        Assert.Contains("epoch 2", _actions.End.Detail);
        Assert.IsType<Refuse>(Assert.Single(_actions.Frames));
        role.OnPeerLost("the channel was closed");
        role.OnTick(10_000);
        Assert.Empty(_actions.Of<AskArbiter>());
    }

    [Fact]
    public void Difference_after_the_primary_was_lost_prevents_the_take_over()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnPeerLost("the channel was closed");
        role.OnArbiter(2, won: true);
        role.OnFenced(true, "");
        role.OnEpochEnded(Report(1) with { Digest = default });
        Assert.Equal(RoleEnd.Diverged, _actions.End!.Reason);
        Assert.Empty(_actions.Of<TakeOverOrder>());
    }

    [Fact]
    public void Lost_frame_is_a_lost_primary()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(End(1));
        role.OnFrame(End(3));
        Assert.Single(_actions.Of<Execute>());
        Assert.Contains(ReplicaState.PrimaryLost, _actions.States);
    }

    [Fact]
    public void Interrupt_of_another_epoch_is_a_lost_primary()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(ToFrame(FreeInterrupt(2)));
        Assert.Contains(ReplicaState.PrimaryLost, _actions.States);
    }

    [Fact]
    public void Frame_out_of_turn_is_a_lost_primary()
    {
        var role = ShadowingBackup(_actions);
        role.OnFrame(Acknowledged(0, 0));
        Assert.Contains(ReplicaState.PrimaryLost, _actions.States);
    }

    [Fact]
    public void Large_interrupt_arrives_as_it_left()
    {
        var data = new byte[(2 * FrameLimits.DataBytesMax) + 5];
        for (var i = 0; i < data.Length; i++) data[i] = (byte)(i * 7);
        var sender = new RecordedActions();
        var primary = ProtectedPrimary(sender);
        primary.OnEpochEnded(Report(1, batch: [new Interrupt(1, 77, true, data), FreeInterrupt(1, 5)]));
        primary.OnEpochEnded(Report(2));
        var role = ShadowingBackup(_actions);
        foreach (var frame in sender.Frames) role.OnFrame(frame);
        var batch = _actions.Of<Execute>()[1].Batch;
        Assert.Equal(2, batch.Length);
        Assert.Equal((77U, true), (batch[0].Class, batch[0].Bound));
        Assert.Equal(data, batch[0].Data);
        Assert.Equal([5], batch[1].Data);
    }

    [Fact]
    public void Interrupt_without_end_is_a_lost_primary_before_memory_runs_out()
    {
        var role = ShadowingBackup(_actions);
        var part = new InterruptFrame(1, 1, false, true, new byte[FrameLimits.DataBytesMax]);
        var needed = (FrameLimits.InterruptBytesMax / FrameLimits.DataBytesMax) + 1;
        for (var i = 0; i < needed; i++) role.OnFrame(part);
        Assert.Contains(ReplicaState.PrimaryLost, _actions.States);
    }
}
