namespace ShadowVm.Processes;

/// <summary>Two processes, real sockets, real signals.</summary>
public class PairTests
{
    private const string Disk = "path=disk.img,size=1M,latency=5ms";
    private static readonly string[] LongJournal = ["--disk", Disk, "--set", "0=300", "--epoch-length", "20k"];

    [Theory]
    [InlineData("output")]
    [InlineData("epoch")]
    [InlineData("patent")]
    public void The_guest_s_exit_code_ends_both_sides(string policy)
    {
        using var pair = new Pair("libc", ["--commit", policy, "--disk", Disk]);
        Assert.Equal(7, pair.Primary.WaitForExit());
        Assert.Equal(7, pair.Backup.WaitForExit());
        Assert.Equal(Checkout.Expected("libc"), pair.Primary.Output);
        Assert.Equal("", pair.Backup.Output);
    }

    [Theory]
    [InlineData("output")]
    [InlineData("epoch")]
    public void A_killed_primary_is_survived(string policy)
    {
        using var pair = new Pair("journal", [.. LongJournal, "--commit", policy]);
        pair.Primary.AwaitOutput("record 60");
        pair.Primary.Signal("KILL");
        Assert.Equal(0, pair.Backup.WaitForExit());
        Assert.Contains("primary lost", pair.Backup.Error);
        Assert.Contains("took over", pair.Backup.Error);
        Assert.Contains("journal: 300 records, checksum", pair.Backup.Output);
    }

    [Fact]
    public void A_primary_that_hangs_is_fenced_and_survived()
    {
        using var pair = new Pair("journal", LongJournal);
        pair.Primary.AwaitOutput("record 60");
        pair.Primary.Signal("STOP");
        Assert.Equal(0, pair.Backup.WaitForExit());
        Assert.Contains("journal: 300 records, checksum", pair.Backup.Output);
        pair.Primary.WaitForExit();
        Assert.True(pair.Primary.HasExited, "the old primary was not killed");
    }

    [Fact]
    public void A_killed_backup_leaves_the_primary_alone_and_whole()
    {
        using var pair = new Pair("journal", LongJournal);
        pair.Primary.AwaitOutput("record 60");
        pair.Backup.Signal("KILL");
        Assert.Equal(0, pair.Primary.WaitForExit());
        Assert.Contains("backup lost", pair.Primary.Error);
        Assert.Contains("solo", pair.Primary.Error);
        Assert.Contains("journal: 300 records, checksum", pair.Primary.Output);
    }

    [Fact]
    public void A_backup_that_hung_finds_the_generation_taken()
    {
        using var pair = new Pair("count", ["--set", "0=12", "--set", "1=1000000"]);
        pair.Primary.AwaitOutput("count: 2");
        pair.Backup.Signal("STOP");
        pair.Primary.AwaitError("solo");
        pair.Backup.Signal("CONT");
        Assert.Equal(3, pair.Backup.WaitForExit());
        Assert.Contains("holds generation 2", pair.Backup.Error);
        Assert.Equal(0, pair.Primary.WaitForExit());
        Assert.EndsWith("count: done\n", pair.Primary.Output);
    }

    [Fact]
    public void Without_an_arbiter_nobody_goes_on_alone()
    {
        using var pair = new Pair("count", ["--set", "0=20"], bothOptions: []);
        pair.Primary.AwaitOutput("count: 2");
        pair.Primary.Signal("KILL");
        Assert.Equal(3, pair.Backup.WaitForExit());
        Assert.Contains("No arbiter is set", pair.Backup.Error);
        Assert.Equal("", pair.Backup.Output);
    }

    [Theory]
    [InlineData("INT", true)]
    [InlineData("TERM", true)]
    [InlineData("INT", false)]
    public void A_stop_on_either_side_ends_the_pair(string signal, bool atPrimary)
    {
        using var pair = new Pair("count", ["--set", "0=100"]);
        pair.Primary.AwaitOutput("count: 1");
        (atPrimary ? pair.Primary : pair.Backup).Signal(signal);
        Assert.Equal(130, pair.Primary.WaitForExit());
        Assert.Equal(130, pair.Backup.WaitForExit());
    }

    [Fact]
    public void A_stop_ends_an_unprotected_guest()
    {
        using var folder = new TemporaryFolder();
        using var run = ShadowVmProcess.Start(folder, "run", "count", "--set", "0=100");
        run.AwaitOutput("count: 1");
        run.Signal("INT");
        Assert.Equal(130, run.WaitForExit());
    }

    [Fact]
    public void A_backup_with_other_definitions_is_refused_and_another_one_is_taken()
    {
        using var folder = new TemporaryFolder();
        var definitions = folder.Definitions();
        File.AppendAllText(Path.Combine(definitions, "riscv", "m.isa"), "\n# another comment\n");
        using var primary = ShadowVmProcess.Start(
            folder, "primary", "hello", "--listen", "127.0.0.1:0", "--arbiter", folder.Locks());
        primary.AwaitError("listening on");
        var line = primary.ErrorLines.First(text => text.Contains("listening on"));
        var endpoint = line[(line.LastIndexOf(' ') + 1)..];

        using var wrong = ShadowVmProcess.Start(
            folder, "backup", "--primary", endpoint, "--arbiter", folder.Locks(), "--isa-path", definitions);
        Assert.Equal(2, wrong.WaitForExit());
        Assert.Contains("is not the same on both sides", wrong.Error);
        Assert.False(primary.HasExited);

        using var right = ShadowVmProcess.Start(folder, "backup", "--primary", endpoint, "--arbiter", folder.Locks());
        Assert.Equal(0, right.WaitForExit());
        Assert.Equal(0, primary.WaitForExit());
        Assert.Equal("hello from the guest\n", primary.Output);
    }

    [Fact]
    public void A_backup_may_come_first_and_a_primary_may_go_without()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort.Find();
        using var backup = ShadowVmProcess.Start(
            folder, "backup", "--primary", $"127.0.0.1:{port}", "--arbiter", folder.Locks());
        backup.AwaitError("waiting");
        using var primary = ShadowVmProcess.Start(
            folder, "primary", "hello", "--listen", $"127.0.0.1:{port}", "--arbiter", folder.Locks());
        Assert.Equal(0, primary.WaitForExit());
        Assert.Equal(0, backup.WaitForExit());

        var (exitCode, output, _) = ShadowVmProcess.Run(folder, "primary", "hello", "--solo", "--arbiter", folder.Locks());
        Assert.Equal(0, exitCode);
        Assert.Equal("hello from the guest\n", output);
    }
}
