namespace ShadowVm.Replication.Roles;

/// <summary>
/// Rules broken on purpose. Only the simulator and the tests can set them: each must be caught, or the checkers are
/// worth nothing.
/// </summary>
[Flags]
internal enum RoleFaults
{
    None = 0,

    /// <summary>An output of epoch E leaves when the end of E-1 is acknowledged, as in the literature.</summary>
    ReleaseAtEndOfPrevious = 1,

    /// <summary>Interrupts of connections that were received for X+1 are kept at a take-over.</summary>
    KeepCompletionsOfFailedEpoch = 2,

    /// <summary>No disconnects at a take-over.</summary>
    DisconnectsLeftOut = 4,

    /// <summary>Disconnects in front of the interrupts of X.</summary>
    DisconnectsFirst = 8,

    /// <summary>Disconnects for the connections that stood before X was executed.</summary>
    DisconnectsBeforeFinish = 16,

    /// <summary>The backup runs on into X+1 before the end of X+1 has arrived.</summary>
    BackupRunsOn = 32,

    /// <summary>The change of role switches outputs on at once, in the rest of X.</summary>
    SuppressionEndsWithRole = 64,

    /// <summary>A primary that lost its backup goes on without asking the arbiter.</summary>
    EmitWithoutArbiter = 128,

    /// <summary>The survivor doesn't shut the old primary out.</summary>
    NoFence = 256,
}
