using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>Brings guest code into the emitters' form, as far as it can be translated.</summary>
internal static class BlockReader
{
    /// <summary>Reads a block; null where not even its first instruction can be translated.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="block">The code.</param>
    /// <param name="isLeader">Whether another node begins at an address, so that this one ends there.</param>
    public static RegionNode? Read(IsaDefinition isa, BlockCode block, Func<ulong, bool> isLeader)
    {
        var (instructions, bytes) = (new List<Specialized>(), 0);
        var falls = true;
        while (instructions.Count < block.Instructions.Length)
        {
            var at = instructions.Count;
            if (at > 0 && isLeader(block.Pc + (ulong)bytes)) break;
            if (Specialize(isa, block, at, bytes, inSlot: false) is not { } specialized) break;
            var endsBeforeSlot = false;
            if (specialized.OpensSlot)
            {
                var inSlot = SpecializeSlot(isa, block, at, bytes);
                if (BranchShape.Of(specialized) is null || (inSlot is null && at > 0)) break;
                instructions.Add(specialized);
                bytes += isa.UnitBytes;
                if (inSlot is not null)
                {
                    instructions.Add(inSlot);
                    bytes += isa.UnitBytes;
                }
                else
                {
                    endsBeforeSlot = true; // what comes next would be taken for the instruction in the slot
                }
            }
            else
            {
                instructions.Add(specialized);
                bytes += block.Instructions[at].Length;
            }

            falls = !endsBeforeSlot && MayFall(specialized.Steps);
            if (!falls) break;
        }

        if (instructions.Count == 0) return null;
        var code = new BlockCode(block.Key, block.Instructions[..instructions.Count], bytes);
        return new RegionNode(code, Combiner.Of(instructions), falls);
    }

    /// <summary>
    /// The node with its instructions in the light of all that stands before them in it, and of nothing that stood before them where
    /// they were read: whoever comes to the node hasn't gone through that. The node as it is where it can't be read in one piece: a
    /// branch without its slot stands alone.
    /// </summary>
    public static RegionNode Anew(IsaDefinition isa, RegionNode node) =>
        Read(isa, node.Code, static _ => false) is { } read && read.Count == node.Code.Instructions.Length
            ? node with { Instructions = read.Instructions } : node;

    /// <summary>The node without what stands behind its last branch to an address.</summary>
    public static RegionNode UpToBranchTo(RegionNode node, ulong target)
    {
        var last = Array.FindLastIndex(node.Instructions, instruction => GoesTo(instruction, target));
        if (last < 0) return node;
        if (node.Instructions[last].OpensSlot) last = Math.Min(last + 1, node.Count - 1);
        if (last == node.Count - 1) return node;
        var bytes = (int)(node.AddressOf(last + 1) - node.Pc);
        var code = new BlockCode(node.Code.Key, node.Code.Instructions[..(last + 1)], bytes);
        return new RegionNode(code, node.Instructions[..(last + 1)], Falls: true);
    }

    /// <summary>
    /// A short loop with its code several times in a row: accesses of several turns share their checks, and registers that
    /// aren't in locals throughout stay there for longer.
    /// </summary>
    public static RegionNode Unrolled(IsaDefinition isa, RegionNode node)
    {
        const int turnsMax = 4;
        const int instructionsMax = 64;
        var turns = Math.Min(turnsMax, instructionsMax / node.Count);
        if (!node.IsLoop || turns < 2 || Array.Exists(node.Instructions, instruction => instruction.OpensSlot)) return node;
        var instructions = new List<Specialized>(node.Instructions);
        // What is known of an access is known of it in one turn: each has instructions of its own.
        while (--turns > 0) instructions.AddRange(Read(isa, node.Code, static _ => false)!.Instructions);
        return node with { Instructions = [.. instructions] };
    }

    /// <summary>Whether an instruction may go to a known address.</summary>
    public static bool GoesTo(Specialized instruction, ulong pc)
    {
        var goes = false;
        instruction.Visit(n => goes |= n.Op == Op.Goto && Fold.IsConst(n.A!) && Fold.Value(n.A!) == pc);
        return goes;
    }

    private static Specialized? Specialize(IsaDefinition isa, BlockCode block, int index, int bytes, bool inSlot)
    {
        var instruction = block.Instructions[index];
        if (instruction.Definition is null || instruction.Class != InstructionClass.User) return null;
        var specialized = Specializer.TrySpecialize(
            isa, instruction.Definition, new KnownOperands(instruction, block.Pc + (ulong)bytes, inSlot));
        return specialized is not null && StepEmitter.CanEmit(specialized) ? specialized : null;
    }

    /// <summary>The instruction in a branch's slot, or null where the slot is left to others.</summary>
    private static Specialized? SpecializeSlot(IsaDefinition isa, BlockCode block, int branch, int bytes)
    {
        if (branch + 1 >= block.Instructions.Length) return null;
        var inSlot = Specialize(isa, block, branch + 1, bytes + isa.UnitBytes, inSlot: true);
        // A branch that is no branch where it stands may be there all the same: it gives up.
        return inSlot is { Branches: false } ? inSlot : null;
    }

    private static bool MayFall(ReadOnlySpan<Node> steps)
    {
        foreach (var step in steps)
        {
            if (StepEmitter.EndsInRaise(step)) return false; // whatever stands behind it
        }

        if (steps.IsEmpty) return true;
        var last = steps[^1];
        return last.Op switch
        {
            Op.Goto => false,
            Op.Nullify => true, // the slot is passed over
            Op.If => last.C is null || MayFall([last.B!]) || MayFall([last.C]),
            Op.Block => MayFall(last.Items),
            _ => true,
        };
    }
}
