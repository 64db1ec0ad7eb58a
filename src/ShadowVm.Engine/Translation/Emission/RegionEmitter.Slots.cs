using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Engine.Translation.Specialization;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>
/// Branches with delay slots. A block is entered where no branch is under way, and npc is then what follows from pc:
/// its register is written only where control leaves between a branch and its slot. Inside a block the two are one
/// piece of code and two instructions to the counter.
/// </content>
internal sealed partial class RegionEmitter
{
    // In a slot: writes npc and slot, for who leaves there.
    private Action? _inSlot;

    /// <summary>Emits a branch with its slot, which is the next of the block's instructions if it is there at all.</summary>
    private bool EmitWithSlot(RegionNode node)
    {
        var branch = node.Instructions[_index];
        var shape = BranchShape.Of(branch)!;
        var behind = (node.AddressOf(_index) + (ulong)(2 * Isa.UnitBytes)) & AddressMask;
        var kept = EmitUndecided(branch, shape);
        var slot = _index + 1 < node.Count ? node.Instructions[_index + 1] : null;
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
            LeaveAfterSlot(branch, target, kept!);
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
            _registers.WriteBackPinned();
            Leave();
            Return(_node.AddressOf(_index + 1) & AddressMask, HostExit.Dispatch, Unretired);
            return;
        }

        Il.Comment($"in the slot: {_node.DecodedAt(_index).Definition!.Name}");
        _giveUp.Clear();
        _inSlot = Leave;
        Prefetch(slot);
        Emit(slot);
        _giveUp.Clear();
        _inSlot = null;
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

    private void LeaveAfterSlot(Specialized branch, Isa.Ir.Node target, LocalBuilder kept)
    {
        if (Fold.IsConst(target)) LeaveTo(Fold.Value(target));
        else LeaveToComputed(branch, () => Il.Get(kept));
    }
}
