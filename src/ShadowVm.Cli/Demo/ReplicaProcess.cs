using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace ShadowVm.Cli.Demo;

/// <summary>One replica as a process of its own, with what it says of itself.</summary>
internal sealed class ReplicaProcess : IDisposable
{
    private readonly Process _process;
    private readonly StreamReader _events;
    private readonly List<string> _errors = [];
    private string _partial = "";

    public ReplicaProcess(string name, string eventFile, IEnumerable<string> arguments)
    {
        Name = name;
        File.WriteAllText(eventFile, "");
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        // Started as `dotnet shadowvm.dll`, the children are as well.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--event-monitor");
        start.ArgumentList.Add(eventFile);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            lock (_errors) _errors.Add(line.Data);
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _events = new StreamReader(new FileStream(eventFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines that it wrote to stderr.</summary>
    public string LastWords
    {
        get
        {
            lock (_errors) return string.Join(" / ", _errors.TakeLast(3));
        }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void Kill() => _process.Kill();

    public bool WaitForExit(int milliseconds) => _process.WaitForExit(milliseconds);

    /// <summary>Events that came since the last call.</summary>
    public IEnumerable<ReplicaEvent> NewEvents()
    {
        var text = _partial + _events.ReadToEnd();
        var lines = text.Split('\n');
        _partial = lines[^1];
        foreach (var line in lines[..^1])
        {
            if (line.Length != 0) yield return ReplicaEvent.Parse(line);
        }
    }

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited) _process.Kill();
            _process.WaitForExit(2000);
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the kill.
        }

        _events.Dispose();
        _process.Dispose();
    }
}

/// <summary>A line of a replica's event file.</summary>
/// <param name="Name">What happened.</param>
/// <param name="At">Nanoseconds of the host's monotonic clock.</param>
/// <param name="State">The new state, for "state".</param>
/// <param name="Endpoint">Where it listens, for "listening".</param>
/// <param name="Epoch">The epoch that it speaks of.</param>
/// <param name="Instructions">Guest instructions by then.</param>
/// <param name="Outstanding">Disk operations that are not answered.</param>
internal sealed record ReplicaEvent(
    string Name, long At, string State, string Endpoint, ulong Epoch, ulong Instructions, int Outstanding)
{
    public static ReplicaEvent Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        return new ReplicaEvent(
            Text(root, "event"),
            root.GetProperty("at").GetInt64(),
            Text(root, "state"),
            Text(root, "endpoint"),
            Number(root, "epoch"),
            Number(root, "instructions"),
            (int)Number(root, "outstanding"));
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static ulong Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? value.GetUInt64() : 0;
}
