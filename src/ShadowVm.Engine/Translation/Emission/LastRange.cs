using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Paging;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// The page that an instruction of a loop last looked for, and with it the range of pages around: the next turn finds its place there
/// without a look-up, whose place in a table would have to be worked out from the address first. It holds while control is in the
/// region, since whatever changes translations is done outside of it. It is kept in memory, at a known place: registers are dear.
/// </summary>
/// <param name="index">Which of the region's.</param>
internal sealed class LastRange(int index)
{
    /// <summary>Word for the host address of the page's entry: see <see cref="PageEntry"/> and <see cref="PageBounds"/>.</summary>
    public int Entry => EngineWords.LastRanges + EntryAt(index);

    /// <summary>Word for how often another range had to be found since the region was entered.</summary>
    public int Misses => EngineWords.LastRanges + MissesAt(index);

    /// <summary>Where <see cref="Entry"/> is among the words of all.</summary>
    public static int EntryAt(int index) => EngineWords.LastRangeWords * index;

    /// <summary>Where <see cref="Misses"/> is among them.</summary>
    public static int MissesAt(int index) => EntryAt(index) + 1;
}
