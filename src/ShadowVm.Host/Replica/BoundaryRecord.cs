using ShadowVm.Replication;

namespace ShadowVm.Host.Replica;

/// <summary>
/// What the guest's thread says of a boundary. A struct in a preallocated ring: a boundary without input or output
/// allocates nothing.
/// </summary>
internal struct BoundaryRecord
{
    /// <summary>The epoch that ended.</summary>
    public ulong Epoch;

    /// <summary>Instructions retired since the start.</summary>
    public ulong Instructions;

    /// <summary>State before delivery.</summary>
    public Digest Digest;

    /// <summary>Primary: the next epoch's guest time.</summary>
    public ClockPair NextClock;

    /// <summary>What the epoch issued.</summary>
    public Output[] Outputs;

    /// <summary>Primary: what is delivered at this boundary.</summary>
    public Interrupt[] Batch;

    /// <summary>The guest waits.</summary>
    public bool Idle;

    /// <summary>The guest has ended.</summary>
    public bool Exited;

    /// <summary>With which code.</summary>
    public int ExitCode;

    /// <summary>As the roles want it; called on the role thread.</summary>
    public readonly EpochReport ToReport() => new()
    {
        Epoch = Epoch,
        Instructions = Instructions,
        Digest = Digest,
        NextClock = NextClock,
        Outputs = Outputs,
        Batch = Batch,
        Idle = Idle,
        ExitCode = Exited ? ExitCode : null,
    };
}
