using ShadowVm.Engine.Memory;

namespace ShadowVm.Engine.Paging;

/// <summary>
/// What a walk read, as two sets of 64 members that places in RAM are hashed to: one of the words, one of the granules
/// that the store watch knows. A set may have what isn't there, and so a page be forgotten in vain; it never lacks what
/// is there.
/// </summary>
/// <param name="Words">Words of 8 bytes.</param>
/// <param name="Granules">Granules.</param>
internal readonly record struct WalkTrace(ulong Words, ulong Granules)
{
    /// <summary>The trace of some bytes.</summary>
    /// <param name="offset">Offset of the first in RAM.</param>
    /// <param name="length">How many, at least 1.</param>
    public static WalkTrace Of(ulong offset, ulong length)
    {
        var (words, granules) = (0UL, 0UL);
        for (var word = offset >> 3; word <= (offset + length - 1) >> 3; word++) words |= Bit(word);
        for (var granule = First(offset); granule <= First(offset + length - 1); granule++) granules |= Bit(granule);
        return new WalkTrace(words, granules);
    }

    /// <summary>What either has.</summary>
    public static WalkTrace operator |(WalkTrace a, WalkTrace b) => new(a.Words | b.Words, a.Granules | b.Granules);

    /// <summary>The member that a granule is hashed to.</summary>
    public static ulong BitOf(int granule) => Bit((ulong)granule);

    private static ulong First(ulong offset) => offset >> StoreWatch.GranuleShift;

    private static ulong Bit(ulong place) => 1UL << (int)((place * 0x9e37_79b9_7f4a_7c15) >> 58);
}
