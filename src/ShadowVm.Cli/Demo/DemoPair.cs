using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using ShadowVm.Host.Backends;

namespace ShadowVm.Cli.Demo;

/// <summary>
/// A primary and a backup as two processes, and around them what outlives both: the console's relay, the disk file and
/// the arbiter's folder, all in a temporary folder of their own.
/// </summary>
internal sealed class DemoPair : IDisposable
{
    private const int PollMilliseconds = 1;

    private readonly StringBuilder _console = new();
    private readonly DemoSettings _settings;
    private readonly ConsoleRelay _relay;
    private readonly CancellationToken _stop;
    private readonly long _started = Stopwatch.GetTimestamp();
    private ReplicaProcess? _primary;
    private ReplicaProcess? _backup;
    private bool _protected;
    private bool _news;
    private int _outstanding;
    private long _killedAt;

    public DemoPair(DemoSettings settings, CancellationToken stop)
    {
        (_settings, _stop) = (settings, stop);
        Folder = Directory.CreateTempSubdirectory("shadowvm-demo-").FullName;
        Directory.CreateDirectory(LockFolder);
        _relay = new ConsoleRelay(new IPEndPoint(IPAddress.Loopback, 0), Take, report: static _ => { });
    }

    public string Folder { get; }

    private ReplicaProcess Primary => _primary ?? throw new InvalidOperationException("the pair was not started");

    private ReplicaProcess Backup => _backup ?? throw new InvalidOperationException("the pair was not started");

    private string LockFolder => Path.Combine(Folder, "locks");

    public string DiskPath => Path.Combine(Folder, "disk.img");

    public string Console
    {
        get
        {
            lock (_console) return _console.ToString();
        }
    }

    public long RepeatsDropped => _relay.Repeats;

    public long RepeatsDiffering => _relay.Differing;

    public int OutstandingAtKill { get; private set; }

    public bool Killed => _killedAt != 0;

    /// <summary>The last epoch of the primary that the backup knows to have ended, where it took over.</summary>
    public ulong? LastEpochOfPrimary { get; private set; }

    public double? MillisecondsToGoOn { get; private set; }

    public ulong Epochs { get; private set; }

    public ulong Instructions { get; private set; }

    public int ExitCode { get; private set; }

    /// <summary>The commands that do the same by hand in two terminals.</summary>
    public static IEnumerable<string> ByHand() =>
    [
        "mkdir -p locks",
        "./shadowvm primary journal --set 0=20000 --set 3=500 --disk path=disk.img,size=16M,latency=5ms --arbiter locks",
        "./shadowvm backup --primary 127.0.0.1:7400 --disk path=disk.img,latency=5ms --arbiter locks",
    ];

    /// <summary>Starts both sides and waits until both run. What was started is ended by <see cref="Dispose"/>.</summary>
    public void Start()
    {
        _primary = new ReplicaProcess("primary", Path.Combine(Folder, "primary.events"), PrimaryArguments("127.0.0.1:0"));
        var endpoint = AwaitListening();
        _backup = new ReplicaProcess("backup", Path.Combine(Folder, "backup.events"), BackupArguments(endpoint));
        Await(() => _protected, "the pair to be protected");
    }

    /// <summary>
    /// Waits for news that so many writes are outstanding, with a part of the work done. Old news won't do: within a
    /// disk latency all of them may have completed.
    /// </summary>
    public void AwaitOutstanding(int operations, int lines) =>
        Await(() => _news && _outstanding >= operations && LinesSoFar() >= lines, $"{operations} outstanding writes");

