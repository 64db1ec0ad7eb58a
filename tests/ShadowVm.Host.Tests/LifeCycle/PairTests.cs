using System.Net;
using System.Text;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Channel;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Host.Replica;
using ShadowVm.Host.Tests.Replica;
using ShadowVm.Machine.Console;
using ShadowVm.Replication;

namespace ShadowVm.Host.Tests.LifeCycle;

/// <summary>Two replicas in one process, over real sockets, with a relay, a disk and an arbiter's folder.</summary>
public sealed class PairTests : IDisposable
{
    private const int Epochs = 200;

    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _text = new();
    private readonly List<string> _reports = [];
    private readonly ConsoleRelay _relay;
    private readonly Observer _primary = new();
    private readonly Observer _backup = new();
    private readonly CancellationTokenSource _stop = new();

    public PairTests() => _relay = new ConsoleRelay(
        new IPEndPoint(IPAddress.Loopback, 0),
        bytes => _text.Append(Encoding.UTF8.GetString(bytes.Span)),
        _reports.Add);

    private static string WholeText => string.Concat(Enumerable.Range(1, Epochs).Select(i => $"{i} "));

    public void Dispose()
    {
        _relay.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_guests_end_ends_both_with_its_code()
    {
        var (primary, backup) = Run(Talker(), Talker());
        Assert.Equal((RoleEnd.GuestExit, 7), (primary!.Reason, primary.ExitCode));
        Assert.Equal((RoleEnd.GuestExit, 7), (backup!.Reason, backup.ExitCode));
        Assert.Equal(WholeText, _text.ToString());
        Assert.Equal(0, _relay.Repeats);
        Assert.False(_backup.Has(ReplicaState.TookOver));
    }

    [Fact]
    public void A_primary_that_breaks_is_survived_and_each_line_stands_once()
    {
        var (primary, backup) = Run(Talker(breaksIn: 100), Talker());
        Assert.Null(primary);
        Assert.Equal((RoleEnd.GuestExit, 7), (backup!.Reason, backup.ExitCode));
        Assert.Equal(WholeText, _text.ToString());
        Assert.Equal(0, _relay.Differing);
        var (_, failed, _) = _backup.States.Single(s => s.State == ReplicaState.TookOver);
        Assert.Equal(failed + 1, _backup.GoneOn.Epoch);
        Assert.InRange(failed, 0UL, 99UL);
        Assert.Empty(_reports);
    }

    [Fact]
    public void A_backup_that_breaks_leaves_the_primary_alone()
    {
        var (primary, backup) = Run(Talker(), Talker(breaksIn: 50));
        Assert.Null(backup);
        Assert.Equal(7, primary!.ExitCode);
        Assert.True(_primary.Has(ReplicaState.Solo));
        Assert.Equal(WholeText, _text.ToString());
    }

    [Fact]
    public void A_stop_ends_the_pair_with_130()
    {
        _stop.CancelAfter(300);
        var (primary, backup) = Run(Silent(), Silent());
        Assert.Equal((130, 130), (primary!.ExitCode, backup!.ExitCode));
    }

    [Fact]
    public void A_guest_that_the_backup_cannot_build_is_refused_with_the_reason()
    {
        var (primary, backup) = Run(Talker(), null);
        Assert.Equal((RoleEnd.Refused, "The image is not to my taste."), (backup!.Reason, backup.Detail));
        Assert.Equal(RoleEnd.Stopped, primary!.Reason);
        Assert.Empty(_text.ToString());
    }

    [Fact]
    public void A_backup_with_another_disk_is_refused()
    {
        var (_, backup) = Run(Talker(), Talker(), backupDisk: "other.img");
        Assert.Equal(RoleEnd.Refused, backup!.Reason);
        Assert.Contains("other.img", backup.Detail);
    }

    [Fact]
    public void A_backup_of_another_build_is_refused_and_the_next_one_taken()
    {
        RoleOutcome? primary = null;
        var first = new Thread(() => primary = Quietly(() => RunPrimary(Primary(Talker()))));
        first.Start();
        Eventually.True(() => _primary.Endpoint is not null, "the primary listens");
        var strange = Host.LifeCycle.Backup.Run(Backup(Talker(), "disk.img") with { Build = "other" }, default);
        Assert.Equal((RoleEnd.Refused, 2), (strange.Reason, strange.ExitCode));
        Assert.Contains("other", strange.Detail);
        Eventually.True(() => _primary.Count(ReplicaState.Waiting) == 2, "the primary waits again");
        Assert.Equal(7, RunBackup(Talker(), "disk.img").ExitCode);
        Assert.True(first.Join(30_000), "the primary ends");
        Assert.Equal(7, primary!.ExitCode);
        Assert.Equal(WholeText, _text.ToString());
    }

    [Fact]
    public void Something_that_is_no_backup_leaves_the_primary_waiting()
    {
        RoleOutcome? primary = null;
        var first = new Thread(() => primary = Quietly(() => RunPrimary(Primary(Talker()))));
        first.Start();
        Eventually.True(() => _primary.Endpoint is not null, "the primary listens");
        using (var stranger = TcpConnectingEnd.Connect(_primary.Endpoint!, 10, default)!)
        {
            stranger.Send("GET / HTTP/1.1\r\n\r\n"u8);
            Eventually.True(() => _primary.Count(ReplicaState.Waiting) == 2, "the primary waits again");
        }

        Assert.Equal(7, RunBackup(Talker(), "disk.img").ExitCode);
        Assert.True(first.Join(30_000), "the primary ends");
        Assert.Equal(7, primary!.ExitCode);
    }

    [Fact]
    public void A_second_backup_is_turned_away_and_the_pair_goes_on()
    {
        RoleOutcome? second = null;
        var late = new Thread(() =>
        {
            Eventually.True(() => _primary.Has(ReplicaState.Protected), "the pair stands");
            second = RunBackup(Talker(), "disk.img");
        });
        late.Start();
        var (primary, backup) = Run(Talker(), Talker());
        late.Join();
        Assert.Equal((7, 7), (primary!.ExitCode, backup!.ExitCode));
        Assert.Equal(RoleEnd.Failed, second!.Reason);
    }

    [Fact]
    public void Without_an_arbiter_the_survivor_ends_rather_than_emit()
    {
        var (primary, backup) = Run(Talker(breaksIn: 50), Talker(), arbiter: false);
        Assert.Null(primary);
        Assert.Equal(RoleEnd.LostArbitration, backup!.Reason);
        Assert.Contains("No arbiter", _backup.Troubles.Single());
        Assert.StartsWith(_text.ToString(), WholeText);
    }

    [Fact]
    public void A_survivor_that_cannot_fence_the_old_primary_ends()
    {
        var (_, backup) = Run(Talker(breaksIn: 50), Talker(), fenced: false);
        Assert.Equal((RoleEnd.Failed, 5), (backup!.Reason, backup.ExitCode));
        Assert.Contains("can't be shut out", backup.Detail);
        Assert.Equal(default, _backup.GoneOn);
    }

    [Fact]
    public void A_primary_whose_port_is_taken_says_so()
    {
        var options = Primary(Talker()) with { Listen = _relay.Endpoint };
        Assert.Contains("is in use", Assert.Throws<HostException>(() => RunPrimary(options)).Message);
    }

    [Fact]
    public void A_stop_before_any_backup_came_ends_the_primary()
    {
        _stop.CancelAfter(50);
        Assert.Equal(130, RunPrimary(Primary(Talker())).ExitCode);
    }

    private static GuestDevice[] Devices =>
        [new(0, "console", BackendKind.Console), new(1, "disk", BackendKind.Disk)];

    private static FakeGuest Silent() => new() { Devices = Devices, Script = _ => Thread.Sleep(1) };

    private static FakeGuest Talker(ulong breaksIn = 0) => new()
    {
        Devices = Devices,
        Script = g =>
        {
            if (g.Epoch == breaksIn) throw new InvalidOperationException("broken on purpose");
            Thread.Sleep(1);
            g.Emit(0, ConsoleMessages.Bytes, false, Encoding.UTF8.GetBytes($"{g.Epoch} "));
            if (g.Epoch == Epochs) g.ExitCode = 7;
        },
    };

    private (RoleOutcome? Primary, RoleOutcome? Backup) Run(
        FakeGuest primaryGuest,
        FakeGuest? backupGuest,
        string backupDisk = "disk.img",
        bool arbiter = true,
        bool fenced = true)
    {
        RoleOutcome? primary = null;
        RoleOutcome? backup = null;
        var first = new Thread(() => primary = Quietly(() => RunPrimary(Primary(primaryGuest))));
        first.Start();
        Eventually.True(() => _primary.Endpoint is not null, "the primary listens");
        var second = new Thread(() => backup = Quietly(() => Host.LifeCycle.Backup.Run(
            Backup(backupGuest, backupDisk) with
            {
                ArbiterFolder = arbiter ? _folder.Path : null,
                Fencing = (_, _) => (fenced, "so the test says"),
            },
            CancellationToken.None)));
        second.Start();
        Assert.True(second.Join(30_000), "the backup ends");
        if (backup?.Reason == RoleEnd.Refused)
        {
            // Another backup may come: the primary waits for it until it is told otherwise.
            Eventually.True(() => _primary.Count(ReplicaState.Waiting) == 2, "the primary waits again");
            _stop.Cancel();
        }

        Assert.True(first.Join(30_000), $"the primary ends: {_primary}; backup: {_backup}, {backup}");
        return (primary, backup);
    }

    private RoleOutcome RunBackup(FakeGuest? guest, string disk) =>
        Host.LifeCycle.Backup.Run(Backup(guest, disk), CancellationToken.None);

    private BackupOptions Backup(FakeGuest? guest, string disk) => new()
    {
        Guests = guest is null ? new Picky() : new Factory(guest),
        Console = new ConsoleOptions { Relay = _relay.Endpoint },
        Disks = [new DiskOptions { Path = _folder.File(disk) }],
        ArbiterFolder = _folder.Path,
        Observer = _backup,
        Primary = _primary.Endpoint!,
        Fencing = (_, _) => (true, "it shares this process and its channel is gone"),
    };

    private RoleOutcome RunPrimary(PrimaryOptions options) => Host.LifeCycle.Primary.Run(options, _stop.Token);

    private PrimaryOptions Primary(FakeGuest guest) => new()
    {
        Guests = new Factory(guest),
        Configuration = Observer.AnyConfiguration,
        Console = new ConsoleOptions { Relay = _relay.Endpoint },
        Disks = [new DiskOptions { Path = _folder.File("disk.img"), Size = 4096 }],
        ArbiterFolder = _folder.Path,
        Observer = _primary,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
    };

    private static RoleOutcome? Quietly(Func<RoleOutcome> run)
    {
        try
        {
            return run();
        }
        catch (InvalidOperationException e) when (e.Message.Contains("broken on purpose"))
        {
            return null;
        }
        catch (HostException)
        {
            return null; // a test that failed has taken its relay along
        }
    }

    private sealed class Picky : IGuestFactory
    {
        public IGuest Build(PairConfiguration configuration, Action<string> onTrouble) =>
            throw new HostException("The image is not to my taste.");
    }
}
