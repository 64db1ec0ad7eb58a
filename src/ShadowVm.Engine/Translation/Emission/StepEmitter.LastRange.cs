using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Paging;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>Translated addresses in loops: an access is most often to the range of pages of the turn before.</content>
internal abstract partial class StepEmitter
{
    /// <summary>What is remembered of the range that an access came to; null where that isn't worth it.</summary>
    protected virtual LastRange? LastRangeOf(Node access) => null;

    /// <summary>The next of the words of <see cref="EngineWords.Addends"/>, for an access; null where it isn't worth it.</summary>
    protected virtual int? NextAddendWord(Node access) => null;

    /// <summary>As <see cref="EmitPaged"/> for the lowest address of a group.</summary>
    private LocalBuilder EmitGroupInLastRange(Node first, long distance, int span, bool watched, LastRange range)
    {
        var (address, physical, fails) = (Il.Local(), Il.Local(), Il.Label());
        LoadLowest(first, distance);
        Il.Set(address);
        EmitInLastRange(address, physical, span, watched, range, fails);
        EmitFails(address, span, fails);
        return physical;
    }

    /// <summary>
    /// Makes an address of the range a physical one. Any other address is looked for, and fails where its page isn't found or doesn't
    /// have all bytes of the access.
    /// </summary>
    private void EmitInLastRange(
        LocalBuilder address, LocalBuilder physical, int bytes, bool watched, LastRange range, Label fails, bool host = false)
    {
        var (distance, entry, other, found) = (Il.Local(), Il.Local(), Il.Label(), Il.Label());
        var giveUpOdd = GiveUpAs(HostExit.OddPage);
        var limit = watched ? PageBounds.WriteOffset : PageBounds.ReadOffset;
        Il.LoadWord(range.Entry);
        Il.Set(entry);
        Il.Get(address);
        LoadFrom(entry, PageBounds.StartOffset);
        Il.Op(OpCodes.Sub);
        Il.Set(distance);
        Il.Get(distance);
        LoadFrom(entry, limit);
        Il.Branch(OpCodes.Bge_Un, other);
        if (bytes > PageBounds.AccessMax)
        {
            Il.Get(distance);
            Il.Const(bytes - PageBounds.AccessMax);
            Il.Op(OpCodes.Add);
            LoadFrom(entry, limit);
            Il.Branch(OpCodes.Bge_Un, other);
        }

        Il.Mark(found);
        Il.Get(address);
        LoadFrom(entry, host ? PageBounds.HostOffset : PageEntry.AddendOffset);
        Il.Op(OpCodes.Add);
        Il.Set(physical);
        EmitLater(() =>
        {
            Il.Mark(other);
            EmitEntry(address, entry, bytes, watched, fails);
            Il.Get(entry);
            Il.LoadWord(range.Entry);
            Il.Branch(OpCodes.Beq, found); // the last bytes of it
            Il.LoadWord(range.Misses);
            Il.Const(EngineWords.MissesMax);
            Il.Branch(OpCodes.Bge, giveUpOdd);
            Keep(range.Misses, () =>
            {
                Il.LoadWord(range.Misses);
                Il.Const(1);
                Il.Op(OpCodes.Add);
            });
            Keep(range.Entry, () => Il.Get(entry));
            Il.Branch(OpCodes.Br, found);
        });
    }

    /// <summary>
    /// What is first stored to, or loaded from, in a group whose range was found for the other: all of that has the same rights.
    /// </summary>
    private void EmitAllows(LastRange range)
    {
        var entry = Il.Local();
        Il.LoadWord(range.Entry);
        Il.Set(entry);
        LoadFrom(entry, PageBounds.ReadOffset);
        LoadFrom(entry, PageBounds.WriteOffset);
        Il.Branch(OpCodes.Bne_Un, GiveUp);
    }
}
