using System.CommandLine;
using System.Net;
using ShadowVm.Cli.Output;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Channel;
using ShadowVm.Host.LifeCycle;

namespace ShadowVm.Cli.CommandLine;

/// <summary>What each replica brings along by itself: disks, console, and where its events go.</summary>
internal sealed class OutsideOptions
{
    private readonly Option<string[]> _disk = new("--disk")
    {
        Description = "A disk for the channel device: path=FILE[,size=1M][,latency=5ms][,readonly=on].",
        HelpName = "KEY=VALUE,...",
    };

    private readonly Option<string> _console = new("--console")
    {
        Description = "stdio, or relay:HOST:PORT for a relay that outlives the replicas and drops repeats by number.",
        HelpName = "stdio|relay:HOST:PORT",
        DefaultValueFactory = _ => "stdio",
    };

    private readonly Option<string?> _events = new("--event-monitor")
    {
        Description = "A file that gets one JSON line for each event: state changes, progress, trouble.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "No lines about changes of state." };

    public OutsideOptions(Command command)
    {
        foreach (var option in new Option[] { _disk, _console, _events, _quiet }) command.Add(option);
    }

    public IReadOnlyList<DiskOptions> Disks(ParseResult result) =>
        [.. (result.GetValue(_disk) ?? []).Select(DiskOptions.Parse)];

    public ConsoleOptions Console(ParseResult result, bool insecurePlaintext)
    {
        const string relay = "relay:";
        var text = result.GetRequiredValue(_console);
        if (text == "stdio") return ConsoleOptions.Standard();
        if (text.StartsWith(relay, StringComparison.Ordinal))
        {
            return new ConsoleOptions { Relay = Endpoint.Parse(text[relay.Length..], insecurePlaintext) };
        }

        throw new UsageException($"--console: '{text}' is neither stdio nor relay:HOST:PORT");
    }

    public EventSink Observer(ParseResult result)
    {
        var lines = new LineObserver(System.Console.Error, result.GetValue(_quiet));
        return new EventSink(lines, result.GetValue(_events));
    }

    public static IPEndPoint Address(string text, bool insecurePlaintext) => Endpoint.Parse(text, insecurePlaintext);
}
