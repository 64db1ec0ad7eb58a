using System.Reflection.Emit;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Accesses of a node at fixed distances from one value, such as a pointer that goes on by constants: one check serves all. It
/// is made at the first one, which is given up if it fails, whichever of them it would have failed for. Where addresses are
/// translated, they lie in one page or range of pages, or the first is given up.
/// </summary>
internal sealed class AccessGroup
{
    /// <summary>Distance of the lowest byte from the value.</summary>
    public required long Low { get; set; }

    /// <summary>Distance of the byte behind the highest one.</summary>
    public required long High { get; set; }

    /// <summary>Distance of the lowest store.</summary>
    public long LowStore { get; set; } = long.MaxValue;

    /// <summary>Distance of the highest store.</summary>
    public long HighStore { get; set; } = long.MinValue;

    /// <summary>Accesses in it.</summary>
    public int Count { get; set; }

    /// <summary>While code is emitted: the physical address of the lowest byte, once it was checked.</summary>
    public LocalBuilder? Lowest { get; set; }

    /// <summary>While code is emitted: the page's entry, where addresses are translated.</summary>
    public LocalBuilder? Entry { get; set; }

    /// <summary>While code is emitted: what is remembered of the pages instead, in a loop.</summary>
    public LastRange? Range { get; set; }

    /// <summary>While code is emitted: whether loads, and whether stores, are known to be allowed there.</summary>
    public (bool Loads, bool Stores) Allows { get; set; }

    /// <summary>While code is emitted: whether the watch was asked for the stores.</summary>
    public bool IsWatched { get; set; }
}

/// <summary>Finds the groups of a node.</summary>
internal sealed class AccessGroups
{
    // Stores between two lie in the granule of the one or the other.
    private const long SpanMax = 1 << StoreWatch.GranuleShift;

    // The longer, the more often two pages have a part of it.
    private const long PagedSpanMax = 128;

    private readonly Dictionary<Node, (AccessGroup Group, long Distance)> _groups = [];
    private readonly long _spanMax;

    private AccessGroups()
    {
    }

    /// <summary>Looks at the accesses that happen whenever their instruction does.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isLow">Whether a sum of 32 bits that wraps comes to no RAM and to no page, wrapped or not.</param>
    /// <param name="isPaged">
    /// Whether addresses are translated: the turns of a loop share nothing then, since a pointer that goes on through an array
    /// comes to the end of each page.
    /// </param>
    public AccessGroups(RegionNode node, bool isLow, bool isPaged)
    {
        _spanMax = isPaged ? PagedSpanMax : SpanMax;
        var (open, values) = (new Dictionary<int, AccessGroup>(), new AddressValues(isLow));
        for (var i = 0; i < node.Count; i++)
        {
            var instruction = node.Instructions[i];
            // An instruction that may be passed over checks for nobody else.
            var isPassedOver = i > 0 && node.Instructions[i - 1] is { OpensSlot: true } branch
                && BranchShape.Of(branch) is not { Nullifies: false };
            foreach (var step in isPassedOver ? [] : instruction.Steps)
            {
                var access = step.Op == Op.SetLocal && step.A!.Op == Op.Load ? step.A : step;
                if (access.Op is Op.Load or Op.Store or Op.ProbeStore && values.Of(instruction, access.A!) is { } value)
                {
                    Add(open, access, value.Id, value.Distance);
                }
            }

            values.Pass(instruction, isCertain: !isPassedOver);
            if (isPaged && node.EndsTurn(i)) open.Clear();
        }
    }

    /// <summary>No groups at all.</summary>
    public static AccessGroups None { get; } = new();

    /// <summary>The group of an access and its distance from the lowest byte; null where it stands alone.</summary>
    public (AccessGroup Group, long Distance)? Find(Node access) =>
        _groups.TryGetValue(access, out var found) && found.Group.Count > 1 ? (found.Group, found.Distance - found.Group.Low) : null;

    private void Add(Dictionary<int, AccessGroup> open, Node access, int value, long distance)
    {
        var end = distance + (access.Width >> 3);
        if (!open.TryGetValue(value, out var group)
            || Math.Max(group.High, end) - Math.Min(group.Low, distance) > _spanMax)
        {
            open[value] = group = new AccessGroup { Low = distance, High = end };
        }

        group.Low = Math.Min(group.Low, distance);
        group.High = Math.Max(group.High, end);
        if (access.Op != Op.Load)
        {
            group.LowStore = Math.Min(group.LowStore, distance);
            group.HighStore = Math.Max(group.HighStore, distance);
        }

        group.Count++;
        _groups.Add(access, (group, distance));
    }
}
