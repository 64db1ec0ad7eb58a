using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication;

/// <summary>
/// A replica's role as a state machine; all events come from one thread (or the simulator), one at a time.
/// </summary>
public interface IRole
{
    /// <summary>The channel to the peer stands.</summary>
    void OnConnected();

    /// <summary>A frame came from the peer, in order.</summary>
    void OnFrame(Frame frame);

    /// <summary>
    /// The channel ended, or what came over it was corrupt. All frames before it were handed in first.
    /// </summary>
    void OnPeerLost(string reason);

    /// <summary>Backup: the guest is built.</summary>
    /// <param name="initial">Digest of its state before the first instruction.</param>
    void OnConfigured(Digest initial);

    /// <summary>Backup: the guest can't be built from what the primary sent.</summary>
    void OnConfigurationRefused(string sentence);

    /// <summary>The executor stands at the end of an epoch.</summary>
    void OnEpochEnded(EpochReport report);

    /// <summary>A backend has this output for good.</summary>
    void OnReleased(ulong number);

    /// <summary>The arbiter's word on a generation.</summary>
    void OnArbiter(ulong generation, bool won);

    /// <summary>Whether the old primary is out for good.</summary>
    void OnFenced(bool done, string detail);

    /// <summary>Time goes on. Called every few milliseconds; monotonic.</summary>
    void OnTick(long milliseconds);

    /// <summary>The operator wants the pair to end at a boundary.</summary>
    void OnStop();
}
