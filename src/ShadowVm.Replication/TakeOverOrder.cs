namespace ShadowVm.Replication;

/// <summary>
/// How the survivor's guest goes on (patent fig. 7, steps 312 to 318). The executor stands at the end of epoch
/// <see cref="AfterEpoch"/>. It delivers <see cref="Batch"/> and then, last, a "disconnected" for each connection that
/// is open or being opened at that moment; <see cref="Later"/> goes to the end of its next epoch.
/// </summary>
public sealed record TakeOverOrder
{
    /// <summary>X: the last epoch whose end the failed primary reported, 0 if none.</summary>
    public required ulong AfterEpoch { get; init; }

    /// <summary>Interrupts of epoch X in the order of the log.</summary>
    public required Interrupt[] Batch { get; init; }

    /// <summary>Interrupts already received for X+1 that are bound to no connection.</summary>
    public required Interrupt[] Later { get; init; }

    /// <summary>The logged guest time of X+1, from which the survivor's own clock goes on.</summary>
    public required ClockPair Clock { get; init; }

    /// <summary>Where the disconnects stand; anything but <see cref="DisconnectPlacement.Last"/> is a canary.</summary>
    public DisconnectPlacement Disconnects { get; init; } = DisconnectPlacement.Last;
}

/// <summary>Where the disconnects of a take-over stand in the batch.</summary>
public enum DisconnectPlacement
{
    /// <summary>After everything else, for the connections that stand at the end of X: right.</summary>
    Last,

    /// <summary>Canary: before the interrupts of X.</summary>
    First,

    /// <summary>Canary: not at all.</summary>
    None,

    /// <summary>Canary: for the connections that stood before X was executed.</summary>
    BeforeFinish,
}
