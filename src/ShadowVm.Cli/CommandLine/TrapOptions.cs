using System.CommandLine;
using ShadowVm.Engine.DelayedTraps;

namespace ShadowVm.Cli.CommandLine;

/// <summary>How this side's processor delays traps: each side has its own.</summary>
internal sealed class TrapOptions
{
    private readonly Option<string> _seed;

    /// <param name="command">The command that gets the option.</param>
    /// <param name="seed">What is taken where nothing is said; the two sides of a pair take different ones.</param>
    public TrapOptions(Command command, ulong seed)
    {
        _seed = new Option<string>("--trap-seed")
        {
            Description = "How long this side's processor holds back each delayed trap, where the instruction set has such. "
                + "A protected guest can't tell.",
            HelpName = "N",
            DefaultValueFactory = _ => $"{seed}",
        };
        command.Add(_seed);
    }

    public TrapHardwareSettings Read(ParseResult result) =>
        new() { Seed = Values.Number("--trap-seed", result.GetRequiredValue(_seed)) };
}
