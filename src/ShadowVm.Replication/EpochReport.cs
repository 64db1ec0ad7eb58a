namespace ShadowVm.Replication;

/// <summary>
/// What the executor says when it stands at the end of an epoch. On a replica that acts as primary the batch is
/// closed already and the guest may have gone on; on a backup it stands undelivered.
/// </summary>
public sealed record EpochReport
{
    /// <summary>The epoch that ended; the first one is 1.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>Guest instructions retired since the start of the guest.</summary>
    public required ulong Instructions { get; init; }

    /// <summary>Digest of the state at the boundary, before delivery.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Outputs that the epoch issued, in order of number.</summary>
    public Output[] Outputs { get; init; } = [];

    /// <summary>Primary only: the interrupts that are delivered at this boundary, in this order.</summary>
    public Interrupt[] Batch { get; init; } = [];

    /// <summary>Primary only: guest time of the next epoch.</summary>
    public ClockPair NextClock { get; init; }

    /// <summary>True where the guest now waits for the outside, so that frames should leave at once.</summary>
    public bool Idle { get; init; }

    /// <summary>The guest's exit code where it ended in this epoch; no epoch follows.</summary>
    public int? ExitCode { get; init; }
}
