using System.CommandLine;

namespace ShadowVm.Cli.CommandLine;

/// <summary>What both sides of a pair take.</summary>
internal sealed class PairOptions
{
    private readonly Option<string?> _arbiter = new("--arbiter")
    {
        Description = "A folder that both replicas reach: who creates the next generation's file there goes on alone. "
            + "Without one, a replica that loses the other ends.",
        HelpName = "FOLDER",
    };

    private readonly Option<string?> _fence = new("--fence")
    {
        Description = "Command that shuts out an old primary on another host; its address is the argument. On the same "
            + "host the old process is killed.",
        HelpName = "COMMAND",
    };

    private readonly Option<bool> _insecure = new("--insecure-plaintext")
    {
        Description = "Accept an unencrypted channel off loopback.",
    };

    public PairOptions(Command command)
    {
        foreach (var option in new Option[] { _arbiter, _fence, _insecure }) command.Add(option);
    }

    public string? Arbiter(ParseResult result) => result.GetValue(_arbiter);

    public string? Fence(ParseResult result) => result.GetValue(_fence);

    public bool InsecurePlaintext(ParseResult result) => result.GetValue(_insecure);
}
