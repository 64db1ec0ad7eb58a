using System.Globalization;
using ShadowVm.Replication;
using ShadowVm.Simulation.Machines;

namespace ShadowVm.Simulation;

/// <summary>Everything that determines a run.</summary>
public sealed record SimulationSettings
{
    /// <summary>Seed of all chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Commit policy of the pair.</summary>
    public CommitPolicy Commit { get; init; } = CommitPolicy.Output;

    /// <summary>The primary dies just before this event, counted from 1; null: chance decides whether and when.</summary>
    public long? CrashAt { get; init; }

    /// <summary>Chance brings failures of replicas, partitions, disconnects and losses; without it only the crash.</summary>
    public bool Accidents { get; init; } = true;

    /// <summary>A rule broken on purpose.</summary>
    public Canary Canary { get; init; }

    /// <summary>Makes the guest; null for the small fake one.</summary>
    public Func<ISimulatedMachine>? Machine { get; init; }

    /// <summary>Name of the machine, for the command that repeats the run.</summary>
    public string MachineName { get; init; } = "fake";

    /// <summary>Records that the fake guest writes.</summary>
    public int Records { get; init; } = RecordsDefault;

    /// <summary>Records of the fake guest where nothing else is asked for.</summary>
    public const int RecordsDefault = 12;

    /// <summary>The command that repeats this run.</summary>
    public string Command()
    {
        var c = CultureInfo.InvariantCulture;
        var command = string.Create(c, $"shadowvm simulate --seed {Seed} --commit {Commit.ToString().ToLowerInvariant()}");
        if (CrashAt is { } crash) command += string.Create(c, $" --crash {crash}");
        if (!Accidents) command += " --no-accidents";
        if (Records != RecordsDefault) command += string.Create(c, $" --records {Records}");
        if (MachineName != "fake") command += $" --machine {MachineName}";
        return Canary == Canary.None ? command : $"{command} --canary {Canary}";
    }
}