    /// <summary>Lets some time pass, or less if the pair ends.</summary>
    public void Let(int milliseconds)
    {
        var until = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);
        while (Stopwatch.GetTimestamp() < until && !Primary.HasExited) Poll();
    }

    /// <summary>SIGKILL to the primary; false where it had ended by itself.</summary>
    public bool KillPrimary()
    {
        if (Primary.HasExited) return false;
        OutstandingAtKill = _outstanding;
        _killedAt = Stopwatch.GetTimestamp();
        Primary.Kill();
        return true;
    }

    /// <summary>Waits for the end of the guest on whichever replica it lives.</summary>
    public void AwaitEnd()
    {
        Await(() => Backup.HasExited && Primary.HasExited, "the guest's end", endsAreFine: true);
        Follow();
        ExitCode = Backup.ExitCode;
    }

    public string LastWords => $"primary: {_primary?.LastWords}; backup: {_backup?.LastWords}";

    public void Dispose()
    {
        _primary?.Dispose();
        _backup?.Dispose();
        _relay.Dispose();
        if (!_settings.Keep) Directory.Delete(Folder, recursive: true);
    }

    private string AwaitListening()
    {
        var endpoint = "";
        Await(
            () =>
            {
                foreach (var item in Primary.NewEvents())
                {
                    if (item.Name == "listening") endpoint = item.Endpoint;
                }

                return endpoint.Length != 0;
            },
            "the primary to listen",
            follow: false);
        return endpoint;
    }

    private void Await(Func<bool> condition, string what, bool endsAreFine = false, bool follow = true)
    {
        while (true)
        {
            _stop.ThrowIfCancellationRequested();
            if (follow) Follow();
            if (condition()) return;
            if (!endsAreFine && Primary.HasExited)
            {
                throw new DemoException($"the primary ended with {Primary.ExitCode} while waiting for {what}: {Primary.LastWords}");
            }

            if (Stopwatch.GetElapsedTime(_started).TotalMilliseconds > DemoSettings.PairMillisecondsMax)
            {
                throw new DemoException($"waited {DemoSettings.PairMillisecondsMax / 1000} s for {what}; {LastWords}");
            }

            Thread.Sleep(PollMilliseconds);
        }
    }

    private void Poll()
    {
        _stop.ThrowIfCancellationRequested();
        Follow();
        Thread.Sleep(PollMilliseconds);
    }

    private void Follow()
    {
        _news = false;
        foreach (var item in Primary.NewEvents())
        {
            Count(item);
            _news = true;
            if (item.Name == "state" && item.State == "protected") _protected = true;
            if (item.Name == "progress") _outstanding = item.Outstanding;
        }

        if (_backup is null) return;
        foreach (var item in _backup.NewEvents())
        {
            Count(item);
            if (item.Name == "state" && item.State == "took over") LastEpochOfPrimary = item.Epoch;
            if (item.Name == "going-on" && Killed)
            {
                var killed = _killedAt * (1_000_000_000 / Stopwatch.Frequency);
                MillisecondsToGoOn = (item.At - killed) / 1e6;
            }
        }
    }

    private void Count(ReplicaEvent item)
    {
        Epochs = Math.Max(Epochs, item.Epoch);
        Instructions = Math.Max(Instructions, item.Instructions);
    }

    private int LinesSoFar()
    {
        lock (_console) return _console.ToString().Count(c => c == '\n');
    }

    private void Take(ReadOnlyMemory<byte> bytes)
    {
        lock (_console) _console.Append(Encoding.UTF8.GetString(bytes.Span));
    }

    private string[] PrimaryArguments(string listen) =>
    [
        "primary", "journal", "--listen", listen, "--commit", _settings.Commit, "--epoch-length", _settings.EpochLength,
        "--set", $"0={DemoSettings.Records}", "--set", $"1={DemoSettings.Window}", "--set", $"3={DemoSettings.LineEvery}",
        "--disk", Disk(size: true), "--arbiter", LockFolder, "--console", $"relay:{_relay.Endpoint}",
    ];

    private string[] BackupArguments(string primary) =>
    [
        "backup", "--primary", primary, "--disk", Disk(size: false), "--arbiter", LockFolder,
        "--console", $"relay:{_relay.Endpoint}",
    ];

    private string Disk(bool size) => string.Create(
        CultureInfo.InvariantCulture,
        $"path={DiskPath}{(size ? ",size=1M" : "")},latency={DemoSettings.DiskLatencyMilliseconds}ms");
}
