using System.Diagnostics;
using System.Net;
using System.Text.Json;
using ShadowVm.Replication;

namespace ShadowVm.Host.LifeCycle;

/// <summary>
/// The same for programs: one JSON object a line, each with <c>event</c> and <c>at</c> (nanoseconds of the host's
/// monotonic clock, comparable between processes of one host):
/// <code>
/// {"event":"listening","at":1,"endpoint":"127.0.0.1:7400"}
/// {"event":"state","at":1,"state":"took over","epoch":12,"detail":"..."}
/// {"event":"going-on","at":1,"epoch":13,"instructions":2400000}
/// {"event":"progress","at":1,"epoch":12,"instructions":2400000,"outstanding":3,"output":17}
/// {"event":"trouble","at":1,"detail":"..."}
/// </code>
/// A progress line is left out where nothing in it changed.
/// </summary>
public sealed class EventObserver(TextWriter writer, IReplicaObserver? next = null) : IReplicaObserver
{
    private readonly Lock _lock = new();
    private ReplicaProgress _last;

    /// <inheritdoc/>
    public void Listening(IPEndPoint endpoint)
    {
        Write("listening", json => json.WriteString("endpoint", endpoint.ToString()));
        next?.Listening(endpoint);
    }

    /// <inheritdoc/>
    public void StateChanged(ReplicaState state, ulong epoch, string detail)
    {
        Write("state", json =>
        {
            json.WriteString("state", LineObserver.Words(state));
            json.WriteNumber("epoch", epoch);
            json.WriteString("detail", detail);
        });
        next?.StateChanged(state, epoch, detail);
    }

    /// <inheritdoc/>
    public void GoingOn(ulong epoch, ulong instructions)
    {
        Write("going-on", json =>
        {
            json.WriteNumber("epoch", epoch);
            json.WriteNumber("instructions", instructions);
        });
        next?.GoingOn(epoch, instructions);
    }

    /// <inheritdoc/>
    public void Progress(in ReplicaProgress progress)
    {
        next?.Progress(progress);
        if (progress == _last) return;
        _last = progress;
        var now = progress;
        Write("progress", json =>
        {
            json.WriteNumber("epoch", now.Epoch);
            json.WriteNumber("instructions", now.Instructions);
            json.WriteNumber("outstanding", now.OutstandingDiskOperations);
            json.WriteNumber("output", now.LastOutput);
        });
    }

    /// <inheritdoc/>
    public void Trouble(string sentence)
    {
        Write("trouble", json => json.WriteString("detail", sentence));
        next?.Trouble(sentence);
    }

    private void Write(string name, Action<Utf8JsonWriter> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            json.WriteNumber("at", Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency));
            fields(json);
            json.WriteEndObject();
        }

        var line = System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        lock (_lock)
        {
            try
            {
                writer.WriteLine(line);
                writer.Flush();
            }
            catch (IOException)
            {
                // Who followed is gone; the replica goes on.
            }
        }
    }
}
