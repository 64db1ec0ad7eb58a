using System.CommandLine;
using ShadowVm.Cli.CommandLine;

namespace ShadowVm.Cli.Commands;

/// <summary><c>shadowvm simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create() => new DocumentedCommand("simulate", "Simulate pairs under faults.", "shadowvm simulate --seeds 1000");
}
