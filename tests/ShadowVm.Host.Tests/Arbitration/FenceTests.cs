using System.Diagnostics;
using ShadowVm.Host.Arbitration;

namespace ShadowVm.Host.Tests.Arbitration;

public sealed class FenceTests
{
    [Fact]
    public void A_living_process_is_killed_and_seen_gone_even_where_nobody_reaps_it()
    {
        using var child = Sleeper();
        var identity = Identity(child);
        Assert.True(ProcessTable.CanAct(identity));
        var (done, detail) = new Fence(identity, null, "").Carry();
        Assert.True(done, detail);
        Assert.Contains("was killed", detail);
        Assert.False(ProcessTable.CanAct(identity));
        Assert.True(child.WaitForExit(5000));
    }

    [Fact]
    public void A_process_that_is_gone_needs_no_kill()
    {
        using var child = Sleeper();
        var identity = Identity(child);
        child.Kill();
        child.WaitForExit();
        var (done, detail) = new Fence(identity, null, "").Carry();
        Assert.True(done, detail);
        Assert.Contains("is gone", detail);
    }

    [Fact]
    public void A_recycled_number_is_left_alone()
    {
        using var child = Sleeper();
        var identity = Identity(child);
        var (done, _) = new Fence(identity with { StartTime = identity.StartTime - 1 }, null, "").Carry();
        Assert.True(done);
        Assert.False(child.HasExited);
        child.Kill();
    }

    [Fact]
    public void This_process_never_fences_itself() =>
        Assert.False(new Fence(ProcessIdentity.Current, null, "").Carry().Done);

    [Fact]
    public void Another_host_without_a_command_is_refused()
    {
        var (done, detail) = new Fence(Elsewhere, null, "192.0.2.1:7400").Carry();
        Assert.False(done);
        Assert.Contains("192.0.2.1:7400", detail);
    }

    [Theory]
    [InlineData("test \"$1\" = 192.0.2.1:7400 && test \"$SHADOWVM_PEER\" = \"$1\"", true)]
    [InlineData("exit 3", false)]
    [InlineData("no-such-command-here", false)]
    public void A_command_answers_with_its_exit_code(string command, bool expected)
    {
        if (OperatingSystem.IsWindows()) return; // written for a POSIX shell
        Assert.Equal(expected, new Fence(Elsewhere, command, "192.0.2.1:7400").Carry().Done);
    }

    private static ProcessIdentity Elsewhere => new("elsewhere", 1, 1);

    private static Process Sleeper() => Process.Start(
        new ProcessStartInfo(OperatingSystem.IsWindows() ? "timeout" : "sleep", "600"))!;

    private static ProcessIdentity Identity(Process process) =>
        new(ProcessIdentity.Current.Host, process.Id, ProcessTable.StartTime(process.Id)!.Value);
}
