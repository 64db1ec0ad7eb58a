using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>Translated addresses in loops: an access is most often to the page of the turn before.</content>
internal abstract partial class StepEmitter
{
    /// <summary>What is remembered of the page that an access came to; null where that isn't worth it.</summary>
    protected virtual LastPage? LastPageOf(Node access) => null;

    /// <summary>The next of the words of <see cref="EngineWords.Addends"/>, for an access; null where it isn't worth it.</summary>
    protected virtual int? NextAddendWord(Node access) => null;

    /// <summary>As <see cref="EmitPaged"/>. One comparison says that the page is the same and the access aligned.</summary>
    private LocalBuilder EmitLastPage(Node access, int bytes, bool watched, LastPage page)
    {
        var (address, physical, entry) = (Il.Local(), Il.Local(), Il.Local());
        var (other, found) = (Il.Label(), Il.Label());
        Expressions.Emit(access.A!);
        Il.Set(address);
        Il.Get(address);
        Il.Const(-GuestMemory.PageBytes | (bytes - 1L));
        Il.Op(OpCodes.And);
        Il.LoadWord(page.Tag(watched));
        Il.Branch(OpCodes.Bne_Un, other);
        Il.Mark(found);
        EmitPhysical(address, physical, page);

        var (giveUp, giveUpOdd) = (GiveUp, GiveUpAs(HostExit.OddPage));
        var mustAlign = access.Index != 0 && bytes > 1;
        EmitLater(() =>
        {
            Il.Mark(other);
            if (mustAlign)
            {
                Il.Get(address);
                Il.Const(bytes - 1);
                Il.Op(OpCodes.And);
                Il.Branch(OpCodes.Brtrue, giveUp);
            }

            EmitEntry(address, entry, mustAlign ? 1 : bytes, watched, giveUp);
            Remember(address, entry, watched, page, giveUpOdd);
            Il.Branch(OpCodes.Br, found);
        });
        if (watched) EmitWatch(physical, 0);
        return physical;
    }

    /// <summary>The same for the lowest address of a group.</summary>
    private LocalBuilder EmitLastPageOfGroup(Node first, long distance, int span, bool watched, LastPage page)
    {
        var (address, physical, entry) = (Il.Local(), Il.Local(), Il.Local());
        var (other, found, fails, giveUpOdd) = (Il.Label(), Il.Label(), Il.Label(), GiveUpAs(HostExit.OddPage));
        LoadLowest(first, distance);
        Il.Set(address);
        LoadTagOf(address, 0);
        Il.LoadWord(page.Tag(watched));
        Il.Branch(OpCodes.Bne_Un, other);
        LoadTagOf(address, span - 1);
        Il.LoadWord(page.Tag(watched));
        Il.Branch(OpCodes.Bne_Un, other);
        Il.Mark(found);
        EmitPhysical(address, physical, page);
        EmitLater(() =>
        {
            Il.Mark(other);
            EmitEntry(address, entry, span, watched, fails);
            Remember(address, entry, watched, page, giveUpOdd);
            Il.Branch(OpCodes.Br, found);
        });
        EmitFails(address, span, fails);
        return physical;
    }

    /// <summary>What is first stored to, or loaded from, in a group whose page was found for the other.</summary>
    private void EmitAllows(bool watched, LastPage page)
    {
        var (address, entry) = (Il.Local(), Il.Local());
        var (other, found, giveUp, giveUpOdd) = (Il.Label(), Il.Label(), GiveUp, GiveUpAs(HostExit.OddPage));
        Il.LoadWord(page.LoadTag);
        Il.LoadWord(page.StoreTag);
        Il.Branch(OpCodes.Bne_Un, other);
        Il.Mark(found);
        EmitLater(() =>
        {
            Il.Mark(other);
            Il.LoadWord(page.Tag(!watched));
            Il.Set(address);
            EmitEntry(address, entry, 1, watched, giveUp);
            Remember(address, entry, watched, page, giveUpOdd);
            Il.Branch(OpCodes.Br, found);
        });
    }

    private void EmitPhysical(LocalBuilder address, LocalBuilder physical, LastPage page)
    {
        Il.Get(address);
        Il.LoadWord(page.Addend);
        Il.Op(OpCodes.Add);
        Il.Set(physical);
    }

    /// <summary>Goes by another page from here on, unless that is done all the time.</summary>
    private void Remember(LocalBuilder address, LocalBuilder entry, bool watched, LastPage page, Label giveUpOdd)
    {
        Il.LoadWord(page.Misses);
        Il.Const(EngineWords.MissesMax);
        Il.Branch(OpCodes.Bge, giveUpOdd);
        Keep(page.Misses, () =>
        {
            Il.LoadWord(page.Misses);
            Il.Const(1);
            Il.Op(OpCodes.Add);
        });
        Keep(page.Tag(watched), () => LoadTagOf(address, 0));
        // What the other kind of access may do was of another page.
        Keep(page.Tag(!watched), () => LoadFrom(entry, watched ? 0 : PageEntry.WriteOffset));
        Keep(page.Addend, () => LoadFrom(entry, PageEntry.AddendOffset));
    }

    private void LoadTagOf(LocalBuilder address, int distance)
    {
        Il.Get(address);
        if (distance > 0)
        {
            Il.Const(distance);
            Il.Op(OpCodes.Add);
        }

        Il.Const(-GuestMemory.PageBytes);
        Il.Op(OpCodes.And);
    }
}
