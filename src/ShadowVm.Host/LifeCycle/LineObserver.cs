using System.Globalization;
using System.Net;
using ShadowVm.Replication;

namespace ShadowVm.Host.LifeCycle;

/// <summary>Each change of state as one line, for people: <c>shadowvm: protected at epoch 1</c>.</summary>
public sealed class LineObserver(TextWriter writer, bool quiet = false) : IReplicaObserver
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Listening(IPEndPoint endpoint) => Write($"listening on {endpoint}");

    /// <inheritdoc/>
    public void StateChanged(ReplicaState state, ulong epoch, string detail)
    {
        var at = epoch == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" at epoch {epoch}");
        // How it ended is the outcome's sentence, which its caller says.
        if (state == ReplicaState.Ended) detail = "";
        Write(detail.Length == 0 ? $"{Words(state)}{at}" : $"{Words(state)}{at}: {detail}");
    }

    /// <inheritdoc/>
    public void GoingOn(ulong epoch, ulong instructions) =>
        Write($"the guest goes on with epoch {epoch} after {instructions} instructions");

    /// <inheritdoc/>
    public void Progress(in ReplicaProgress progress)
    {
    }

    /// <inheritdoc/>
    public void Trouble(string sentence) => Write(sentence);

    /// <summary>A state in words.</summary>
    public static string Words(ReplicaState state) => state switch
    {
        ReplicaState.Waiting => "waiting",
        ReplicaState.Protected => "protected",
        ReplicaState.BackupLost => "backup lost",
        ReplicaState.PrimaryLost => "primary lost",
        ReplicaState.TookOver => "took over",
        ReplicaState.Solo => "solo",
        ReplicaState.Ended => "ended",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };

    private void Write(string line)
    {
        if (quiet) return;
        try
        {
            lock (_lock) writer.WriteLine("shadowvm: " + line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A terminal that is gone or a full disk takes no lines; the guest must go on all the same.
        }
    }
}
