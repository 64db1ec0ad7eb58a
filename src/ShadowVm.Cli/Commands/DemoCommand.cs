using System.CommandLine;
using ShadowVm.Cli.CommandLine;
using ShadowVm.Cli.Demo;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm demo</c>: two processes, a real kill, the proof.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new DocumentedCommand(
            "demo",
            "Start a primary and a backup as two processes on this host, kill the primary with SIGKILL while writes are\n"
            + "outstanding, and prove that the guest went on: every record on the disk, every line once.",
            "shadowvm demo",
            "shadowvm demo --kills 20",
            "shadowvm demo --kills 5 --seed 1234",
            "shadowvm demo --commit epoch --epoch-length 50k");
        var kills = new Option<int>("--kills")
        {
            Description = "So many fresh pairs, killed at random moments, instead of one.",
            HelpName = "N",
        };
        var seed = new Option<int?>("--seed")
        {
            Description = "Chooses the moments of --kills; printed where it is left out.",
            HelpName = "N",
        };
        var commit = new Option<string>("--commit")
        {
            Description = "Commit policy: output or epoch.",
            HelpName = "output|epoch",
            DefaultValueFactory = _ => "output",
        };
        var epochLength = new Option<string>("--epoch-length")
        {
            Description = "Instructions per epoch.",
            HelpName = "N",
            DefaultValueFactory = _ => "20k",
        };
        var keep = new Option<bool>("--keep") { Description = "Leave the temporary folder where it is." };
        foreach (var option in new Option[] { kills, seed, commit, epochLength, keep }) command.Add(option);
        command.SetAction(result =>
        {
            var settings = new DemoSettings(
                Values.Choice("--commit", result.GetRequiredValue(commit), ("output", "output"), ("epoch", "epoch")),
                result.GetRequiredValue(epochLength),
                result.GetValue(keep));
            Values.Count("--epoch-length", settings.EpochLength, 1, 1_000_000_000);
            using var stop = new StopSignal();
            var count = result.GetValue(kills);
            if (count < 0) throw new UsageException($"--kills: {count} is not a number of pairs");
            return count == 0
                ? Demonstration.Once(settings, stop.Token)
                : Demonstration.Many(settings, count, result.GetValue(seed) ?? Environment.TickCount & 0xffff, stop.Token);
        });
        return command;
    }
}
