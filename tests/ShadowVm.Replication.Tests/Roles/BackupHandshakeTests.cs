using ShadowVm.Replication.Frames;
using static ShadowVm.Replication.Tests.Roles.Script;

namespace ShadowVm.Replication.Tests.Roles;

public class BackupHandshakeTests
{
    private readonly RecordedActions _actions = new();

    [Fact]
    public void Backup_speaks_first_builds_what_it_got_and_says_with_what_digest()
    {
        var role = Backup(_actions);
        role.OnConnected();
        Assert.Equal([HelloOfBackup()], _actions.Frames);
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 4, [1, 2]));
        Assert.Empty(_actions.Of<Configure>());
        role.OnFrame(new ConfigurationPart(2, 4, [3, 4]));
        Assert.Equal(Configuration, Assert.Single(_actions.Of<Configure>()).Configuration);
        role.OnConfigured(Initial);
        Assert.Equal(new Ready(Initial), _actions.Frames[1]);
        Assert.Contains(ReplicaState.Protected, _actions.States);
    }

    [Theory]
    [InlineData("0.2.0", Hello.CurrentVersion, "0.2.0", "0.1.0")]
    [InlineData("0.1.0", 9u, "version 9", "this one 2")]
    public void Primary_that_does_not_fit_is_refused_by_both_values(string build, uint version, string theirs, string ours)
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary(build, version));
        Assert.Equal((RoleEnd.Refused, 2), (_actions.End!.Reason, _actions.End.ExitCode));
        var refuse = Assert.IsType<Refuse>(_actions.Frames[1]);
        Assert.Equal(refuse.Sentence, _actions.End.Detail);
        Assert.Contains(theirs, refuse.Sentence);
        Assert.Contains(ours, refuse.Sentence);
    }

    [Fact]
    public void Two_backups_refuse_each_other()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfBackup());
        Assert.Equal(RoleEnd.Refused, _actions.End!.Reason);
    }

    [Fact]
    public void Guest_that_can_not_be_built_is_told_to_both_sides()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 4, Configuration));
        role.OnConfigurationRefused("disk0 is not here");
        Assert.Equal(new Refuse("disk0 is not here"), _actions.Frames[^1]);
        Assert.Equal((RoleEnd.Refused, 2), (_actions.End!.Reason, _actions.End.ExitCode));
    }

    [Theory]
    [InlineData(0u, uint.MaxValue, 1)] // larger than any configuration
    [InlineData(1u, 4u, 1)] // not the first part
    [InlineData(0u, 2u, 3)] // beyond its own total
    public void Configuration_that_makes_no_sense_is_not_built(uint offset, uint total, int bytes)
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        var before = GC.GetAllocatedBytesForCurrentThread();
        role.OnFrame(new ConfigurationPart(offset, total, new byte[bytes]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.Empty(_actions.Of<Configure>());
        Assert.Equal(RoleEnd.Failed, _actions.End!.Reason);
    }

    [Fact]
    public void Total_that_changes_between_parts_is_refused()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 4, [1, 2]));
        role.OnFrame(new ConfigurationPart(2, 3, [3]));
        Assert.Empty(_actions.Of<Configure>());
        Assert.Equal(RoleEnd.Failed, _actions.End!.Reason);
    }

    [Fact]
    public void Configuration_before_the_hello_is_refused()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(new ConfigurationPart(0, 4, Configuration));
        Assert.Empty(_actions.Of<Configure>());
        Assert.Equal(RoleEnd.Failed, _actions.End!.Reason);
    }

    [Fact]
    public void Empty_configuration_is_one()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 0, []));
        Assert.Empty(Assert.Single(_actions.Of<Configure>()).Configuration);
    }

    [Fact]
    public void Primary_that_is_lost_before_the_guest_is_built_is_not_replaced()
    {
        var role = Backup(_actions);
        role.OnConnected();
        role.OnFrame(HelloOfPrimary());
        role.OnFrame(new ConfigurationPart(0, 4, Configuration));
        role.OnPeerLost("the channel was closed");
        Assert.Empty(_actions.Of<AskArbiter>());
        Assert.Equal(RoleEnd.Failed, _actions.End!.Reason);
        role.OnConfigured(Initial); // the builder was under way
        Assert.DoesNotContain(_actions.Frames, frame => frame is Ready);
    }
}
