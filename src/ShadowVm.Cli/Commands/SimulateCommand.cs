using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Output;
using ShadowVm.Replication;
using ShadowVm.Simulation;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm simulate</c>: pairs in simulated worlds, judged by checkers.</summary>
internal static class SimulateCommand
{
    private const string Fake = "fake";
    private const int SeedsMax = 100_000_000;

    public static Command Create()
    {
        var command = new DocumentedCommand(
            "simulate",
            "Run primary and backup in one thread under a seed, with a world that loses, delays, reorders and kills, and\n"
            + "check what the outside saw against what the survivor lived. With --seeds the primary is killed at every\n"
            + "event of a short run for each commit policy, then chance rules. Every world is run twice and must repeat.",
            "shadowvm simulate --seeds 1000",
            "shadowvm simulate --seed 123 --commit output",
            "shadowvm simulate --seed 1 --crash 250 --no-accidents --records 4",
            "shadowvm simulate --seeds 50 --machine journal",
            "shadowvm simulate --canaries");
        var seeds = new Option<string?>("--seeds") { Description = "So many worlds, after the sweep of crashes.", HelpName = "N" };
        var seed = new Option<string?>("--seed") { Description = "One world; with --seeds the first of them.", HelpName = "N" };
        var commit = new Option<string?>("--commit")
        {
            Description = "Commit policy; all three by default, output for one world.",
            HelpName = "output|epoch|patent",
        };
        var crash = new Option<string?>("--crash") { Description = "The primary dies just before this event.", HelpName = "EVENT" };
        var noAccidents = new Option<bool>("--no-accidents") { Description = "Nothing goes wrong but --crash." };
        var records = new Option<string?>("--records")
        {
            Description = "Records that the fake guest writes, by default 12.",
            HelpName = "N",
        };
        var machine = new Option<string>("--machine")
        {
            Description = "fake: a guest of a few lines; else a bundled guest or ELF file on the real virtual machine.",
            HelpName = "fake|IMAGE",
            DefaultValueFactory = _ => Fake,
        };
        var canary = new Option<string?>("--canary")
        {
            Description = $"Break a rule on purpose: {string.Join(", ", Canaries.All)}.",
            HelpName = "NAME",
        };
        var canaries = new Option<bool>("--canaries") { Description = "Break each rule on purpose and say which seed caught it." };
        foreach (var option in new Option[] { seeds, seed, commit, crash, noAccidents, records, machine, canary, canaries })
        {
            command.Add(option);
        }

        var definitions = new Definitions();
        command.Add(definitions.Option);
        command.SetAction(result =>
        {
            using var stop = new StopSignal();
            if (result.GetValue(canaries)) return SimulationReport.TryCanaries(stop.Token);
            CommitPolicy? policy = result.GetValue(commit) is { } text
                ? Values.Choice(
                    "--commit",
                    text,
                    ("output", CommitPolicy.Output),
                    ("epoch", CommitPolicy.Epoch),
                    ("patent", CommitPolicy.Patent))
                : null;
            var image = result.GetRequiredValue(machine);
            var world = new SimulationSettings
            {
                Seed = Number("--seed", result.GetValue(seed)) ?? 1,
                Commit = policy ?? CommitPolicy.Output,
                CrashAt = (long?)Number("--crash", result.GetValue(crash)),
                Accidents = !result.GetValue(noAccidents),
                Records = (int)(Number("--records", result.GetValue(records)) ?? SimulationSettings.RecordsDefault),
                Canary = result.GetValue(canary) is { } name
                    ? Values.Choice("--canary", name, [.. Canaries.All.Select(each => (each.ToString(), each))])
                    : Canary.None,
                Machine = image == Fake ? null : SimulatedGuests.Factory(image, definitions.Library(result)),
                MachineName = image,
            };
            if (result.GetValue(seeds) is not { } count) return SimulationReport.One(world);
            var many = (int)Values.Count("--seeds", count, 1, SeedsMax);
            IReadOnlyList<CommitPolicy> policies = policy is { } only ? [only] : Enum.GetValues<CommitPolicy>();
            return SimulationReport.Many(world, many, policies, definitions.Library(result), stop.Token);
        });
        return command;
    }

    private static ulong? Number(string option, string? text) => text is null ? null : Values.Number(option, text);
}
