using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Syntax;

namespace ShadowVm.Isa.Lowering;

/// <content>Translation of addresses: page tables are read and written at physical addresses, a page is the result.</content>
internal sealed partial class BodyLowering
{
    private Node WalkLoad(Expression e, string path)
    {
        var width = WalkWidth(e, path, "walk.load");
        return new Node { Op = Op.WalkLoad, Width = width, A = PhysicalAddress(e, Argument(e, 0, 1)) };
    }

    private Node WalkUpdate(Expression e, string path)
    {
        var width = WalkWidth(e, path, "walk.update");
        var address = PhysicalAddress(e, Argument(e, 0, 2));
        return new Node { Op = Op.WalkUpdate, Width = width, A = address, B = Lower(Argument(e, 1, 2), width) };
    }

    private int WalkWidth(Expression e, string path, string name)
    {
        Note(Effects.Walks | Effects.Raises, e.First);
        if (path.Split('.').Length != 3)
            throw bag.Fail(e.First, $"'{path}' is no access to a page table", $"write {name}.WIDTH(...)");
        return AccessOf(e, path, name.Length).Width;
    }

    private Node PhysicalAddress(Expression e, Expression address)
    {
        var value = LowerAnyWidth(address);
        return value.Width <= 64
            ? value
            : throw bag.Fail(address.First, $"A physical address has at most 64 bits, not {value.Width}");
    }

    /// <summary>page(base, rights, log2size), as <see cref="PageValue"/> packs it.</summary>
    private Node Page(Expression e)
    {
        var start = PhysicalAddress(e, Argument(e, 0, 3));
        var rights = Lower(Argument(e, 1, 3), PageValue.RightsWidth);
        var size = LowerAnyWidth(Argument(e, 2, 3));
        size = size.Width > PageValue.SizeWidth
            ? Nodes.Slice(size, 0, PageValue.SizeWidth)
            : Nodes.ZeroExtend(size, PageValue.SizeWidth);
        return Nodes.Concat(Nodes.Concat(Nodes.ZeroExtend(start, 64), rights), size);
    }
}
