using System.Reflection.Emit;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Engine.Translation.Specialization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <content>Loads and stores: the check that all bytes lie in RAM, the look-up of a page, the question to the store watch.</content>
internal abstract partial class StepEmitter
{
    private void EmitRead(Node load, Place place)
    {
        var bytes = load.Width >> 3;
        if (StoredBefore(load) is { Place: not null } stored)
        {
            EmitStored(stored, place, bytes);
            return;
        }

        LoadHostAddress(place);
        if (bytes > 1) Il.Unaligned();
        Il.Op(bytes switch
        {
            1 => OpCodes.Ldind_U1,
            2 => OpCodes.Ldind_U2,
            4 => OpCodes.Ldind_U4,
            _ => OpCodes.Ldind_I8,
        });
        if (bytes < 8) Il.Op(OpCodes.Conv_U8);
        if (Isa.BigEndian && bytes > 1) Expressions.Reverse(bytes);
    }

    /// <summary>Puts what was stored on the stack, with the upper half of the word that it is in where the load is of that.</summary>
    private void EmitStored(StoredValue stored, Place place, int bytes)
    {
        Il.Get(stored.Place!);
        if (stored.Bytes < 8) Il.Op(stored.Bytes switch { 1 => OpCodes.Conv_U1, 2 => OpCodes.Conv_U2, _ => OpCodes.Conv_U4 });
        if (stored.Bytes < 8) Il.Op(OpCodes.Conv_U8);
        if (stored.Bytes == bytes) return;
        LoadHostAddress(place with { Distance = place.Distance + stored.Bytes });
        Il.Unaligned();
        Il.Op(OpCodes.Ldind_U4);
        Il.Op(OpCodes.Conv_U8);
        Il.Const32(8 * stored.Bytes);
        Il.Op(OpCodes.Shl);
        Il.Op(OpCodes.Or);
    }

    /// <summary>Loads to a local; one for a number gets it as such.</summary>
    private void EmitLoadTo(LocalBuilder local, Node n)
    {
        var place = EmitAddress(n, watched: false);
        if (HostFloatEmission.IsNumber(local) && !Isa.BigEndian)
        {
            LoadHostAddress(place);
            HostFloatEmission.Read(Il);
            Il.Set(local);
            return;
        }

        EmitRead(n, place);
        HostFloatEmission.SetBits(Il, local);
    }

    /// <summary>Whether a step loads what the next and last one writes to a register, extended or as it is.</summary>
    private static bool IsLoaded(Node step, Node last)
    {
        if (step is not { Op: Op.SetLocal, A.Op: Op.Load } || last.Op != Op.SetRegister) return false;
        var value = last.A!;
        if (value.Op == Op.ZeroExtend || value is { Op: Op.SignExtend, Width: 64 }) value = value.A!;
        return value.Op == Op.Local && value.Index == step.Index;
    }

    /// <summary>Loads to a register without a place in between, from which the compiler would extend in a step of its own.</summary>
    private void EmitLoadedRegister(Node load, Node setRegister)
    {
        var (slot, value, bytes) = (setRegister.Index, setRegister.A!, load.Width >> 3);
        if (value.Op == Op.Local && HostFloatEmission.IsNumber(_locals[value.Index]))
        {
            EmitLoadTo(_locals[value.Index], load);
            StoreRegister(slot, _locals[value.Index]);
            return;
        }

        var place = EmitAddress(load, watched: false);
        if (value.Op == Op.SignExtend)
        {
            StoreSigned(slot, () =>
            {
                EmitRead(load, place);
                Il.Op(bytes switch { 1 => OpCodes.Conv_I1, 2 => OpCodes.Conv_I2, _ => OpCodes.Conv_I4 });
                Il.Op(OpCodes.Conv_I8);
            });
        }
        else if (value.Width == 64 && bytes < 4)
        {
            StoreSigned(slot, () => EmitRead(load, place));
        }
        else
        {
            StoreRegister(slot, () => EmitRead(load, place));
        }
    }

