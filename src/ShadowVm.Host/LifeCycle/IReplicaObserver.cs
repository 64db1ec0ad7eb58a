using System.Net;
using ShadowVm.Replication;

namespace ShadowVm.Host.LifeCycle;

/// <summary>What an operator, or a program instead, can follow. Called from several threads; must not block.</summary>
public interface IReplicaObserver
{
    /// <summary>The primary listens here.</summary>
    void Listening(IPEndPoint endpoint);

    /// <summary>A replica changed its state.</summary>
    /// <param name="state">The new state.</param>
    /// <param name="epoch">The epoch it was in; at a take-over X, the last one of the failed primary.</param>
    /// <param name="detail">More, or empty.</param>
    void StateChanged(ReplicaState state, ulong epoch, string detail);

    /// <summary>The survivor's guest goes on.</summary>
    /// <param name="epoch">Its first epoch as primary.</param>
    /// <param name="instructions">Instructions retired before it.</param>
    void GoingOn(ulong epoch, ulong instructions);

    /// <summary>Where the replica stands; every few milliseconds.</summary>
    void Progress(in ReplicaProgress progress);

    /// <summary>One sentence about something that went wrong and is survived.</summary>
    void Trouble(string sentence);
}

/// <summary>Where a replica stands.</summary>
/// <param name="Epoch">The last epoch that ended here.</param>
/// <param name="Instructions">Instructions retired by then.</param>
/// <param name="OutstandingDiskOperations">Disk operations released and not answered; 0 on a backup.</param>
/// <param name="LastOutput">Number of the last output that this replica let out, 0 on a backup.</param>
public readonly record struct ReplicaProgress(
    ulong Epoch, ulong Instructions, int OutstandingDiskOperations, ulong LastOutput);
