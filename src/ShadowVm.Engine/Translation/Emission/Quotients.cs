using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>A quotient that two instructions of a node ask for.</summary>
internal sealed class Quotient
{
    /// <summary>While code is emitted: where it is, once it was divided.</summary>
    public LocalBuilder? Place { get; set; }
}

/// <summary>
/// Divisions of a node that have their operands in common, most often the one for a quotient and the other for what is left: they
/// divide once, and what is left is the number less the product.
/// </summary>
internal sealed class Quotients
{
    private readonly Dictionary<Node, Quotient> _shared = [];

    /// <summary>Finds the divisions of a node that happen whenever it is gone through.</summary>
    public Quotients(RegionNode node)
    {
        var open = new Dictionary<(int A, int B, int Width, bool IsSigned), (Node Division, Quotient Quotient)>();
        for (var i = 0; i < node.Count; i++)
        {
            var instruction = node.Instructions[i];
            var mayBePassedOver = i > 0 && node.Instructions[i - 1].OpensSlot;
            foreach (var step in mayBePassedOver ? [] : instruction.Steps)
            {
                if (step.Op != Op.SetRegister || DivisionOf(step.A!) is not { } division) continue;
                var key = (SlotOf(division.A!), SlotOf(division.B!), division.Width, division.Op is Op.DivideSigned or Op.RemainderSigned);
                if (open.TryGetValue(key, out var first))
                {
                    _shared[first.Division] = _shared[division] = first.Quotient;
                }
                else
                {
                    open.Add(key, (division, new Quotient()));
                }
            }

            instruction.Visit(n =>
            {
                if (n.Op != Op.SetRegister) return;
                foreach (var key in open.Keys.Where(key => key.A == n.Index || key.B == n.Index)) open.Remove(key);
            });
        }
    }

    /// <summary>The quotient that a division shares, or null.</summary>
    public Quotient? Find(Node division) => _shared.GetValueOrDefault(division);

    /// <summary>The division that a value is, but for an extension of it, of what is in registers.</summary>
    private static Node? DivisionOf(Node value)
    {
        if (value.Op is Op.SignExtend or Op.ZeroExtend) value = value.A!;
        var divides = value.Op is Op.DivideSigned or Op.DivideUnsigned or Op.RemainderSigned or Op.RemainderUnsigned;
        return divides && SlotOf(value.A!) >= 0 && SlotOf(value.B!) >= 0 ? value : null;
    }

    /// <summary>The register that a value is, or is the lower part of; below 0 where it is something else.</summary>
    private static int SlotOf(Node value) => value switch
    {
        { Op: Op.Register } => value.Index,
        { Op: Op.Slice, Index: 0, A: { Op: Op.Register } register } => register.Index,
        _ => -1,
    };
}
