using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>
/// Branches with delay slots. A block is entered where no branch is under way, and npc is then what follows from pc:
/// its register is written only where control leaves between a branch and its slot. Inside a block the two are one
/// piece of code and two instructions to the counter.
/// </content>
internal sealed partial class BlockEmitter
{
    // In a slot: writes npc and slot, for who leaves there.
    private Action? _inSlot;

    private static Specialized? Specialize(IsaDefinition isa, BlockCode block, int index, int bytes, bool inSlot)
    {
        var instruction = block.Instructions[index];
        if (instruction.Definition is null || instruction.Class != InstructionClass.User) return null;
        var specialized = Specializer.TrySpecialize(
            isa, instruction.Definition, new KnownOperands(instruction, block.Pc + (ulong)bytes, inSlot));
        return specialized is not null && CanEmit(specialized) ? specialized : null;
    }

    /// <summary>The instruction in a branch's slot, or null where the slot is left to others.</summary>
    private static Specialized? SpecializeSlot(IsaDefinition isa, BlockCode block, int branch, int bytes)
    {
        if (branch + 1 >= block.Instructions.Length) return null;
        var inSlot = Specialize(isa, block, branch + 1, bytes + isa.UnitBytes, inSlot: true);
        // A branch that is no branch where it stands may be there all the same: it gives up.
        return inSlot is { Branches: false } ? inSlot : null;
    }

    /// <summary>Emits a branch with its slot, which is the next of the block's instructions if it is there at all.</summary>
    private bool EmitWithSlot(List<Specialized> instructions)
    {
        var branch = instructions[_index];
        var shape = BranchShape.Of(branch)!;
        var behind = (AddressOf(_index) + (ulong)(2 * Isa.UnitBytes)) & AddressMask;
        var kept = EmitUndecided(branch, shape);
        var slot = _index + 1 < instructions.Count ? instructions[_index + 1] : null;
        if (slot is not null) _index++;
        if (shape.Target is null && shape.Nullifies)
        {
            PassOver(slot);
            if (slot is null) LeaveTo(behind);
            return slot is not null;
        }

        if (shape.Nullifies) return EmitLikely(shape, kept!, slot, behind);
        EmitSlot(slot, () => LoadNextPc(shape, kept, behind));
        if (slot is null) return false;
        if (shape.Target is not { } target) return true;
        if (shape.Test is null)
        {
            LeaveAfterSlot(target, kept!);
            return false;
        }

        var next = Il.Label();
        Il.Get(kept!);
        Il.Branch(OpCodes.Brfalse, next);
        var before = Snapshot();
        LeaveTo(Fold.Value(target));
        Restore(before);
        Il.Mark(next);
        return true;
    }

    /// <summary>The slot belongs to the target alone.</summary>
    private bool EmitLikely(BranchShape shape, LocalBuilder test, Specialized? slot, ulong behind)
    {
        var over = Il.Label();
        Il.Get(test);
        Il.Branch(OpCodes.Brfalse, over);
        var before = Snapshot();
        var target = Fold.Value(shape.Target!);
        EmitSlot(slot, () => Il.Const((long)target));
        if (slot is not null) LeaveTo(target);
        Restore(before);
        Il.Mark(over);
        PassOver(slot);
        if (slot is not null) return true;
        LeaveTo(behind);
        return false;
    }

    /// <summary>An instruction that was taken from the counter with the block isn't carried out.</summary>
    private void PassOver(Specialized? slot)
    {
        if (slot is null) return;
        Il.Argument(CompiledMethod.Counter);
        Il.Const(1);
        Il.Op(OpCodes.Add);
        Il.SetArgument(CompiledMethod.Counter);
    }

    /// <summary>Emits the slot's instruction, or leaves in front of it where it isn't the block's.</summary>
    private void EmitSlot(Specialized? slot, Action loadNextPc)
    {
        void Leave()
        {
            Il.WordAddress(Isa.NextPcSlot);
            loadNextPc();
            Il.StoreWord();
            Il.WordAddress(Isa.DelaySlot);
            Il.Const(1);
            Il.StoreWord();
        }

        if (slot is null)
        {
            _registers.WriteBack(_registers.Dirty);
            Leave();
            Return(AddressOf(_index + 1) & AddressMask, HostExit.Dispatch, Unretired);
            return;
        }

        Il.Comment($"in the slot: {_block.Instructions[_index].Definition!.Name}");
        (_giveUp, _inSlot) = (null, Leave);
        Prefetch(slot);
        Emit(slot);
        (_giveUp, _inSlot) = (null, null);
    }

    private void LoadNextPc(BranchShape shape, LocalBuilder? kept, ulong behind)
    {
        if (shape.Target is not { } target)
        {
            Il.Const((long)behind);
            return;
        }

        if (shape.Test is null)
        {
            Il.Get(kept!);
            return;
        }

        var (otherwise, end) = (Il.Label(), Il.Label());
        Il.Get(kept!);
        Il.Branch(OpCodes.Brfalse, otherwise);
        Expressions.Emit(target);
        Il.Branch(OpCodes.Br, end);
        Il.Mark(otherwise);
        Il.Const((long)behind);
        Il.Mark(end);
    }

    private void LeaveAfterSlot(Isa.Ir.Node target, LocalBuilder kept)
    {
        if (Fold.IsConst(target)) LeaveTo(Fold.Value(target));
        else LeaveToComputed(() => Il.Get(kept));
    }
}
