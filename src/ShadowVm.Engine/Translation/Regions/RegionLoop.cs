namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// Nodes of a region that go round, each to each other, and come in by one of them. A loop lies in another one or in none: it is what
/// still goes round when nobody goes to the other's header any more. So each way round in a region goes over some loop's header, also
/// where code has loops with two ways in.
/// </summary>
/// <param name="Header">The node where each turn begins, by its index; <see cref="Dispatch"/> where that is no node.</param>
/// <param name="Members">The nodes, with those of the loops in it.</param>
/// <param name="Outer">The loop around it, or null.</param>
internal sealed record RegionLoop(int Header, IReadOnlySet<int> Members, RegionLoop? Outer)
{
    /// <summary>How many loops it is, with those around it.</summary>
    public int Depth { get; } = (Outer?.Depth ?? 0) + 1;

    /// <summary>The place that computed jumps of a region share, as a header: control goes on from there to where they lead.</summary>
    public const int Dispatch = -1;

    /// <summary>The loops of a region, each behind the one around it.</summary>
    /// <param name="nodes">The region's nodes.</param>
    /// <param name="dispatched">The nodes that go round by computed jumps.</param>
    public static List<RegionLoop> Of(IReadOnlyList<RegionNode> nodes, IReadOnlySet<int> dispatched)
    {
        var (loops, headers) = (new List<RegionLoop>(), new HashSet<int>());
        if (dispatched.Count > 0)
        {
            var loop = new RegionLoop(Dispatch, dispatched, null);
            loops.Add(loop);
            Find([.. dispatched], loop);
        }

        Find(Enumerable.Range(0, nodes.Count).Where(index => !dispatched.Contains(index)).ToHashSet(), null);
        return loops;

        void Find(HashSet<int> among, RegionLoop? outer)
        {
            foreach (var members in Components(nodes, among, headers))
            {
                var header = HeaderOf(nodes, members);
                var loop = new RegionLoop(header, members, outer);
                loops.Add(loop);
                headers.Add(header);
                Find(members, loop);
            }
        }
    }

    /// <summary>Sets of nodes that reach each other.</summary>
    public static List<HashSet<int>> Rounds(IReadOnlyList<RegionNode> nodes) =>
        Components(nodes, Enumerable.Range(0, nodes.Count).ToHashSet(), []);

    /// <summary>The first node of the region, or else the lowest of those that others come to, as compilers lay loops out.</summary>
    private static int HeaderOf(IReadOnlyList<RegionNode> nodes, HashSet<int> members)
    {
        if (members.Contains(0)) return 0;
        var entered = new HashSet<int>();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (!members.Contains(i)) entered.UnionWith(nodes[i].Successors.Where(members.Contains));
        }

        return (entered.Count > 0 ? entered : members).MinBy(index => nodes[index].Pc);
    }

    /// <summary>Sets of nodes that reach each other without going to a header (Tarjan's algorithm).</summary>
    private static List<HashSet<int>> Components(IReadOnlyList<RegionNode> nodes, HashSet<int> among, HashSet<int> headers)
    {
        var (found, order, lowest) = (new List<HashSet<int>>(), new Dictionary<int, int>(), new Dictionary<int, int>());
        var (stack, onStack) = (new Stack<int>(), new HashSet<int>());
        foreach (var index in among.Order())
        {
            if (!order.ContainsKey(index)) Visit(index);
        }

        return found;

        void Visit(int index)
        {
            order[index] = lowest[index] = order.Count;
            stack.Push(index);
            onStack.Add(index);
            foreach (var next in Following(index))
            {
                if (!order.TryGetValue(next, out var at))
                {
                    Visit(next);
                    lowest[index] = Math.Min(lowest[index], lowest[next]);
                }
                else if (onStack.Contains(next))
                {
                    lowest[index] = Math.Min(lowest[index], at);
                }
            }

            if (lowest[index] != order[index]) return;
            var members = new HashSet<int>();
            int member;
            do
            {
                onStack.Remove(member = stack.Pop());
                members.Add(member);
            }
            while (member != index);
            if (members.Count > 1 || Following(index).Contains(index)) found.Add(members);
        }

        IEnumerable<int> Following(int index) => nodes[index].Successors.Where(next => among.Contains(next) && !headers.Contains(next));
    }
}
