using ShadowVm.Host.Replica;

namespace ShadowVm.Cli.Output;

/// <summary>How a replica ended, as a sentence on stderr and an exit code.</summary>
internal static class Outcomes
{
    public static int Report(RoleOutcome outcome)
    {
        if (outcome.Detail.Length != 0) Console.Error.WriteLine($"shadowvm: {outcome.Detail}");
        return outcome.ExitCode;
    }
}
