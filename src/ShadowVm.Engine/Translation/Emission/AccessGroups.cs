using System.Reflection.Emit;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Accesses of a node at fixed distances from the same register, which nothing writes between them: one check serves all.
/// It is made at the first one, which is given up if it fails, whichever of them it would have failed for.
/// </summary>
internal sealed class AccessGroup
{
    /// <summary>Distance of the lowest byte from the register.</summary>
    public required long Low { get; set; }

    /// <summary>Distance of the byte behind the highest one.</summary>
    public required long High { get; set; }

    /// <summary>Distance of the lowest store.</summary>
    public long LowStore { get; set; } = long.MaxValue;

    /// <summary>Distance of the highest store.</summary>
    public long HighStore { get; set; } = long.MinValue;

    /// <summary>Accesses in it.</summary>
    public int Count { get; set; }

    /// <summary>Slot of the register.</summary>
    public required int Slot { get; init; }

    /// <summary>While code is emitted: the offset in RAM of the lowest byte, once it was checked.</summary>
    public LocalBuilder? Offset { get; set; }

    /// <summary>While code is emitted: whether the watch was asked for the stores.</summary>
    public bool IsWatched { get; set; }
}

/// <summary>Finds the groups of a node.</summary>
internal sealed class AccessGroups
{
    private readonly Dictionary<Node, (AccessGroup Group, long Distance)> _groups = [];

    private readonly int _widthMin;

    /// <summary>Looks at the accesses that happen whenever their instruction does.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isLow">
    /// Whether all of RAM has addresses of 32 bits. Narrower sums than of 64 bits may wrap, and do so to somewhere else than
    /// the check is made for; where there is RAM at neither place, that doesn't matter.
    /// </param>
    public AccessGroups(RegionNode node, bool isLow)
    {
        _widthMin = isLow ? 32 : 64;
        var (open, written) = (new Dictionary<int, AccessGroup>(), new List<int>());
        for (var i = 0; i < node.Count; i++)
        {
            var instruction = node.Instructions[i];
            // An instruction that may be passed over checks for nobody else.
            var isPassedOver = i > 0 && node.Instructions[i - 1] is { OpensSlot: true } branch
                && BranchShape.Of(branch) is not { Nullifies: false };
            foreach (var step in isPassedOver ? [] : instruction.Steps)
            {
                var access = step.Op == Op.SetLocal && step.A!.Op == Op.Load ? step.A : step;
                if (access.Op is Op.Load or Op.Store or Op.ProbeStore && Place(instruction, access.A!) is { } place)
                {
                    Add(open, access, place.Slot, place.Distance);
                }
            }

            instruction.Visit(n =>
            {
                if (n.Op == Op.SetRegister) written.Add(n.Index);
            });
            foreach (var slot in written) open.Remove(slot);
            written.Clear();
        }
    }

    /// <summary>The group of an access and its distance from the lowest byte; null where it stands alone.</summary>
    public (AccessGroup Group, long Distance)? Find(Node access) =>
        _groups.TryGetValue(access, out var found) && found.Group.Count > 1 ? (found.Group, found.Distance - found.Group.Low) : null;

    private void Add(Dictionary<int, AccessGroup> open, Node access, int slot, long distance)
    {
        const long spanMax = 1 << StoreWatch.GranuleShift; // stores between two lie in the granule of the one or the other
        var end = distance + (access.Width >> 3);
        if (!open.TryGetValue(slot, out var group)
            || Math.Max(group.High, end) - Math.Min(group.Low, distance) > spanMax)
        {
            open[slot] = group = new AccessGroup { Slot = slot, Low = distance, High = end };
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

    /// <summary>The register that an address is worked out from, and how far it is from there.</summary>
    private (int Slot, long Distance)? Place(Specialized instruction, Node address)
    {
        switch (address.Op)
        {
            case Op.Register when address.Width >= _widthMin:
                return (address.Index, 0);

            case Op.Add when address.A!.Op == Op.Register && address.Width >= _widthMin && Fold.IsConst(address.B!):
                var distance = Fold.Value(address.B!);
                return (address.A.Index, address.Width == 32 ? (int)distance : (long)distance);

            case Op.Local:
                // What sets it on some paths alone doesn't say what it is.
                var setters = 0;
                instruction.Visit(n => setters += n.Op == Op.SetLocal && n.Index == address.Index ? 1 : 0);
                var setter = Array.Find(instruction.Steps, step => step.Op == Op.SetLocal && step.Index == address.Index);
                return setters == 1 && setter is not null ? Place(instruction, setter.A!) : null;

            default:
                return null;
        }
    }
}