    private void EmitStore(Node n)
    {
        var bytes = n.Width >> 3;
        LoadHostAddress(EmitAddress(n, watched: true));
        if (n is { Width: 64, B.Op: Op.Register } && !Isa.BigEndian && Trust?.Numbers.Contains(n.B.Index) == true)
        {
            LoadNumber(n.B.Index);
            HostFloatEmission.Write(Il);
            return;
        }

        var half = bytes < 8 && !Isa.BigEndian;
        if (half) Expressions.EmitHalf(n.B!);
        else Expressions.Emit(n.B!);
        if (!Isa.BigEndian && StoredLater(n) is { } stored)
        {
            stored.Place = Il.Local(half ? typeof(int) : typeof(long));
            Il.Set(stored.Place);
            Il.Get(stored.Place);
        }

        if (Isa.BigEndian && bytes > 1) Expressions.Reverse(bytes);
        if (bytes > 1) Il.Unaligned();
        Il.Op(bytes switch
        {
            1 => OpCodes.Stind_I1,
            2 => OpCodes.Stind_I2,
            4 => OpCodes.Stind_I4,
            _ => OpCodes.Stind_I8,
        });
    }

    /// <summary>
    /// Checks an access and gives its physical address. Whatever isn't plain RAM, aligned where it must be, is given up:
    /// no address that a guest can form passes the one comparison unless all its bytes lie in RAM, since an address
    /// below RAM wraps to an offset above it. Memory is reached by the address itself, so that a load which waits for an
    /// address doesn't wait for the comparison.
    /// </summary>
    private Place EmitAddress(Node access, bool watched)
    {
        var bytes = access.Width >> 3;
        if (GroupOf(access) is { } member)
        {
            return new Place(EmitGrouped(access, bytes, watched, member.Group, member.Distance), member.Distance);
        }

        if (IsPaged) return EmitPaged(access, bytes, watched);
        var address = Il.Local();
        Expressions.Emit(access.A!);
        Il.Set(address);
        if (access.Index != 0 && bytes > 1) EmitMustAlign(address, bytes);
        EmitIsInRam(address, bytes);
        if (watched) EmitWatch(address, 0);
        return new Place(address, 0);
    }

    /// <summary>The first of a group checks for all of them.</summary>
    private LocalBuilder EmitGrouped(Node access, int bytes, bool watched, AccessGroup group, long distance)
    {
        if (IsPaged)
        {
            EmitGroupsPage(access, watched, group, distance);
        }
        else if (group.Lowest is null)
        {
            group.Lowest = Il.Local();
            LoadLowest(access.A!, -distance);
            Il.Set(group.Lowest);
            EmitIsInRam(group.Lowest, (int)(group.High - group.Low));
        }

        if (access.Index != 0 && bytes > 1)
        {
            Il.Get(group.Lowest!);
            Il.Const(distance);
            Il.Op(OpCodes.Add);
            Il.Const(bytes - 1);
            Il.Op(OpCodes.And);
            Il.Branch(OpCodes.Brtrue, GiveUp);
        }

        if (!watched || group.IsWatched) return group.Lowest!;
        EmitWatch(group.Lowest!, group.LowStore - group.Low);
        if (group.HighStore != group.LowStore) EmitWatch(group.Lowest!, group.HighStore - group.Low);
        group.IsWatched = true;
        return group.Lowest!;
    }

    /// <summary>
    /// The first of a group looks up the page for all of them, and the first store of it whether the page may be written. A group
    /// of two pages is given up as something that isn't so most often.
    /// </summary>
    private void EmitGroupsPage(Node access, bool watched, AccessGroup group, long distance)
    {
        var span = (int)(group.High - group.Low);
        if (group.Lowest is null && LastRangeOf(access) is { } range)
        {
            group.Range = range;
            group.Lowest = EmitGroupInLastRange(access.A!, -distance, span, watched, range);
        }
        else if (group.Range is { } last)
        {
            if (watched ? !group.Allows.Stores : !group.Allows.Loads) EmitAllows(last);
        }
        else if (group.Entry is null)
        {
            var (address, entry, fails) = (Il.Local(), Il.Local(), Il.Label());
            LoadLowest(access.A!, -distance);
            Il.Set(address);
            EmitEntry(address, entry, span, watched, fails);
            EmitFails(address, span, fails);
            group.Entry = entry;
            group.Lowest = Il.Local();
            EmitPhysical(access, address, entry, watched, group.Lowest);
        }
        else if (watched ? !group.Allows.Stores : !group.Allows.Loads)
        {
            // What was allowed before was for the same page.
            LoadFrom(group.Entry, PageEntry.WriteOffset);
            LoadFrom(group.Entry, PageEntry.ReadOffset);
            Il.Branch(OpCodes.Bne_Un, GiveUp);
        }

        group.Allows = (group.Allows.Loads || !watched, group.Allows.Stores || watched);
    }

