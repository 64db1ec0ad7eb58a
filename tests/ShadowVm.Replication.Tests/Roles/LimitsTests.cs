using ShadowVm.Replication.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

/// <summary>What goes on for ever unless somebody bounds it.</summary>
public class LimitsTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Outputs_that_no_backend_takes_stop_the_guest()
    {
        var role = ProtectedPrimary(_actions, new RoleSettings { HeldOutputBytes = 1000 });
        for (var e = 1UL; e <= 5000; e++)
        {
            if (e > Math.Max(16, _actions.PermittedThrough)) return; // held back: right
            role.OnEpochEnded(Report(e, [Free(e, e, 100)]));
            role.OnFrame(new Acknowledge(e, e, 100 * e));
        }

        Assert.Fail("500,000 bytes are out of the gate, none confirmed; the limit is 1000");
    }

    [Fact]
    public void Interrupts_of_one_epoch_are_bounded()
    {
        var role = ShadowingBackup(_actions);
        var before = GC.GetTotalMemory(true);
        for (var i = 0; i < 5000 && _actions.Of<AskArbiter>().Length == 0; i++)
        {
            role.OnFrame(new InterruptFrame(1, 1, false, false, new byte[60 * 1024]));
        }

        var grown = GC.GetTotalMemory(true) - before;
        GC.KeepAlive(role);
        Assert.True(grown < 100 << 20, $"{grown >> 20} MiB are kept for epoch 1");
    }

    [Fact]
    public void A_stop_while_ready_is_on_its_way_is_said()
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        role.OnStop();
        Assert.Contains(_actions.Frames, f => f is Goodbye { Stopped: true });
    }

    [Fact]
    public void A_stop_after_the_guests_end_ends()
    {
        var role = ProtectedPrimary(_actions);
        role.OnEpochEnded(Report(1, [Free(1, 1)]) with { ExitCode = 0 });
        role.OnFrame(new Acknowledge(1, 1, 100)); // out, but its backend never confirms
        role.OnStop();
        Assert.NotNull(_actions.End);
    }
}
