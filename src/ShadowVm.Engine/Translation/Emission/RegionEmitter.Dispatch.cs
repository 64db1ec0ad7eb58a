using System.Numerics;
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
        // Computed jumps lead to one page. Who enters elsewhere is asked for.
        var (first, last) = (Array.Find(nodes, _shape.IsTarget)!.Pc, Array.FindLast(nodes, _shape.IsTarget)!.Pc);
        var unit = (ulong)Isa.UnitBytes;
        var elsewhere = Il.Label();
        var places = new Label[((last - first) / unit) + 1];
        Array.Fill(places, elsewhere);
        var (far, stubs) = (new List<(Label Label, RegionNode Node)>(), new List<(Label Label, RegionNode Node)>());
        foreach (var node in nodes)
        {
            var isReady = node.Loop == _shape.Dispatched && node.Checks && node.Pinned == _shape.DispatchPinned;
            var label = isReady ? _labels[node.Pc] : Il.Label();
            if (!isReady) stubs.Add((label, node));
            if (node.Pc >= first && node.Pc <= last) places[(node.Pc - first) / unit] = label;
            else far.Add((label, node));
        }

        Il.Mark(_dispatch);
        _registers.Begin(_shape.DispatchPinned);
        // The address itself isn't kept: this is where registers are dearest.
        var index = Il.Local();
        Il.Get(_dispatchedTo!);
        Il.Const((long)first);
        Il.Op(OpCodes.Sub);
        Il.Const32(_surroundings.JumpShift);
        Il.Call(((Func<ulong, int, ulong>)BitOperations.RotateRight).Method); // what isn't at a unit's beginning becomes too large
        Il.Set(index);
        Il.Get(index);
        Il.Const(places.Length - 1);
        Il.Branch(OpCodes.Bgt_Un, elsewhere);
        Il.Get(index);
        Il.Op(OpCodes.Conv_U4);
        Il.Switch(places);
        Il.Mark(elsewhere);
        Il.Get(index);
        Il.Const32(_surroundings.JumpShift);
        Il.Call(((Func<ulong, int, ulong>)BitOperations.RotateLeft).Method);
        Il.Const((long)first);
        Il.Op(OpCodes.Add);
        Il.Set(_dispatchedTo!);
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
