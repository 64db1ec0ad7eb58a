namespace ShadowVm.Replication;

/// <summary>What an operator sets for a pair; part of the configuration that the primary sends.</summary>
public sealed record RoleSettings
{
    /// <summary>When outputs leave.</summary>
    public CommitPolicy Commit { get; init; } = CommitPolicy.Output;

    /// <summary>Milliseconds between heartbeats.</summary>
    public int HeartbeatMilliseconds { get; init; } = 50;

    /// <summary>Milliseconds without any frame after which the peer counts as lost.</summary>
    public int TimeoutMilliseconds { get; init; } = 500;

    /// <summary>Milliseconds of backup execution that the primary may be ahead.</summary>
    public int LagMilliseconds { get; init; } = 50;

    /// <summary>Bytes of frames that the primary may be ahead of the backup's execution.</summary>
    public long LagBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of held outputs at which the guest waits.</summary>
    public long HeldOutputBytes { get; init; } = 64L << 20;

    /// <summary>Run without a backup from the start.</summary>
    public bool Solo { get; init; }
}
