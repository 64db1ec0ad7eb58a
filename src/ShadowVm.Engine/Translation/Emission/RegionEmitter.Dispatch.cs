using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Regions;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>
/// Computed jumps that lead to nodes of the region, as an interpreter's do from each of its instructions to the next: all go to one
/// place, which goes on by the address. So what is pinned stays in its locals, and to the compiler it is a loop with one way in;
/// the processor foretells where it goes by where it came from, one place or many.
/// </content>
internal sealed partial class RegionEmitter
{
    // Longest table of where it goes on, in units of four bytes each; what lies further away is asked for one by one.
    private const ulong DispatchMax = 2048;

    private Label _dispatch;
    private LocalBuilder? _dispatchedTo; // the address, for who comes there

    private void BeginDispatch()
    {
        if (_shape.Dispatched is null) return;
        _dispatch = Il.Label();
        _dispatchedTo = Il.LastingLocal(typeof(long));
    }

    /// <summary>Goes to the place from where control goes on to an address; what isn't pinned was written back.</summary>
    private void GoToDispatch(LocalBuilder pc)
    {
        Il.Get(pc);
        Il.Set(_dispatchedTo!);
        Il.Branch(OpCodes.Br, _dispatch);
    }

    private void EmitDispatch()
    {
        if (_shape.Dispatched is null) return;
        Il.FreeLocals();
        var nodes = _shape.DispatchedTo.OrderBy(node => node.Pc).ToArray();
        var (first, unit) = (nodes[0].Pc, (ulong)Isa.UnitBytes);
        var elsewhere = Il.Label();
        var near = Array.FindLast(nodes, node => node.Pc - first < DispatchMax * unit)!;
        var places = new Label[((near.Pc - first) / unit) + 1];
        Array.Fill(places, elsewhere);
        var (far, stubs) = (new List<(Label Label, RegionNode Node)>(), new List<(Label Label, RegionNode Node)>());
        foreach (var node in nodes)
        {
            var isReady = node.Loop == _shape.Dispatched && node.Checks && node.Pinned == _shape.DispatchPinned;
            var label = isReady ? _labels[node.Pc] : Il.Label();
            if (!isReady) stubs.Add((label, node));
            if (node.Pc <= near.Pc) places[(node.Pc - first) / unit] = label;
            else far.Add((label, node));
        }

        Il.Mark(_dispatch);
        _registers.Begin(_shape.DispatchPinned);
        var offset = Il.Local();
        Il.Get(_dispatchedTo!);
        Il.Const((long)first);
        Il.Op(OpCodes.Sub);
        Il.Set(offset);
        Il.Get(offset);
        Il.Const((long)((ulong)places.Length * unit) - 1);
        Il.Branch(OpCodes.Bgt_Un, elsewhere);
        if (unit > 1)
        {
            Il.Get(offset);
            Il.Const((long)unit - 1);
            Il.Op(OpCodes.And);
            Il.Branch(OpCodes.Brtrue, elsewhere);
        }

        Il.Get(offset);
        Il.Const32(_surroundings.JumpShift);
        Il.Op(OpCodes.Shr_Un);
        Il.Op(OpCodes.Conv_U4);
        Il.Switch(places);
        Il.Mark(elsewhere);
        foreach (var (label, node) in far)
        {
            Il.Get(_dispatchedTo!);
            Il.Const((long)node.Pc);
            Il.Branch(OpCodes.Beq, label);
        }

        GoOnByTable(_dispatchedTo!, 0);
        foreach (var (label, node) in stubs)
        {
            Il.Mark(label);
            _registers.Begin(_shape.DispatchPinned);
            var next = WayTo(node, _shape.IsDispatched(node) ? _shape.Dispatched : null);
            _registers.PassTo(next.Pinned);
            EmitStepTo(next, node, isOnWay: false);
        }
    }
}
