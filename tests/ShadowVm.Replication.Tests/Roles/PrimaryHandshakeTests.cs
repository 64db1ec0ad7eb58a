using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

public class PrimaryHandshakeTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Guest_waits_for_a_backup_before_its_first_instruction()
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        Assert.Empty(_actions.Of<Permit>());
        Assert.Equal([ReplicaState.Waiting], _actions.States);
        role.OnFrame(new Ready(Initial));
        Assert.True(_actions.PermittedThrough >= 2);
        Assert.Equal([ReplicaState.Waiting, ReplicaState.Protected], _actions.States);
    }

    [Fact]
    public void Hello_is_answered_by_hello_and_the_configuration()
    {
        var role = Primary(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        Assert.Equal(HelloOfPrimary(), _actions.Frames[0]);
        var part = Assert.IsType<ConfigurationPart>(_actions.Frames[1]);
        Assert.Equal((0U, 4U), (part.Offset, part.Total));
        Assert.Equal(Configuration, part.Data);
        Assert.All(_actions.Of<Sent>(), sent => Assert.True(sent.Flush));
    }

    [Fact]
    public void Large_configuration_is_sent_in_parts_that_make_the_whole()
    {
        var whole = new byte[(2 * FrameLimits.DataBytesMax) + 7];
        for (var i = 0; i < whole.Length; i++) whole[i] = (byte)(i * 31);
        var role = Primary(_actions, configuration: whole);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        var parts = _actions.Frames.OfType<ConfigurationPart>().ToArray();
        Assert.Equal(3, parts.Length);
        Assert.Equal(whole, parts.SelectMany(part => part.Data));
    }

    [Fact]
    public void Primary_says_nothing_before_the_backup_has_spoken()
    {
        var role = Primary(_actions);
        role.OnConnected();
        Assert.Empty(_actions.Frames);
    }

    [Theory]
    [InlineData("0.2.0", Hello.CurrentVersion, "0.2.0", "0.1.0")]
    [InlineData("0.1.0", 9u, "version 9", "this one 2")]
    public void Backup_that_does_not_fit_is_told_both_values_and_another_may_come(
        string build, uint version, string theirs, string ours)
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup(build, version));
        var refuse = Assert.IsType<Refuse>(Assert.Single(_actions.Frames));
        Assert.Contains(theirs, refuse.Sentence);
        Assert.Contains(ours, refuse.Sentence);
        ExpectAnother(role);
    }

    [Fact]
    public void Two_primaries_refuse_each_other()
    {
        var role = Primary(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        Assert.Contains("primary", Assert.IsType<Refuse>(Assert.Single(_actions.Frames)).Sentence);
        Assert.Null(_actions.End);
    }

    [Fact]
    public void Backup_that_built_another_guest_is_refused_by_both_digests()
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        var other = new Digest(1, 1);
        role.OnFrame(new Ready(other));
        var refuse = _actions.Frames.OfType<Refuse>().Single();
        Assert.Contains(other.ToString(), refuse.Sentence);
        Assert.Contains(Initial.ToString(), refuse.Sentence);
        Assert.Empty(_actions.Of<Permit>());
        ExpectAnother(role);
    }

    [Fact]
    public void Backup_that_refuses_does_not_end_the_primary()
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        role.OnFrame(new Refuse("disk missing"));
        Assert.Contains(_actions.Of<Announced>(), a => a.State == ReplicaState.Waiting && a.Detail.Contains("disk missing"));
        ExpectAnother(role);
    }

    [Fact]
    public void Backup_that_is_lost_before_it_is_ready_leaves_the_primary_waiting()
    {
        var role = Primary(_actions);
        role.OnTick(0);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        role.OnPeerLost("the channel was closed");
        Assert.Empty(_actions.Of<AskArbiter>());
        ExpectAnother(role);
    }

    [Fact]
    public void Solo_runs_at_once_and_sends_nothing()
    {
        var role = Primary(_actions, new RoleSettings { Solo = true });
        role.OnTick(0);
        Assert.Equal(ulong.MaxValue, _actions.PermittedThrough);
        role.OnEpochEnded(Report(1, [Free(1, 1)]));
        Assert.Equal([1UL], _actions.Released);
        Assert.Empty(_actions.Frames);
        Assert.Equal([ReplicaState.Solo], _actions.States);
    }

    private void ExpectAnother(PrimaryRole role)
    {
        Assert.Null(_actions.End);
        _actions.Forget();
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        role.OnFrame(new Ready(Initial));
        Assert.Contains(ReplicaState.Protected, _actions.States);
        Assert.NotEmpty(_actions.Of<Permit>());
    }
}
