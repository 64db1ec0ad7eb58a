using ShadowVm.Host.Replica;

namespace ShadowVm.Cli.Output;

/// <summary>How a replica ended, as a sentence on stderr and an exit code.</summary>
internal static class Outcomes
{
    public static int Report(RoleOutcome outcome)
    {
        if (outcome.Detail.Length != 0) Say(outcome.Detail);
        return outcome.ExitCode;
    }

    /// <summary>A line on stderr, if that takes one: the exit code counts either way.</summary>
    public static void Say(string sentence)
    {
        try
        {
            Console.Error.WriteLine($"shadowvm: {sentence}");
        }
        catch (IOException)
        {
            // A terminal that is gone, or a full disk.
        }
    }
}
