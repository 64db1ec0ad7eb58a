using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// State slots that are in locals throughout a loop, or throughout what of a region lies in none. Where control goes from one
/// to another, the registers that only one of them has are written back and loaded.
/// </summary>
/// <param name="Slots">The slots, in order.</param>
/// <param name="Written">Those of them that some node of the region writes.</param>
internal sealed record PinnedRegisters(int[] Slots, int[] Written)
{
    // More registers than these in locals throughout, and the compiler spills and shuffles them at each turn of a loop: it has
    // some eleven, and what a turn works out wants a few of them. With 11 instead of 9 `queens` takes 1.1 times as long, `copies`
    // 1.15, `crc` with translated addresses 1.35, `hash` 0.96.
    private const int Max = 9;

    // What a load or a store counts beside a use.
    private const long Access = 8;

    // The same of numbers, which are in registers of their own.
    private const int NumbersMax = 12;

    // Beyond this many stores in exits that are hardly ever taken, those exits of a block share one that stores all.
    private const int ExitStoresMax = 64;

    /// <summary>None at all.</summary>
    public static PinnedRegisters None { get; } = new([], []);

    /// <summary>Those of a block for itself: what it loops over, or what many of its exits would write back.</summary>
    public static PinnedRegisters OfBlock(RegionNode node)
    {
        var (used, written, exitStores) = (new SortedSet<int>(), new SortedSet<int>(), 0);
        foreach (var instruction in node.Instructions)
        {
            instruction.Visit(n =>
            {
                if (n.Op is Op.Register or Op.SetRegister) used.Add(n.Index);
                if (n.Op is Op.Load or Op.Store or Op.ProbeStore or Op.Raise) exitStores += written.Count;
            });
            VisitWritten(instruction, slot => written.Add(slot));
        }

        if (node.Successors.Count > 0) return new PinnedRegisters([.. used], [.. written]);
        return exitStores > ExitStoresMax ? new PinnedRegisters([.. written], [.. written]) : None;
    }

    /// <summary>
    /// Chooses those of each node. An inner loop has first what it uses most itself; what room it leaves is for those of the loop
    /// around it, so that they can stay where they are.
    /// </summary>
    /// <param name="nodes">The region's nodes, which know how deep they lie.</param>
    /// <param name="loops">Its loops, each behind the one around it.</param>
    /// <param name="trust">What is taken for granted of floating point.</param>
    /// <returns>Those of the place that computed jumps share, if there is one.</returns>
    public static PinnedRegisters Choose(IReadOnlyList<RegionNode> nodes, IReadOnlyList<RegionLoop> loops, FloatTrust? trust)
    {
        var numbers = trust?.Numbers ?? new HashSet<int>();
        var written = new SortedSet<int>();
        foreach (var node in nodes)
        {
            foreach (var instruction in node.Instructions) VisitWritten(instruction, slot => written.Add(slot));
        }

        Give(Enumerable.Range(0, nodes.Count), []);
        var there = None;
        foreach (var loop in loops)
        {
            var pinned = Give(loop.Members.Order(), nodes[loop.Members.First()].Pinned.Slots); // those of the loop around it
            if (loop.Header == RegionLoop.Dispatch) there = pinned;
        }

        return there;

        PinnedRegisters Give(IEnumerable<int> members, int[] around)
        {
            var heaviest = Weigh(members.Select(index => nodes[index]))
                .OrderByDescending(each => each.Value).Select(each => each.Key).Concat(around).Distinct()
                .Where(slot => slot != trust?.RoundEvenSlot).ToLookup(numbers.Contains);
            int[] slots = [.. heaviest[false].Take(Max).Concat(heaviest[true].Take(NumbersMax)).Order()];
            var pinned = new PinnedRegisters(slots, [.. slots.Where(written.Contains)]);
            foreach (var index in members) nodes[index].Pinned = pinned;
            return pinned;
        }
    }

    /// <summary>Registers that are in locals here and not there, and are written back on the way.</summary>
    public IEnumerable<int> WrittenBackTo(PinnedRegisters next) => Written.Except(next.Slots);

    /// <summary>Registers that are in locals there and not here.</summary>
    public IEnumerable<int> LoadedBy(PinnedRegisters next) => next.Slots.Except(Slots);

    /// <summary>
    /// How much each register is worth a local throughout. Within a node it has one in any case: what it saves is the load before
    /// the first use, and the store behind the last.
    /// </summary>
    private static SortedDictionary<int, long> Weigh(IEnumerable<RegionNode> nodes)
    {
        var weights = new SortedDictionary<int, long>();
        foreach (var node in nodes)
        {
            var weight = 1L << (3 * Math.Min(node.Depth, 8));
            var (read, written) = (new HashSet<int>(), new HashSet<int>());
            foreach (var instruction in node.Instructions)
            {
                instruction.Visit(n =>
                {
                    if (n.Op == Op.Register && !written.Contains(n.Index) && read.Add(n.Index)) Add(n.Index, Access * weight);
                    else if (n.Op is Op.Register or Op.SetRegister) Add(n.Index, weight);
                });
                VisitWritten(instruction, slot =>
                {
                    if (written.Add(slot)) Add(slot, Access * weight);
                });
            }
        }

        return weights;

        void Add(int slot, long by) => weights[slot] = weights.GetValueOrDefault(slot) + by;
    }

    private static void VisitWritten(Specialized instruction, Action<int> slot) => instruction.Visit(n =>
    {
        if (n.Op == Op.SetRegister) slot(n.Index);
    });
}
