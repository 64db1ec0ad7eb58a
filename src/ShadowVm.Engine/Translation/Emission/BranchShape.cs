using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// A branch with a delay slot, taken apart: what it does first, and then at most one question with at most one target,
/// which is all that the instruction in the slot has to wait for.
/// </summary>
/// <param name="Before">Steps that don't go anywhere.</param>
/// <param name="Test">Goes to the target where it is 1; null where it always goes, or never.</param>
/// <param name="Target">Where to, or null.</param>
/// <param name="Nullifies">Passes over its slot where it doesn't go to the target.</param>
internal sealed record BranchShape(Node[] Before, Node? Test, Node? Target, bool Nullifies)
{
    /// <summary>The shape of a branch, or null where it has another.</summary>
    public static BranchShape? Of(Specialized branch)
    {
        var steps = branch.Steps;
        if (!branch.Branches) return new BranchShape(steps, null, null, false);
        var last = steps[^1];
        var before = steps[..^1];
        if (Array.Exists(before, Specialized.ContainsGoto)) return null;
        if (Single(last) is { } only && only.Op != Op.If) return OfOne(before, only);
        if (Single(last) is not { } choice) return null;
        var (yes, no) = (Single(choice.B!), choice.C is null ? Nothing : Single(choice.C));
        if (yes is null || no is null) return null;
        var test = choice.A!;
        if (no.Op == Op.Goto) (yes, no, test) = (no, yes, Fold.Unary(Op.Not, test));
        var isBranch = yes.Op == Op.Goto && (no == Nothing || no.Op == Op.Nullify) && Fold.IsConst(yes.A!);
        return isBranch ? new BranchShape(before, test, yes.A, no.Op == Op.Nullify) : null;
    }

    private static Node Nothing { get; } = new() { Op = Op.Block };

    private static BranchShape? OfOne(Node[] before, Node step) => step.Op switch
    {
        Op.Goto => new BranchShape(before, null, step.A, false),
        Op.Nullify => new BranchShape(before, null, null, true),
        _ => null,
    };

    /// <summary>The one thing that a step does, or null where it does more.</summary>
    private static Node? Single(Node step)
    {
        while (step.Op == Op.Block && step.Items.Length == 1) step = step.Items[0];
        if (step.Op == Op.Block) return step.Items.Length == 0 ? Nothing : null;
        return step.Op is Op.Goto or Op.Nullify or Op.If ? step : null;
    }
}
