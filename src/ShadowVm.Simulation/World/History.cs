using ShadowVm.Replication;

namespace ShadowVm.Simulation.World;

/// <summary>What one replica's guest lived: every epoch with what was delivered before it and what it issued.</summary>
internal sealed class History
{
    /// <summary>Epochs in order; epoch E is at index E - 1.</summary>
    public List<LivedEpoch> Epochs { get; } = [];
}

/// <summary>One epoch of a history.</summary>
/// <param name="Delivered">The batch at the boundary where it began.</param>
/// <param name="Outputs">What it issued.</param>
/// <param name="Digest">State at its end.</param>
internal sealed record LivedEpoch(IReadOnlyList<Interrupt> Delivered, Output[] Outputs, Digest Digest);
