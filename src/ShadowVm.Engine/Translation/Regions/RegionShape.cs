using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// The control flow of a region: its nodes, how they follow each other, where the recovery counter must be looked at and
/// which registers are worth a local throughout.
/// <para>
/// The counter is looked at where the region is entered and where a loop turns, against the longest way to the next such
/// place: who goes on from there runs no instruction too many, and who doesn't has run none.
/// </para>
/// </summary>
internal sealed class RegionShape
{
    private readonly IsaDefinition _isa;
    private readonly Dictionary<ulong, int> _byPc = [];
    private readonly SortedSet<ulong> _returnSites = [];
    private readonly HashSet<int> _links = [];

    private readonly JumpTargets _targets;

    private RegionShape(IsaDefinition isa, List<RegionNode> nodes, RegionTrust trusts, JumpTargets targets, bool isBlock)
    {
        (_isa, Nodes, Trusts, _targets, IsBlock) = (isa, nodes, trusts, targets, isBlock);
        for (var i = 0; i < nodes.Count; i++) _byPc.Add(nodes[i].Pc, i);
    }

    /// <summary>The nodes; the region was made for the first one.</summary>
    public IReadOnlyList<RegionNode> Nodes { get; }

    /// <summary>Whether it is a block for itself, which leaves nothing to blocks where the counter is short.</summary>
    public bool IsBlock { get; }

    /// <summary>What may be taken for granted.</summary>
    public RegionTrust Trusts { get; }

    /// <summary>What is taken for granted of floating point, or null.</summary>
    public FloatTrust? Trust { get; private set; }

    /// <summary>Accesses of loops that go through memory by additions, where addresses are translated.</summary>
    public IReadOnlySet<AccessPlace> Steady { get; private set; } = new HashSet<AccessPlace>();

    /// <summary>Accesses of loops that remember the range of pages they last came to, where addresses are translated.</summary>
    public IReadOnlyList<AccessPlace> LastRanges { get; private set; } = [];

    /// <summary>Analyses the code of some blocks; null where not even the first can be translated.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="blocks">The blocks, each beginning at another address of the same kind.</param>
    /// <param name="trusts">What may be taken for granted.</param>
    /// <param name="targets">Where computed jumps may go.</param>
    public static RegionShape? Of(IsaDefinition isa, IReadOnlyList<BlockCode> blocks, RegionTrust trusts, JumpTargets targets)
    {
        var nodes = ReadNodes(isa, blocks);
        if (nodes.Count == 0) return null;
        nodes = Joined(isa, Split(isa, nodes), targets);
        nodes = nodes.ConvertAll(node => BlockReader.Unrolled(isa, BlockReader.Anew(isa, node)));
        return Analysed(new RegionShape(isa, nodes, trusts, targets, isBlock: false));
    }

    /// <summary>Analyses the code of a block for itself; null where not even its first instruction can be translated.</summary>
    public static RegionShape? OfBlock(IsaDefinition isa, BlockCode block)
    {
        if (BlockReader.Read(isa, block, static _ => false) is not { } node) return null;
        // What follows a loop would only make its registers more, and they are all loaded and written back.
        return Analysed(new RegionShape(isa, [BlockReader.UpToBranchTo(node, node.Pc)], RegionTrust.None, JumpTargets.None, isBlock: true));
    }

    private static List<RegionNode> ReadNodes(IsaDefinition isa, IReadOnlyList<BlockCode> blocks)
    {
        var leaders = new HashSet<ulong>();
        foreach (var block in blocks) leaders.Add(block.Pc);
        var nodes = new List<RegionNode>();
        foreach (var block in blocks)
        {
            if (BlockReader.Read(isa, block, leaders.Contains) is { } node) nodes.Add(node);
            else if (nodes.Count == 0) break;
        }

        return nodes;
    }

