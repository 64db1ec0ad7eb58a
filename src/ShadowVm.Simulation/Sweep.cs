using ShadowVm.Replication;

namespace ShadowVm.Simulation;

/// <summary>What a sweep does.</summary>
public sealed record SweepSettings
{
    /// <summary>Worlds of chance, shared out over the policies.</summary>
    public int Seeds { get; init; } = 1000;

    /// <summary>First seed.</summary>
    public ulong FirstSeed { get; init; } = 1;

    /// <summary>Policies that are tried.</summary>
    public IReadOnlyList<CommitPolicy> Policies { get; init; } = Enum.GetValues<CommitPolicy>();

    /// <summary>Settings that all runs share: machine, canary, records.</summary>
    public SimulationSettings Base { get; init; } = new();

    /// <summary>Whether the crash at every event of a short run is swept as well.</summary>
    public bool EveryCrash { get; init; } = true;

    /// <summary>Told after each run: runs done, violations so far.</summary>
    public Action<SweepSummary>? Progress { get; init; }
}

/// <summary>What a sweep has come to so far.</summary>
/// <param name="Runs">Worlds run, each of them twice.</param>
/// <param name="Events">Events in them, the second runs left out.</param>
/// <param name="FailOvers">Worlds in which the backup took over.</param>
/// <param name="Violations">Sentences.</param>
public sealed record SweepSummary(long Runs, long Events, long FailOvers, IReadOnlyList<string> Violations);

/// <summary>
/// Crash points are swept, not sampled: the primary dies at the 1st, 2nd, ... Nth event of a short run for each policy;
/// then worlds of chance. Every world is run twice, and the traces must be the same.
/// </summary>
public sealed class Sweep(SweepSettings settings)
{
    private const int ViolationsMax = 20;
    private const int ShortRunRecords = 4;

    private readonly List<string> _violations = [];
    private long _runs;
    private long _events;
    private long _failOvers;

    /// <summary>Runs until all is done, a stop, or twenty violations.</summary>
    public SweepSummary Run(CancellationToken stop = default)
    {
        if (settings.EveryCrash)
        {
            foreach (var policy in settings.Policies) CrashEverywhere(policy, stop);
        }

        for (var i = 0; i < settings.Seeds && !Enough(stop); i++)
        {
            Try(settings.Base with
            {
                Seed = settings.FirstSeed + (ulong)i,
                Commit = settings.Policies[i % settings.Policies.Count],
            });
        }

        return Summary();
    }

    private void CrashEverywhere(CommitPolicy policy, CancellationToken stop)
    {
        var shortRun = settings.Base with
        {
            Seed = settings.FirstSeed,
            Commit = policy,
            Accidents = false,
            Records = ShortRunRecords,
        };
        var events = Try(shortRun).Events;
        for (var crash = 1L; crash <= events && !Enough(stop); crash++) Try(shortRun with { CrashAt = crash });
    }

    private SimulationResult Try(SimulationSettings world)
    {
        var result = Simulator.Run(world);
        if (Simulator.Run(world).TraceHash != result.TraceHash)
        {
            _violations.Add($"two runs of one seed differ; repeat with: {world.Command()}");
        }

        _violations.AddRange(result.Violations);
        _runs++;
        _events += result.Events;
        if (result.FailedOver) _failOvers++;
        settings.Progress?.Invoke(Summary());
        return result;
    }

    private bool Enough(CancellationToken stop) => stop.IsCancellationRequested || _violations.Count >= ViolationsMax;

    private SweepSummary Summary() => new(_runs, _events, _failOvers, _violations);
}
