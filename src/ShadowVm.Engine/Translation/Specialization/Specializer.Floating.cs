using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Engine.Translation.Specialization;

internal sealed partial class Specializer
{
    /// <summary>A floating-point operation as a step of its own, which gives two locals: flags above the value.</summary>
    private Node Floating(Node n, Activation activation)
    {
        var items = new Node[n.Items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Expression(n.Items[i], activation);
            Narrow(items[i].Width);
        }

        var width = n.Width - FloatFlags.Count;
        var value = new Node { Op = Op.Local, Index = _localCount++, Width = width };
        var flags = new Node { Op = Op.Local, Index = _localCount++, Width = FloatFlags.Count };
        var operation = new Node { Op = Op.Floating, Index = n.Index, Width = n.Width, Items = items };
        _steps.Add(new Node { Op = Op.SetLocal, Index = value.Index, A = operation });
        return new Node { Op = Op.Concat, Width = n.Width, A = flags, B = value };
    }

    /// <summary>Whether it is the two locals of such an operation: it may stand in several places.</summary>
    private static bool IsPair(Node n) =>
        n is { Op: Op.Concat, A: { Op: Op.Local, Width: FloatFlags.Count, Value.Lower: 0 }, B: { Op: Op.Local, Value.Lower: 0 } };
}
