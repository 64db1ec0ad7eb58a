using ShadowVm.Machine;

namespace ShadowVm.Host.Backends;

/// <summary>
/// The outer half of a device: it carries out outputs that the role released, and posts what comes back. It lives above
/// replication and only on the replica that emits (patent p. 17: the backup's I/O is suppressed).
/// </summary>
public interface IBackend : IDisposable
{
    /// <summary>
    /// Whether something may still come by itself: an operation is outstanding, or input is open. Read by the guest's
    /// thread before it sleeps; an input is posted before this turns false.
    /// </summary>
    bool MayRaise { get; }

    /// <summary>Bytes of outputs that were handed in and aren't out yet.</summary>
    long PendingBytes { get; }

    /// <summary>This replica emits from now on, under this generation. Called once, before the first output.</summary>
    void Open(ulong generation);

    /// <summary>Carries an output out, on the backend's own threads; never blocks.</summary>
    void Release(DeviceOutput output);

    /// <summary>Waits until what was handed in is out; false where it isn't in time.</summary>
    bool Drain(int milliseconds);
}

/// <summary>Where backends report to; any thread.</summary>
public interface IBackendHost
{
    /// <summary>Something for the guest, delivered at a boundary.</summary>
    void Post(DeviceInput input);

    /// <summary>This output is out for good.</summary>
    void Released(ulong number);

    /// <summary>One sentence for the operator.</summary>
    void Trouble(string sentence);

    /// <summary>This replica can't go on, for one sentence: its outputs could never get out.</summary>
    void Failed(string sentence);
}
