using System.Reflection.Emit;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>What a store of a node wrote, and a load behind it asks for.</summary>
internal sealed class StoredValue
{
    /// <summary>Bytes that were stored.</summary>
    public required int Bytes { get; init; }

    /// <summary>While code is emitted: where it is, once it was stored; in 32 bits where that is enough for it.</summary>
    public LocalBuilder? Place { get; set; }
}

/// <summary>
/// Finds the loads of a node that begin where a store before them did, with nothing stored there in between. A load of as many
/// bytes needn't go to memory. One of a word of which the lower half was stored must, but for the upper half alone: the host would
/// wait with the whole until the store has come to its cache.
/// </summary>
internal sealed class StoredValues
{
    private readonly Dictionary<Node, StoredValue> _stores = [];
    private readonly Dictionary<Node, StoredValue> _loads = [];

    /// <summary>Looks at the accesses that happen whenever their instruction does.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isLow">Whether a sum of 32 bits that wraps comes to no RAM and to no page, wrapped or not.</param>
    public StoredValues(RegionNode node, bool isLow)
    {
        var (open, values) = (new List<(int Value, long Distance, StoredValue Stored)>(), new AddressValues(isLow));
        for (var i = 0; i < node.Count; i++)
        {
            var instruction = node.Instructions[i];
            var isPassedOver = i > 0 && node.Instructions[i - 1].OpensSlot;
            foreach (var step in instruction.Steps)
            {
                if (step is { Op: Op.SetLocal, A: { Op: Op.Load } load })
                {
                    if (values.Of(instruction, load.A!) is { } from) Find(open, load, from);
                }
                else if (step.Op == Op.Store && !isPassedOver && values.Of(instruction, step.A!) is { } to)
                {
                    open.RemoveAll(each => MayMeet(each, to, step.Width >> 3));
                    var stored = new StoredValue { Bytes = step.Width >> 3 };
                    open.Add((to.Id, to.Distance, stored));
                    _stores.Add(step, stored);
                }
                else if (Stores(step))
                {
                    open.Clear();
                }
            }

            values.Pass(instruction, isCertain: !isPassedOver);
        }

        // What nobody asks for isn't kept.
        var asked = _loads.Values.ToHashSet();
        foreach (var (store, stored) in _stores)
        {
            if (!asked.Contains(stored)) _stores.Remove(store);
        }
    }

    /// <summary>What a load asks for, or null.</summary>
    public StoredValue? Before(Node load) => _loads.GetValueOrDefault(load);

    /// <summary>What a store writes, if a load asks for it; else null.</summary>
    public StoredValue? Of(Node store) => _stores.GetValueOrDefault(store);

    private void Find(List<(int Value, long Distance, StoredValue Stored)> open, Node load, (int Id, long Distance) from)
    {
        var bytes = load.Width >> 3;
        foreach (var (value, distance, stored) in open)
        {
            if ((value, distance) != from) continue;
            if (stored.Bytes == bytes || (stored.Bytes, bytes) == (4, 8)) _loads.Add(load, stored);
        }
    }

    /// <summary>Whether a store may write what another one wrote: one page may be at several addresses.</summary>
    private static bool MayMeet((int Value, long Distance, StoredValue Stored) one, (int Id, long Distance) other, int bytes)
    {
        if (one.Value != other.Id) return true;
        var (low, high) = (Math.Min(one.Distance, other.Distance), Math.Max(one.Distance, other.Distance));
        var lowBytes = low == one.Distance ? one.Stored.Bytes : bytes;
        return high - low < lowBytes || high - low > GuestMemory.PageBytes - sizeof(long);
    }

    private static bool Stores(Node step)
    {
        var stores = false;
        Specialized.Visit(step, n => stores |= n.Op == Op.Store);
        return stores;
    }
}
