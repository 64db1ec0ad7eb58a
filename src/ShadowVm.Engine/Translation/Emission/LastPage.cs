using ShadowVm.Engine.Cpu;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// The page that an instruction of a loop last came to: the next turn finds it without a look-up, whose place in a table would have
/// to be worked out from the address first. It holds while control is in the region, since whatever changes translations is done
/// outside of it. It is kept in memory, at a known place: registers are dear.
/// </summary>
/// <param name="index">Which of the region's.</param>
internal sealed class LastPage(int index)
{
    /// <summary>Word for the page's address where it may be loaded from.</summary>
    public int LoadTag => EngineWords.LastPages + (EngineWords.LastPageWords * index);

    /// <summary>Word for the page's address where it may be stored to.</summary>
    public int StoreTag => LoadTag + 1;

    /// <summary>Word for what an address plus this is a physical address.</summary>
    public int Addend => LoadTag + 2;

    /// <summary>Word for how often another page had to be looked up since the region was entered.</summary>
    public int Misses => EngineWords.LastPages + MissesAt(index);

    /// <summary>Where that word is among those of all pages.</summary>
    public static int MissesAt(int index) => (EngineWords.LastPageWords * index) + 3;

    /// <summary>The tag for an access.</summary>
    public int Tag(bool watched) => watched ? StoreTag : LoadTag;
}
