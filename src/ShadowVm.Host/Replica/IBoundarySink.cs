namespace ShadowVm.Host.Replica;

/// <summary>Where the guest's thread leaves its boundaries.</summary>
internal interface IBoundarySink
{
    /// <summary>Whether the state's digest is wanted.</summary>
    bool WantsDigest { get; }

    /// <summary>Takes a record; waits where there is no room.</summary>
    /// <param name="record">The boundary.</param>
    /// <param name="urgent">True where somebody waits for it.</param>
    void Write(in BoundaryRecord record, bool urgent);

    /// <summary>The guest's thread is about to sleep: what it wrote is wanted now.</summary>
    void Hurry();
}

/// <summary>
/// Protected: into the ring. The role thread looks there every few milliseconds by itself; it is woken only for what somebody
/// waits for and for a ring half full, so that an empty epoch costs no system call.
/// </summary>
internal sealed class RingSink(BoundaryRing ring, Wakeup role, Wakeup guest, CancellationToken stop) : IBoundarySink
{
    private readonly ulong _half = (ulong)Math.Max(1, ring.Capacity / 2);

    public bool WantsDigest => true;

    public void Write(in BoundaryRecord record, bool urgent)
    {
        while (!ring.TryWrite(record))
        {
            guest.Announce();
            if (ring.Count < ring.Capacity || stop.IsCancellationRequested)
            {
                guest.Withdraw();
                if (stop.IsCancellationRequested) return;
                continue;
            }

            role.Signal();
            guest.Sleep(-1);
        }

        if (urgent || record.Epoch % _half == 0) role.Signal();
    }

    public void Hurry() => role.Signal();
}