    private static RegionShape Analysed(RegionShape shape)
    {
        shape.Connect();
        var loops = shape.PlaceChecks();
        if (shape.Trusts.Numbers) shape.Trust = FloatTrust.Of(shape.Nodes, shape.Trusts.NoZeros);
        if (shape.IsBlock) shape.Nodes[0].Pinned = PinnedRegisters.OfBlock(shape.Nodes[0]);
        else shape.DispatchPinned = PinnedRegisters.Choose(shape.Nodes, loops, shape.Trust);
        if (!shape.IsBlock && shape.Nodes[0].Code.Key.IsPaged)
        {
            var (steady, others) = SteadyAddresses.Of(shape.Nodes, loops.Select(loop => loop.Members));
            shape.Steady = steady.ToHashSet();
            shape.LastRanges =
                [.. steady.Concat(others).Where(place => !shape.Trusts.Wandering.Contains(place)).Take(EngineWords.LastRangesMax)];
        }

        return shape;
    }

    /// <summary>Nodes that a branch may well go to where its target is computed, in the order of their addresses.</summary>
    public IEnumerable<RegionNode> ReturnSites(Specialized branch) => CallSites.IsReturn(branch, _links)
        ? _returnSites.Select(site => Nodes[_byPc[site]])
        : [];

    /// <summary>
    /// The loop whose turns computed jumps make, or null. They go to one place, and from there to the node that begins at the address.
    /// </summary>
    public RegionLoop? Dispatched { get; private set; }

    /// <summary>Registers that are in locals at that place.</summary>
    public PinnedRegisters DispatchPinned { get; private set; } = PinnedRegisters.None;

    /// <summary>Nodes that are gone to from there: where computed jumps lead, and where the loop is entered from outside.</summary>
    public IEnumerable<RegionNode> DispatchedTo => Nodes.Where(node => IsTarget(node) || (node.IsEntry && IsDispatched(node)));

    /// <summary>Whether computed jumps may lead to a node.</summary>
    public bool IsTarget(RegionNode node) => _targets.Addresses.Contains(node.Pc);

    /// <summary>Whether a node is part of that loop, perhaps of one in it.</summary>
    public bool IsDispatched(RegionNode node) => Dispatched is { } loop && loop.Members.Contains(_byPc[node.Pc]);

    /// <summary>Whether an instruction goes to that place.</summary>
    public bool IsDispatching(Specialized instruction) => Dispatched is not null && _targets.IsJump(instruction);

    /// <summary>
    /// Whether a node is one that another goes on to. Who goes on elsewhere would make a way that the checks of the counter
    /// know nothing of.
    /// </summary>
    public bool Follows(RegionNode node, ulong pc) => node.Successors.Contains(_byPc[pc]);

    /// <summary>The node that begins at an address.</summary>
    public RegionNode NodeAt(ulong pc) => Nodes[_byPc[pc]];

    /// <summary>Splits what stands behind a loop of one node from it.</summary>
    private static List<RegionNode> Split(IsaDefinition isa, List<RegionNode> nodes)
    {
        var (split, begun) = (new List<RegionNode>(), nodes.Select(node => node.Pc).ToHashSet());
        foreach (var node in nodes)
        {
            var loop = BlockReader.UpToBranchTo(node, node.Pc);
            split.Add(loop);
            if (loop.Count == node.Count || !begun.Add(loop.End)) continue;
            var code = new BlockCode(
                node.Code.Key.At(loop.End), node.Code.Instructions[loop.Count..], node.Code.Bytes - loop.Code.Bytes);
            // Read once more: others may come here too, and know nothing of what the loop left in registers.
            if (BlockReader.Read(isa, code, static _ => false) is { } rest) split.Add(rest with { HasBlock = false });
        }

        return split;
    }

    /// <summary>
    /// Joins nodes that only the one before them in memory goes on to: blocks end where they are long enough, and what is
    /// known of registers needn't.
    /// </summary>
    private static List<RegionNode> Joined(IsaDefinition isa, List<RegionNode> nodes, JumpTargets targets)
    {
        var entered = new HashSet<ulong>(targets.Addresses) { nodes[0].Pc };
        var behind = new Dictionary<ulong, RegionNode>();
        foreach (var node in nodes)
        {
            behind[node.Pc] = node;
            CallSites.VisitLinks(isa, node, (_, site) => entered.Add(site));
            CallSites.VisitTargets(isa, node, target => entered.Add(target), withEnd: false);
        }

        var (joined, taken) = (new List<RegionNode>(), new HashSet<ulong>());
        foreach (var node in nodes)
        {
            var isJoined = !entered.Contains(node.Pc) && nodes.Exists(before => before.Falls && before.End == node.Pc);
            if (!isJoined) Join(node);
        }

        // What stands behind a loop isn't joined to it after all.
        foreach (var node in nodes) Join(node);
        return joined;

        void Join(RegionNode whole)
        {
            if (!taken.Add(whole.Pc)) return;
            while (whole.Falls && !whole.IsLoop && !entered.Contains(whole.End) && behind.TryGetValue(whole.End, out var next)
                && taken.Add(next.Pc))
            {
                whole = whole.With(next);
            }

            joined.Add(whole);
        }
    }

