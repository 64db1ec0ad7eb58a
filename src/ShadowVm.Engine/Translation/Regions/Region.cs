using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Translation.Regions;

/// <summary>A translated region that may run.</summary>
/// <param name="Key">The block that it was made for.</param>
/// <param name="Blocks">The blocks it was made from.</param>
/// <param name="Entries">Where it may be entered.</param>
/// <param name="LastRanges">Accesses that remember the range of pages they last came to.</param>
/// <param name="Targets">Where its computed jumps may go.</param>
/// <param name="Instructions">Number of instructions in it.</param>
/// <param name="Method">The code.</param>
internal sealed record Region(
    CodeKey Key,
    CodeKey[] Blocks,
    CodeKey[] Entries,
    IReadOnlyList<AccessPlace> LastRanges,
    JumpTargets Targets,
    int Instructions,
    CompiledMethod Method)
{
    // What is wrong more often than so many times in so many instructions each isn't worth it: interpreting one instruction and
    // finding back costs what some hundred others do.
    private const int OddMax = 256;
    private const int OddEvery = 4096;

    private readonly SortedDictionary<HostExit, (int Times, ulong From)> _odd = [];

    /// <summary>Notes that something that was taken for granted wasn't so; gives whether that is too often so.</summary>
    /// <param name="what">What it was.</param>
    /// <param name="retired">Instructions that the guest has retired.</param>
    public bool IsOddTooOften(HostExit what, ulong retired)
    {
        var (times, from) = _odd.GetValueOrDefault(what, (0, retired));
        _odd[what] = (times + 1, from);
        if (times + 1 < OddMax) return false;
        _odd.Remove(what);
        return retired - from <= (ulong)OddMax * OddEvery;
    }

    /// <summary>
    /// The accesses that come to another range of pages too often, by what was counted when the region was left for one of them, and
    /// the host address of the entry of the last page.
    /// </summary>
    public IReadOnlyList<(AccessPlace Place, nint Entry)> WanderingBy(ReadOnlySpan<ulong> lastRanges)
    {
        var wandering = new List<(AccessPlace, nint)>();
        for (var i = 0; i < LastRanges.Count; i++)
        {
            // Where one of them does, another is on its way there.
            if (lastRanges[LastRange.MissesAt(i)] < EngineWords.MissesMax / 4) continue;
            wandering.Add((LastRanges[i], (nint)lastRanges[LastRange.EntryAt(i)]));
        }

        return wandering;
    }
}
