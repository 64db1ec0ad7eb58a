using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Regions;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Which state slots are in IL locals at a point of a block, and which of those the state doesn't have yet. Locals
/// are written back where control may leave. Pinned slots are in locals throughout a loop: they are loaded where it is entered, and
/// those that anything writes are written back at each way out. Some locals hold numbers for the host's floating-point unit.
/// </summary>
internal sealed class RegisterCache(IlWriter il, IReadOnlySet<int> numbers)
{
    private readonly SortedDictionary<int, LocalBuilder> _locals = [];
    private PinnedRegisters _pinned = PinnedRegisters.None;
    private SortedSet<int> _valid = [];
    private SortedSet<int> _dirty = [];

    /// <summary>Puts a slot's value on the stack.</summary>
    public void Load(int slot)
    {
        if (IsHere(slot)) HostFloatEmission.GetBits(il, Place(slot));
        else il.LoadWord(slot);
    }

    /// <summary>Puts the number that a slot's value is on the stack.</summary>
    public void LoadNumber(int slot)
    {
        if (IsHere(slot))
        {
            HostFloatEmission.GetNumber(il, Place(slot));
            return;
        }

        il.LoadWord(slot);
        HostFloatEmission.AsNumber(il);
    }

    /// <summary>Brings a slot into its local, where it isn't there already.</summary>
    public void Fetch(int slot)
    {
        if (IsPinned(slot) || !_valid.Add(slot)) return;
        il.LoadWord(slot);
        HostFloatEmission.SetBits(il, Place(slot));
    }

    /// <summary>A slot gets a value, which is put on the stack when it is asked for.</summary>
    public void Store(int slot, Action loadValue)
    {
        loadValue();
        HostFloatEmission.SetBits(il, Place(slot));
        IsWritten(slot);
    }

    /// <summary>A slot gets what is in a local, as a number or as bits.</summary>
    public void Store(int slot, LocalBuilder value)
    {
        var place = Place(slot);
        if (HostFloatEmission.IsNumber(place))
        {
            HostFloatEmission.GetNumber(il, value);
            il.Set(place);
        }
        else
        {
            HostFloatEmission.GetBits(il, value);
            il.Set(place);
        }

        IsWritten(slot);
    }

    /// <summary>Loads slots to their locals; what is known of them doesn't change, since they are pinned elsewhere.</summary>
    public void LoadAll(IEnumerable<int> slots)
    {
        foreach (var slot in slots)
        {
            il.LoadWord(slot);
            HostFloatEmission.SetBits(il, Place(slot));
        }
    }

    /// <summary>Forgets what is in locals but for the slots that are pinned from here on: control comes from elsewhere.</summary>
    public void Begin(PinnedRegisters pinned)
    {
        _pinned = pinned;
        _valid = [];
        _dirty = [];
    }

    /// <summary>Control goes on where other slots are pinned: the state gets what it doesn't have, the locals what they need.</summary>
    public void PassTo(PinnedRegisters next)
    {
        WriteBack(_dirty.Except(next.Slots));
        SwitchTo(next);
    }

    /// <summary>As <see cref="PassTo"/>, where what isn't pinned was written back before.</summary>
    public void SwitchTo(PinnedRegisters next)
    {
        WriteBack(_pinned.WrittenBackTo(next));
        LoadAll(_pinned.LoadedBy(next).Except(_valid));
    }

    /// <summary>Writes back the pinned slots that anything writes.</summary>
    public void WriteBackPinned() => WriteBack(_pinned.Written);

    /// <summary>Writes back what the state doesn't have; the locals stay as they are.</summary>
    public void WriteBack(IEnumerable<int> slots)
    {
        foreach (var slot in slots)
        {
            il.WordAddress(slot);
            HostFloatEmission.GetBits(il, Place(slot));
            il.StoreWord();
        }
    }

    /// <summary>Slots, pinned ones left out, that the state doesn't have yet.</summary>
    public int[] Dirty => [.. _dirty];

    public (SortedSet<int> Valid, SortedSet<int> Dirty) Snapshot() => ([.. _valid], [.. _dirty]);

    public void Restore((SortedSet<int> Valid, SortedSet<int> Dirty) snapshot) =>
        (_valid, _dirty) = ([.. snapshot.Valid], [.. snapshot.Dirty]);

    private bool IsPinned(int slot) => Array.BinarySearch(_pinned.Slots, slot) >= 0;

    private bool IsHere(int slot) => IsPinned(slot) || _valid.Contains(slot);

    private void IsWritten(int slot)
    {
        if (IsPinned(slot)) return;
        _valid.Add(slot);
        _dirty.Add(slot);
    }

    private LocalBuilder Place(int slot)
    {
        if (!_locals.TryGetValue(slot, out var local))
        {
            local = il.LastingLocal(numbers.Contains(slot) ? HostFloatEmission.Number : typeof(long));
            _locals.Add(slot, local);
        }

        return local;
    }
}