    private void Connect()
    {
        foreach (var node in Nodes)
        {
            CallSites.VisitLinks(_isa, node, (slot, site) =>
            {
                _links.Add(slot);
                if (_byPc.TryGetValue(site, out var index))
                {
                    _returnSites.Add(site);
                    Nodes[index].IsEntry = true;
                }
            });
        }

        foreach (var node in Nodes)
        {
            CallSites.VisitTargets(_isa, node, target =>
            {
                if (_byPc.TryGetValue(target, out var index)) Add(node, index);
            });
            foreach (var instruction in node.Instructions)
            {
                foreach (var site in ReturnSites(instruction)) Add(node, _byPc[site.Pc]);
            }
        }

        static void Add(RegionNode node, int successor)
        {
            if (!node.Successors.Contains(successor)) node.Successors.Add(successor);
        }
    }

    /// <summary>Has the counter looked at where loops turn, and measures the longest ways to there; gives the loops.</summary>
    private List<RegionLoop> PlaceChecks()
    {
        var dispatched = FindDispatched();
        var loops = RegionLoop.Of(Nodes, dispatched);
        Nodes[0].Checks = Nodes[0].IsEntry = true;
        if (dispatched.Count > 0)
        {
            Dispatched = loops[0];
            foreach (var node in Nodes.Where(IsTarget)) node.Checks = node.IsEntry = true;
        }

        foreach (var loop in loops)
        {
            if (loop.Header != RegionLoop.Dispatch) Nodes[loop.Header].Checks = Nodes[loop.Header].IsEntry = true;
            foreach (var member in loop.Members) Nodes[member].Loop = loop; // the innermost comes last
        }

        foreach (var node in Nodes) Measure(node);
        return loops;
    }

    /// <summary>
    /// The nodes that computed jumps lead to, perhaps by way of others, and that lead to computed jumps. Who calls all that isn't one
    /// of them, though a return leads there: it goes round far less often. What goes round without computed jumps stays together.
    /// </summary>
    private HashSet<int> FindDispatched()
    {
        var indexes = Enumerable.Range(0, Nodes.Count).ToArray();
        var jumping = indexes.Where(index => Array.Exists(Nodes[index].Instructions, _targets.IsJump)).ToHashSet();
        if (jumping.Count == 0) return [];
        var reached = Reach(indexes.Where(index => IsTarget(Nodes[index])), WithoutReturns);
        reached.IntersectWith(Reach(jumping, index => indexes.Where(before => Nodes[before].Successors.Contains(index))));
        foreach (var round in RegionLoop.Rounds(Nodes).Where(reached.Overlaps)) reached.UnionWith(round);
        return reached;

        IEnumerable<int> WithoutReturns(int index) =>
            CallSites.Successors(_isa, Nodes[index]).Where(_byPc.ContainsKey).Select(pc => _byPc[pc]);

        static HashSet<int> Reach(IEnumerable<int> from, Func<int, IEnumerable<int>> next)
        {
            var reached = from.ToHashSet();
            var waiting = new Queue<int>(reached);
            while (waiting.TryDequeue(out var index))
            {
                foreach (var other in next(index))
                {
                    if (reached.Add(other)) waiting.Enqueue(other);
                }
            }

            return reached;
        }
    }

    private int Measure(RegionNode node)
    {
        if (node.LongestPath > 0) return node.LongestPath;
        var longest = 0;
        foreach (var index in node.Successors)
        {
            if (!Nodes[index].Checks) longest = Math.Max(longest, Measure(Nodes[index]));
        }

        return node.LongestPath = node.Count + longest;
    }
}
