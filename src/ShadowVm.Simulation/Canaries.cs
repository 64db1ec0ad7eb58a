using ShadowVm.Replication;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Simulation;

/// <summary>Each canary, and within how many seeds the checkers must have caught it.</summary>
public static class Canaries
{
    /// <summary>Seeds within which each must be caught.</summary>
    public const int SeedsMax = 400;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Canary> All { get; } = [.. Enum.GetValues<Canary>().Where(canary => canary != Canary.None)];

    /// <summary>Tries seeds until the canary is caught; null where it was not.</summary>
    /// <param name="canary">The broken rule.</param>
    /// <returns>The run that caught it.</returns>
    public static (ulong Seed, SimulationResult Result)? Catch(Canary canary)
    {
        for (var seed = 1UL; seed <= SeedsMax; seed++)
        {
            var result = Simulator.Run(new SimulationSettings
            {
                Seed = seed,
                Canary = canary,
                Commit = canary == Canary.TailCut ? CommitPolicy.Patent : CommitPolicy.Output,
            });
            if (result.Violations.Count != 0) return (seed, result);
        }

        return null;
    }

    internal static RoleFaults FaultsOf(Canary canary) => canary switch
    {
        Canary.OutputAtEndOfPrevious => RoleFaults.ReleaseAtEndOfPrevious,
        Canary.CompletionsKept => RoleFaults.KeepCompletionsOfFailedEpoch,
        Canary.DisconnectsLeftOut => RoleFaults.DisconnectsLeftOut,
        Canary.DisconnectsFirst => RoleFaults.DisconnectsFirst,
        Canary.DisconnectsBeforeFinish => RoleFaults.DisconnectsBeforeFinish,
        Canary.BackupRunsOn => RoleFaults.BackupRunsOn,
        Canary.SuppressionEndsWithRole => RoleFaults.SuppressionEndsWithRole,
        Canary.NoArbiter => RoleFaults.EmitWithoutArbiter,
        Canary.NoFence => RoleFaults.NoFence,
        _ => RoleFaults.None,
    };
}
