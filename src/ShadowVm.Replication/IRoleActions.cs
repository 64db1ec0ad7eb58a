using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication;

/// <summary>
/// What a role tells its surroundings to do. A role is a pure state machine: it knows no socket, file, thread or
/// clock, only events that come in (<see cref="IRole"/>) and these actions that go out, called while an event is
/// being handled. Production and simulator drive the same code.
/// </summary>
public interface IRoleActions
{
    /// <summary>
    /// Queues a frame for the peer. Frames leave in order; <paramref name="flush"/> asks not to batch.
    /// </summary>
    void Send(Frame frame, bool flush);

    /// <summary>Backup: build the guest from what the primary sent. Answer: <see cref="IRole.OnConfigured"/> or
    /// <see cref="IRole.OnConfigurationRefused"/>.</summary>
    void Configure(byte[] configuration);

    /// <summary>Primary: the guest may run through this epoch without asking; never goes down.</summary>
    void PermitThrough(ulong epoch);

    /// <summary>
    /// Backup: deliver this batch at the boundary before <paramref name="epoch"/>, set its clock and run it. Calls
    /// come in order and may be queued. Answer: <see cref="IRole.OnEpochEnded"/>.
    /// </summary>
    void Execute(ulong epoch, ClockPair clock, Interrupt[] batch);

    /// <summary>Backup: it is primary now. The executor goes on as one, first with the epoch after X.</summary>
    void TakeOver(TakeOverOrder order);

    /// <summary>Let an output out. Answer: <see cref="IRole.OnReleased"/> once the backend has it for good.</summary>
    void Release(Output output);

    /// <summary>
    /// Ask the arbiter for this generation: a test-and-set on (pair, generation). Answer:
    /// <see cref="IRole.OnArbiter"/>; while there is none the surroundings keep asking.
    /// </summary>
    void AskArbiter(ulong generation);

    /// <summary>
    /// See to it that nothing of the old primary can land any more. Answer: <see cref="IRole.OnFenced"/>.
    /// </summary>
    void Fence();

    /// <summary>Tell the operator.</summary>
    void Announce(ReplicaState state, ulong epoch, string detail);

    /// <summary>This replica is finished: close the channel after what is queued has left, and end.</summary>
    void End(RoleEnd reason, int exitCode, string detail);
}

/// <summary>States of a replica that an operator is told of.</summary>
public enum ReplicaState
{
    /// <summary>Primary: no backup yet; backup: no primary yet.</summary>
    Waiting,

    /// <summary>Both sides run.</summary>
    Protected,

    /// <summary>Primary: the backup is gone; outputs are held until the arbiter has spoken.</summary>
    BackupLost,

    /// <summary>Backup: the primary is gone; the arbiter is being asked.</summary>
    PrimaryLost,

    /// <summary>The backup became primary.</summary>
    TookOver,

    /// <summary>A primary goes on without a backup.</summary>
    Solo,

    /// <summary>The end of the guest, or of this replica.</summary>
    Ended,
}

/// <summary>Why a replica ended.</summary>
public enum RoleEnd
{
    /// <summary>The guest ended; the exit code is the guest's.</summary>
    GuestExit,

    /// <summary>The other side holds the next generation.</summary>
    LostArbitration,

    /// <summary>Primary and backup differed at a boundary.</summary>
    Diverged,

    /// <summary>
    /// The peer or the configuration doesn't fit: another version, other definitions, a corrupt frame.
    /// </summary>
    Refused,

    /// <summary>An operator stopped the pair.</summary>
    Stopped,

    /// <summary>The peer is gone before the guest's first instruction, or the old primary can't be fenced.</summary>
    Failed,
}
