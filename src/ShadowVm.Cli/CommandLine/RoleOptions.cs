using System.CommandLine;
using ShadowVm.Replication;

namespace ShadowVm.Cli.CommandLine;

/// <summary>How the roles of a pair go about it; sent to the backup.</summary>
internal sealed class RoleOptions
{
    private const int TimeMax = 600_000;

    private readonly RoleSettings _defaults = new();

    private readonly Option<string> _commit = new("--commit")
    {
        Description = "When outputs leave: output (when the end of their own epoch is acknowledged), epoch (and the guest "
            + "waits at each boundary), patent (send and go on; over TCP a kill may lose the last message: for study).",
        HelpName = "output|epoch|patent",
        DefaultValueFactory = _ => "output",
    };

    private readonly Option<bool> _solo = new("--solo") { Description = "Start without waiting for a backup." };

    private readonly Option<string?> _heartbeat = new("--heartbeat")
    {
        Description = "Time between heartbeats, by default 50ms.",
        HelpName = "TIME",
    };

    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "Silence after which the other side counts as lost, by default 500ms.",
        HelpName = "TIME",
    };

    private readonly Option<string?> _lag = new("--lag")
    {
        Description = "Backup execution that the primary may be ahead, by default 50ms.",
        HelpName = "TIME",
    };

    public RoleOptions(Command command)
    {
        foreach (var option in new Option[] { _commit, _solo, _heartbeat, _timeout, _lag }) command.Add(option);
    }

    public RoleSettings Read(ParseResult result)
    {
        var settings = new RoleSettings
        {
            Commit = Values.Choice(
                "--commit",
                result.GetRequiredValue(_commit),
                ("output", CommitPolicy.Output),
                ("epoch", CommitPolicy.Epoch),
                ("patent", CommitPolicy.Patent)),
            Solo = result.GetValue(_solo),
            HeartbeatMilliseconds = Time(result, _heartbeat, _defaults.HeartbeatMilliseconds),
            TimeoutMilliseconds = Time(result, _timeout, _defaults.TimeoutMilliseconds),
            LagMilliseconds = Time(result, _lag, _defaults.LagMilliseconds),
        };
        if (settings.HeartbeatMilliseconds < 1) throw new UsageException("--heartbeat: must be at least 1ms");
        if (settings.TimeoutMilliseconds < 2 * settings.HeartbeatMilliseconds)
        {
            throw new UsageException(
                $"--timeout: {settings.TimeoutMilliseconds}ms is less than two heartbeats of "
                + $"{settings.HeartbeatMilliseconds}ms");
        }

        return settings;
    }

    private static int Time(ParseResult result, Option<string?> option, int standard) =>
        result.GetValue(option) is { } text ? Values.Milliseconds(option.Name, text, TimeMax) : standard;
}
