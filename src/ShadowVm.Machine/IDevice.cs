namespace ShadowVm.Machine;

/// <summary>
/// A device's model: the deterministic half, a function of the guest's accesses and the delivered inputs. It never
/// touches the host; its backend stands outside, above replication.
/// </summary>
public interface IDevice
{
    /// <summary>Name on the bus, unique within the machine.</summary>
    string Name { get; }

    /// <summary>Size of the register window in bytes.</summary>
    ulong Size { get; }

    /// <summary>Interrupt lines held up now, a bit each, already at their wired positions.</summary>
    ulong Lines { get; }

    /// <summary>Guest time in nanoseconds at which the device wants a boundary, or null.</summary>
    ulong? Deadline { get; }

    /// <summary>Reads 1, 2, 4 or 8 bytes at an offset inside the window; false where it doesn't answer.</summary>
    bool TryRead(ulong offset, int bytes, out ulong value);

    /// <summary>Writes 1, 2, 4 or 8 bytes at an offset inside the window; false where it doesn't answer.</summary>
    bool TryWrite(ulong offset, int bytes, ulong value);

    /// <summary>Takes an input at an epoch boundary. Input that makes no sense is dropped: it never throws.</summary>
    void Deliver(in DeviceInput input);

    /// <summary>
    /// The end of the epoch's instructions, before its digest: output that was gathered meanwhile leaves through
    /// <see cref="IDeviceHost.Emit"/>. Called only after an epoch in which some device was accessed.
    /// </summary>
    void EndEpoch()
    {
    }

    /// <summary>
    /// The boundary itself, after the batch was delivered: what depends on guest time becomes pending here. Called at
    /// the boundaries at or after <see cref="Deadline"/>; at others nothing can have become due.
    /// </summary>
    /// <param name="time">Guest time in nanoseconds at the start of the new epoch; it never goes back.</param>
    void AtBoundary(ulong time);

    /// <summary>
    /// Adds a "disconnected" for each connection that is open or being opened (patent fig. 7, step 314).
    /// </summary>
    void AddDisconnects(ICollection<DeviceInput> batch);

    /// <summary>Writes the whole state, named and in a fixed order, for digests and snapshots.</summary>
    void Save(StateWriter writer);
}
