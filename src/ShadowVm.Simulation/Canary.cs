namespace ShadowVm.Simulation;

/// <summary>Rules broken on purpose; the checkers must catch each.</summary>
public enum Canary
{
    /// <summary>None: all rules hold.</summary>
    None,

    /// <summary>An output leaves at the end of the epoch before its own.</summary>
    OutputAtEndOfPrevious,

    /// <summary>Completions received for the failed epoch are kept.</summary>
    CompletionsKept,

    /// <summary>No disconnects at a take-over.</summary>
    DisconnectsLeftOut,

    /// <summary>Disconnects before the interrupts of X.</summary>
    DisconnectsFirst,

    /// <summary>Disconnects computed before X is finished.</summary>
    DisconnectsBeforeFinish,

    /// <summary>The backup runs on into X+1.</summary>
    BackupRunsOn,

    /// <summary>Outputs are on as soon as the role changes.</summary>
    SuppressionEndsWithRole,

    /// <summary>A primary emits without the arbiter's word.</summary>
    NoArbiter,

    /// <summary>The old primary is not shut out.</summary>
    NoFence,

    /// <summary>The channel loses its tail when the primary dies, under policy patent.</summary>
    TailCut,
}
