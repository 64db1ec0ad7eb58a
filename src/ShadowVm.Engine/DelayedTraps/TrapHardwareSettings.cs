namespace ShadowVm.Engine.DelayedTraps;

/// <summary>
/// How the simulated processor delays traps. Replicas may differ in all of it, and should: what a monitor under
/// protection shows its guest doesn't depend on it.
/// </summary>
public sealed record TrapHardwareSettings
{
    /// <summary>Most instructions that a setting may have a trap held.</summary>
    public const int HoldLimit = 4096;

    /// <summary>What tells one processor from another.</summary>
    public ulong Seed { get; init; }

    /// <summary>Most instructions between a trap and its delivery to the monitor; 0 delivers at once.</summary>
    public int HoldAtMost { get; init; } = 40;

    /// <summary>Instructions to a context switch for a hardware interrupt of others, on average.</summary>
    public long SwitchEvery { get; init; } = 1000;
}
