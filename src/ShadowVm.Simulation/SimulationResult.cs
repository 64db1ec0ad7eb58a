namespace ShadowVm.Simulation;

/// <summary>What a run came to.</summary>
/// <param name="Violations">Sentences, each ending with the command that repeats the run; empty where all rules held.</param>
/// <param name="TraceHash">Hash of everything that happened.</param>
/// <param name="Events">Events that happened.</param>
/// <param name="Microseconds">Simulated time.</param>
/// <param name="FailedOver">Whether the backup took over.</param>
/// <param name="Reissued">Operations that reached the disk's server more than once.</param>
public sealed record SimulationResult(
    IReadOnlyList<string> Violations, ulong TraceHash, long Events, long Microseconds, bool FailedOver, int Reissued);
