using System.Collections.Immutable;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>
/// What a region takes for granted that is only most often so. Where it is found not to be, too often, the region is made anew
/// without.
/// </summary>
/// <param name="Numbers">That floating-point results are ordinary numbers: see <see cref="FloatTrust"/>.</param>
/// <param name="NoZeros">That products and quotients aren't zero, but for a few.</param>
/// <param name="Groups">That accesses near each other are to one page.</param>
/// <param name="Addends">That pages lie in memory in the order of their addresses.</param>
/// <param name="Wandering">Accesses that aren't most often to the range of pages of the turn before.</param>
internal sealed record RegionTrust(bool Numbers, bool NoZeros, bool Groups, bool Addends, ImmutableHashSet<AccessPlace> Wandering)
{
    /// <summary>All that can be.</summary>
    public static RegionTrust Full { get; } = new(true, true, true, true, []);

    /// <summary>Nothing.</summary>
    public static RegionTrust None { get; } = new(false, false, false, false, []);
}

/// <summary>A load or a store.</summary>
/// <param name="Pc">Guest address of its instruction.</param>
/// <param name="Index">Which of the instruction's.</param>
internal readonly record struct AccessPlace(ulong Pc, int Index);