    /// <summary>Gives up what isn't in one page as odd, and else as what it is.</summary>
    private void EmitFails(LocalBuilder address, int span, Label fails)
    {
        var (giveUp, giveUpOdd) = (GiveUp, GiveUpAs(HostExit.OddGroup));
        EmitLater(() =>
        {
            Il.Mark(fails);
            Il.Get(address);
            Il.Const(GuestMemory.PageBytes - 1);
            Il.Op(OpCodes.And);
            Il.Const(GuestMemory.PageBytes - span);
            Il.Branch(OpCodes.Bgt_Un, giveUpOdd);
            Il.Branch(OpCodes.Br, giveUp);
        });
    }

    private void EmitMustAlign(LocalBuilder address, int bytes)
    {
        Il.Get(address);
        Il.Const(bytes - 1);
        Il.Op(OpCodes.And);
        Il.Branch(OpCodes.Brtrue, GiveUp);
    }

    private void EmitIsInRam(LocalBuilder address, int bytes)
    {
        Il.Get(address);
        LoadRamStart();
        Il.Op(OpCodes.Sub);
        LoadLastOffset(bytes);
        Il.Branch(OpCodes.Bgt_Un, GiveUp);
    }

    /// <summary>
    /// Puts an address and a distance together. That of a register isn't cut to its width: where the sum wraps there is no RAM
    /// here either.
    /// </summary>
    private void LoadLowest(Node address, long distance)
    {
        if (address.Op == Op.Add && address.A!.Op == Op.Register && Fold.IsConst(address.B!))
        {
            var constant = Fold.Value(address.B!);
            distance += address.Width == 32 ? (int)constant : (long)constant;
            address = address.A;
        }

        Expressions.Emit(address);
        Il.Const(distance);
        Il.Op(OpCodes.Add);
    }

    private void LoadHostAddress(Place place)
    {
        if (place.IsHost)
        {
            Il.Get(place.Address);
            Il.Op(OpCodes.Conv_I);
        }
        else
        {
            Il.Argument(CompiledMethod.Memory);
            Il.Get(place.Address);
            Il.Op(OpCodes.Add);
        }

        if (place.Distance == 0) return;
        Il.Const(place.Distance);
        Il.Op(OpCodes.Add);
    }

    private void EmitWatch(LocalBuilder address, long distance)
    {
        LoadWatch();
        Il.Get(address);
        if (distance > 0)
        {
            Il.Const(distance);
            Il.Op(OpCodes.Add);
        }

        Il.Const32(StoreWatch.GranuleShift);
        Il.Op(OpCodes.Shr_Un);
        Il.Op(OpCodes.Add);
        Il.Op(OpCodes.Ldind_U1);
        Il.Branch(OpCodes.Brfalse, GiveUp);
    }

    /// <summary>
    /// As <see cref="EmitAddress"/> where addresses are translated: the page of the access's last byte must be the one
    /// that is remembered at the place for its first. An access that reaches into the next page meets another tag.
    /// </summary>
    private Place EmitPaged(Node access, int bytes, bool watched)
    {
        var (address, physical) = (Il.Local(), Il.Local());
        Expressions.Emit(access.A!);
        Il.Set(address);
        if (access.Index != 0 && bytes > 1) EmitMustAlign(address, bytes);
        var host = false;
        if (access.Index != 0) bytes = 1; // it ends in the page that it begins in
        if (LastRangeOf(access) is { } range)
        {
            host = !watched;
            EmitInLastRange(address, physical, bytes, watched, range, GiveUp, host);
        }
        else
        {
            var entry = Il.Local();
            EmitEntry(address, entry, bytes, watched, GiveUp);
            EmitPhysical(access, address, entry, watched, physical);
        }

        if (watched) EmitWatch(physical, 0);
        return new Place(physical, 0, host);
    }

