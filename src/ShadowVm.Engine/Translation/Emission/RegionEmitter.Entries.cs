using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Regions;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>
/// Where a region is entered. A node in a loop is come to by the headers of the loops around it, each of which sends on to the next
/// one: the compiler knows a loop, with what is worth a register there, only if there is one way into it.
/// </content>
internal sealed partial class RegionEmitter
{
    /// <summary>Finds the node that is entered by the pc in the state.</summary>
    private void EmitEntries()
    {
        var first = _shape.Nodes[0];
        var entries = _shape.Nodes.Where(node => node.IsEntry && node != first).OrderBy(node => node.Pc).ToArray();
        if (entries.Length == 0)
        {
            _registers.LoadAll(first.Pinned.Slots);
            return;
        }

        var (pc, enters) = (Il.Local(), Il.Label());
        // What all have in common needn't be loaded for each.
        var common = entries.Append(first).Select(node => PinnedBefore(node).Slots)
            .Aggregate<IEnumerable<int>>(Enumerable.Intersect).ToArray();
        _registers.LoadAll(common);
        Il.LoadWord(Isa.PcSlot);
        Il.Set(pc);
        if (entries.Append(first).All(_shape.IsDispatched))
        {
            GoToDispatch(pc);
            return;
        }

        Il.Get(pc);
        Il.Const((long)first.Pc);
        Il.Branch(OpCodes.Beq, enters);
        EmitSearch(entries, pc, Enter);
        Il.Mark(enters);
        if (_shape.IsDispatched(first)) Enter(first);
        else _registers.LoadAll(first.Pinned.Slots.Except(common));

        PinnedRegisters PinnedBefore(RegionNode entry) => _shape.IsDispatched(entry) ? _shape.DispatchPinned : WayTo(entry, null).Pinned;

        void Enter(RegionNode entry)
        {
            _registers.LoadAll(PinnedBefore(entry).Slots.Except(common));
            if (_shape.IsDispatched(entry)) GoToDispatch(pc);
            else EmitStepTo(WayTo(entry, null), entry, isOnWay: false);
        }
    }

    /// <summary>At a loop's header: who is on the way to a node further in goes on to there.</summary>
    private void EmitWayIn(RegionNode header)
    {
        if (header.Loop is not { } loop || loop.Header == RegionLoop.Dispatch || _shape.Nodes[loop.Header] != header) return;
        RegionNode[] entries =
            [.. loop.Members.Select(member => _shape.Nodes[member]).Where(node => node.IsEntry && node != header).OrderBy(node => node.Pc)];
        if (entries.Length == 0) return;
        var further = Il.Label();
        Il.LoadWord(EngineWords.Entry);
        Il.Branch(OpCodes.Brtrue, further);
        EmitLater(() =>
        {
            Il.Mark(further);
            var pc = Il.Local();
            Il.LoadWord(EngineWords.Entry);
            Il.Const(1);
            Il.Op(OpCodes.Sub);
            Il.Set(pc);
            EmitSearch(entries, pc, entry =>
            {
                _registers.Begin(header.Pinned);
                var next = WayTo(entry, loop);
                _registers.PassTo(next.Pinned);
                EmitStepTo(next, entry, isOnWay: true);
            });
        });
    }

    /// <summary>The next node on the way to one from within a loop, or from outside of all.</summary>
    private RegionNode WayTo(RegionNode entry, RegionLoop? from)
    {
        var loop = entry.Loop;
        if (loop == from) return entry;
        while (loop!.Outer != from) loop = loop.Outer;
        return _shape.Nodes[loop.Header];
    }

    /// <summary>Goes on to the next node on the way to one, which is entered if that is it.</summary>
    private void EmitStepTo(RegionNode next, RegionNode entry, bool isOnWay)
    {
        if (next != entry)
        {
            if (!isOnWay) SetEntry(() => Il.Const((long)entry.Pc + 1));
        }
        else
        {
            if (isOnWay) SetEntry(() => Il.Const(0));
            if (!entry.Checks) EmitCheck(entry);
        }

        Il.Branch(OpCodes.Br, _labels[next.Pc]);

        void SetEntry(Action load)
        {
            Il.WordAddress(EngineWords.Entry);
            load();
            Il.StoreWord();
        }
    }

    private void EmitSearch(ReadOnlySpan<RegionNode> among, LocalBuilder pc, Action<RegionNode> found)
    {
        if (among.Length == 1)
        {
            found(among[0]);
            return;
        }

        var (half, upper) = (among.Length / 2, Il.Label());
        Il.Get(pc);
        Il.Const((long)among[half].Pc);
        Il.Branch(OpCodes.Bge_Un, upper);
        EmitSearch(among[..half], pc, found);
        Il.Mark(upper);
        EmitSearch(among[half..], pc, found);
    }

    private void EmitCheck(RegionNode node)
    {
        Il.Argument(CompiledMethod.Counter);
        Il.Const(node.LongestPath);
        Il.Branch(OpCodes.Blt, Partial(node, 0));
    }
}
