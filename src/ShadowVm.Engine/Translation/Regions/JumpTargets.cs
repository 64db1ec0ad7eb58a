using ShadowVm.Engine.Translation.Specialization;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// Where computed jumps of a region may well go, such as the cases of a switch or an interpreter's instructions: hot places that no
/// branch names.
/// </summary>
/// <param name="Addresses">Their addresses.</param>
/// <param name="Links">Registers that calls leave addresses in: a jump that goes by one of them is a return.</param>
internal sealed record JumpTargets(IReadOnlySet<ulong> Addresses, IReadOnlySet<int> Links)
{
    /// <summary>Nowhere.</summary>
    public static JumpTargets None { get; } = new(new HashSet<ulong>(), new HashSet<int>());

    /// <summary>Whether an instruction may go where it has worked out, and isn't a return.</summary>
    public bool IsJump(Specialized instruction) => CallSites.IsComputed(instruction) && !CallSites.IsReturn(instruction, Links);
}