    /// <summary>Finds the entry of an address's page, if it is the page of the last byte and allows the access.</summary>
    private void EmitEntry(LocalBuilder address, LocalBuilder entry, int bytes, bool watched, Label fails)
    {
        // The index as bytes at once: the page's number, and the higher bits of it over the lower ones.
        Il.Get(address);
        Il.Const32(GuestMemory.PageShift - PageEntry.Shift);
        Il.Op(OpCodes.Shr_Un);
        Il.Get(address);
        Il.Const32(GuestMemory.PageShift - PageEntry.Shift + TranslationSet.FoldShift);
        Il.Op(OpCodes.Shr_Un);
        Il.Const(TranslationSet.FoldMask << PageEntry.Shift);
        Il.Op(OpCodes.And);
        Il.Op(OpCodes.Xor);
        Il.Const((TranslationSet.Pages - 1) << PageEntry.Shift);
        Il.Op(OpCodes.And);
        Il.LoadWord(EngineWords.Pages);
        Il.Op(OpCodes.Add);
        Il.Set(entry);

        Il.Get(address);
        if (bytes > 1)
        {
            Il.Const(bytes - 1);
            Il.Op(OpCodes.Add);
        }

        Il.Const(-GuestMemory.PageBytes);
        Il.Op(OpCodes.And);
        LoadFrom(entry, watched ? PageEntry.WriteOffset : PageEntry.ReadOffset);
        Il.Branch(OpCodes.Bne_Un, fails);
    }

    /// <summary>
    /// Makes an address a physical one. A load goes by how far away the last one was, and whether it still is so may become known
    /// later: a load that waits for an address doesn't wait for the table as well.
    /// </summary>
    private void EmitPhysical(Node access, LocalBuilder address, LocalBuilder entry, bool watched, LocalBuilder physical)
    {
        if (watched || NextAddendWord(access) is not { } word)
        {
            Il.Get(address);
            LoadFrom(entry, PageEntry.AddendOffset);
            Il.Op(OpCodes.Add);
            Il.Set(physical);
            return;
        }

        var (addend, other, found, giveUpOdd) = (Il.Local(), Il.Label(), Il.Label(), GiveUpAs(HostExit.OddFrame));
        Il.LoadWord(word);
        Il.Set(addend);
        LoadFrom(entry, PageEntry.AddendOffset);
        Il.Get(addend);
        Il.Branch(OpCodes.Bne_Un, other);
        Il.Mark(found);
        Il.Get(address);
        Il.Get(addend);
        Il.Op(OpCodes.Add);
        Il.Set(physical);
        EmitLater(() =>
        {
            Il.Mark(other);
            LoadFrom(entry, PageEntry.AddendOffset);
            Il.Set(addend);
            Keep(word, () => Il.Get(addend));
            Keep(EngineWords.AddendMisses, () =>
            {
                Il.LoadWord(EngineWords.AddendMisses);
                Il.Const(1);
                Il.Op(OpCodes.Add);
                Il.Const(EngineWords.AddendMissesMax - 1);
                Il.Op(OpCodes.And);
            });
            Il.LoadWord(EngineWords.AddendMisses);
            Il.Branch(OpCodes.Brtrue, found);
            Il.Branch(OpCodes.Br, giveUpOdd);
        });
    }

    protected void Keep(int word, Action load)
    {
        Il.WordAddress(word);
        load();
        Il.StoreWord();
    }

    /// <summary>Puts a word of the structure that a local points to on the stack.</summary>
    protected void LoadFrom(LocalBuilder structure, int offset)
    {
        Il.Get(structure);
        if (offset > 0)
        {
            Il.Const(offset);
            Il.Op(OpCodes.Add);
        }

        Il.Op(OpCodes.Conv_I);
        Il.Op(OpCodes.Ldind_I8);
    }

    /// <summary>Where an access goes.</summary>
    /// <param name="Address">A physical address.</param>
    /// <param name="Distance">How far behind it.</param>
    /// <param name="IsHost">Whether it is a host address instead.</param>
    private readonly record struct Place(LocalBuilder Address, long Distance, bool IsHost = false);
}
