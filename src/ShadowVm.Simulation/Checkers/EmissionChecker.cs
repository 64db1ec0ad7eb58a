using ShadowVm.Replication;
using ShadowVm.Simulation.World;

namespace ShadowVm.Simulation.Checkers;

/// <summary>
/// Looks at each output as it leaves: none from a backup before its take-over, none before its commit, and once one
/// replica has emitted after another, the other never again.
/// </summary>
internal sealed class EmissionChecker(List<string> violations, CommitPolicy commit)
{
    private readonly HashSet<int> _silenced = [];
    private int? _emitter;

    public void OnRelease(SimulatedReplica replica, Output output, ulong endsArrived)
    {
        if (replica is { Number: 1, TookOver: false })
        {
            violations.Add($"the backup let output {output.Number} of epoch {output.Epoch} out before its take-over");
        }

        if (replica.Number == 0 && !replica.Solo && commit != CommitPolicy.Patent && endsArrived < output.Epoch)
        {
            violations.Add(
                $"output {output.Number} left in epoch {output.Epoch}, whose end the backup had not received ({endsArrived})");
        }

        if (_silenced.Contains(replica.Number))
        {
            violations.Add($"replica {replica.Number} let output {output.Number} out after the other side had begun to emit");
        }

        if (_emitter is { } before && before != replica.Number) _silenced.Add(before);
        _emitter = replica.Number;
    }
}
