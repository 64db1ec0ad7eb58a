using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Syntax;

namespace ShadowVm.Isa.Lowering;

/// <content>Stores of some of an access's bytes.</content>
internal sealed partial class BodyLowering
{
    /// <summary>
    /// <c>store.bytes.N(address, value, mask)</c>: bit i of the mask lets byte i of the value, counted from its lowest,
    /// into memory. It is one access: the others are written as they were.
    /// </summary>
    private Node LowerStoreBytes(Expression call, string path)
    {
        var (width, aligned) = AccessOf(call, path, "store.bytes".Length);
        NothingStored(call.First, "A second store may fault");
        Note(Effects.Loads | Effects.Stores | Effects.Raises, call.First);
        var flag = aligned ? 1 : 0;
        var statements = new List<Node>();
        var address = Kept(Lower(Argument(call, 0, 3), model.AddressBits));
        var value = Kept(Lower(Argument(call, 1, 3), width));
        var mask = Kept(Lower(Argument(call, 2, 3), width / 8));
        statements.Add(new Node { Op = Op.ProbeStore, Width = width, Index = flag, A = address });
        var old = Kept(new Node { Op = Op.Load, Width = width, Index = flag, A = address });
        var bits = Nodes.SignExtend(Nodes.Slice(mask, 0, 1), 8);
        for (var i = 1; i < width / 8; i++)
            bits = Nodes.Concat(Nodes.SignExtend(Nodes.Slice(mask, i, 1), 8), bits);
        var wide = Kept(bits);
        var blended = Nodes.Or(Nodes.Binary(Op.And, value, wide), Nodes.Binary(Op.And, old, Nodes.Not(wide)));
        statements.Add(new Node { Op = Op.Store, Width = width, Index = flag, A = address, B = blended });
        _stored = true;
        return Nodes.Block(statements);

        Node Kept(Node node)
        {
            var local = NewLocal();
            statements.Add(Nodes.SetLocal(local, node));
            return Nodes.Local(local, node.Width);
        }
    }
}
