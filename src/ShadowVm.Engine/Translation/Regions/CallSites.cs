using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// What branches say of where control goes on: addresses they name, and addresses behind them that they leave in a
/// register, to be come back to. Which instructions are calls isn't asked: whoever leaves the address behind itself and
/// goes elsewhere is one.
/// </summary>
internal static class CallSites
{
    /// <summary>Calls for each known address that a node may go to; its end, if control comes out there, among them.</summary>
    public static void VisitTargets(IsaDefinition isa, RegionNode node, Action<ulong> target, bool withEnd = true)
    {
        foreach (var instruction in node.Instructions)
        {
            instruction.Visit(n =>
            {
                if (n.Op == Op.Goto && Fold.IsConst(n.A!)) target(Fold.Value(n.A!));
            });
        }

        if (node.Instructions[^1].OpensSlot && Contains(node.Instructions[^1], Op.Nullify))
        {
            target(node.End + (ulong)isa.UnitBytes); // over a slot that isn't the node's
        }

        if (withEnd && node.Falls) target(node.End);
    }

    /// <summary>Calls for each address behind a branch that is left in a register, with the register's slot.</summary>
    public static void VisitLinks(IsaDefinition isa, RegionNode node, Action<int, ulong> link)
    {
        for (var i = 0; i < node.Count; i++)
        {
            var instruction = node.Instructions[i];
            if (!instruction.Branches) continue;
            var behind = node.AddressOf(i) + (instruction.OpensSlot ? 2 * (ulong)isa.UnitBytes : (ulong)node.DecodedAt(i).Length);
            instruction.Visit(n =>
            {
                if (n.Op == Op.SetRegister && Fold.IsConst(n.A!) && Fold.Value(n.A!) == behind) link(n.Index, behind);
            });
        }
    }

    private static bool Contains(Specialized instruction, Op op)
    {
        var contains = false;
        instruction.Visit(n => contains |= n.Op == op);
        return contains;
    }

    /// <summary>All of these addresses.</summary>
    public static ulong[] Successors(IsaDefinition isa, RegionNode node)
    {
        var found = new HashSet<ulong>();
        VisitTargets(isa, node, target => found.Add(target));
        VisitLinks(isa, node, (_, site) => found.Add(site));
        return [.. found];
    }

    /// <summary>Whether a branch may go to an address that isn't known beforehand.</summary>
    public static bool IsComputed(Specialized branch)
    {
        var found = false;
        branch.Visit(n => found |= n.Op == Op.Goto && !Fold.IsConst(n.A!));
        return found;
    }

    /// <summary>Whether a branch goes where a register says in which calls leave addresses.</summary>
    public static bool IsReturn(Specialized branch, IReadOnlySet<int> links)
    {
        var found = false;
        branch.Visit(n => found |= n.Op == Op.Goto && ReadsLink(n.A!));
        return found;

        bool ReadsLink(Node n) => n.Op switch
        {
            Op.Register => links.Contains(n.Index),
            Op.Local => Array.Exists(branch.Steps, step => step.Op == Op.SetLocal && step.Index == n.Index && ReadsLink(step.A!)),
            _ => (n.A is not null && ReadsLink(n.A)) || (n.B is not null && ReadsLink(n.B)),
        };
    }
}
