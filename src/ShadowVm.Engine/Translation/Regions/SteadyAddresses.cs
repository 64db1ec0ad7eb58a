using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// Which accesses of a loop go through memory by additions alone, as through an array, or stay in a small table: they are to one
/// page for a while. What else was loaded in the loop leads anywhere.
/// </summary>
internal static class SteadyAddresses
{
    /// <summary>The loads and stores of loops whose addresses are such, and the others, those of inner loops first.</summary>
    /// <param name="nodes">A region's nodes.</param>
    /// <param name="loops">Its loops, as indexes of nodes.</param>
    public static (AccessPlace[] Steady, AccessPlace[] Others) Of(IReadOnlyList<RegionNode> nodes, IEnumerable<IReadOnlySet<int>> loops)
    {
        // Where code is entered in the middle of an instruction, two nodes may have another one in common.
        var (all, seen) = (new OrderedDictionary<AccessPlace, bool>(), new HashSet<int>());
        // A loop within another comes first: what is loaded outside of it doesn't change in it.
        foreach (var loop in loops.OrderBy(loop => loop.Count))
        {
            var leadsAnywhere = FollowWays(nodes, loop);
            foreach (var index in loop.Order().Where(seen.Add))
            {
                Pass(nodes[index], [.. leadsAnywhere[index]], (place, isSteady) => all[place] = isSteady || all.GetValueOrDefault(place));
            }
        }

        return ([.. all.Keys.Where(place => all[place])], [.. all.Keys.Where(place => !all[place])]);
    }

    /// <summary>Which of an instruction's loads and stores one is; below 0 where it is none of them.</summary>
    public static int IndexOf(Node access, Specialized instruction)
    {
        var (index, count) = (-1, 0);
        instruction.Visit(n =>
        {
            if (n == access) index = count;
            if (IsAccess(n)) count++;
        });
        return index;
    }

    private static bool IsAccess(Node n) => n.Op is Op.Load or Op.Store or Op.ProbeStore;

    /// <summary>The registers that hold what leads anywhere where a node begins, for each node of a loop.</summary>
    private static Dictionary<int, HashSet<int>> FollowWays(IReadOnlyList<RegionNode> nodes, IReadOnlySet<int> loop)
    {
        var (at, waiting) = (loop.ToDictionary(index => index, _ => new HashSet<int>()), new Queue<int>(loop.Order()));
        while (waiting.TryDequeue(out var index))
        {
            var after = new HashSet<int>(at[index]);
            Pass(nodes[index], after, null);
            foreach (var next in nodes[index].Successors.Where(loop.Contains))
            {
                var before = at[next].Count;
                at[next].UnionWith(after);
                if (at[next].Count != before && !waiting.Contains(next)) waiting.Enqueue(next);
            }
        }

        return at;
    }

    /// <summary>Goes over a turn of a node, and says which of its accesses are steady.</summary>
    private static void Pass(RegionNode node, HashSet<int> leadsAnywhere, Action<AccessPlace, bool>? onAccess)
    {
        for (var i = 0; i < node.Code.Instructions.Length; i++)
        {
            var instruction = node.Instructions[i];
            var locals = new HashSet<int>(); // that lead anywhere
            var written = new List<int>(); // registers that will
            instruction.Visit(n =>
            {
                if (n.Op == Op.SetLocal && !IsSteady(n.A!)) locals.Add(n.Index);
                if (n.Op == Op.SetRegister && !IsSteady(n.A!)) written.Add(n.Index);
                if (IsAccess(n) && onAccess is not null)
                {
                    onAccess(new AccessPlace(node.AddressOf(i), IndexOf(n, instruction)), IsSteady(n.A!));
                }
            });
            foreach (var step in instruction.Steps)
            {
                if (step.Op == Op.SetRegister) leadsAnywhere.Remove(step.Index);
            }

            leadsAnywhere.UnionWith(written);

            bool IsSteady(Node n) => IsSmall(n) || n.Op switch
            {
                Op.Const => true,
                Op.Register => !leadsAnywhere.Contains(n.Index),
                Op.Local => !locals.Contains(n.Index),
                Op.Add or Op.Subtract => IsSteady(n.A!) && IsSteady(n.B!),
                Op.ShiftLeft => IsSteady(n.A!) && Fold.IsConst(n.B!),
                Op.Negate or Op.ZeroExtend or Op.SignExtend or Op.Slice => IsSteady(n.A!),
                _ => false,
            };
        }
    }

    /// <summary>Whether a value is less than a page's size, whatever it is.</summary>
    private static bool IsSmall(Node n) => n.Op switch
    {
        Op.And => Fold.IsConst(n.B!) && Fold.Value(n.B!) < GuestMemory.PageBytes,
        Op.ShiftRight => Fold.IsConst(n.B!) && Fold.Value(n.B!) + GuestMemory.PageShift >= (ulong)n.Width,
        Op.ZeroExtend => n.A!.Width <= GuestMemory.PageShift,
        _ => false,
    };
}
