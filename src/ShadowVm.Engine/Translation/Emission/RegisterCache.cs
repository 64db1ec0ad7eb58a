using System.Reflection.Emit;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Which state slots are in IL locals at a point of a block, and which of those the state doesn't have yet. Locals
/// are written back where control may leave. Pinned slots are in locals throughout: they are loaded at the entry, and
/// those that anything writes are written back at each way out. Some locals hold numbers for the host's floating-point unit.
/// </summary>
internal sealed class RegisterCache(IlWriter il, int[] pinned, int[] pinnedWritten, IReadOnlySet<int> numbers)
{
    private readonly HashSet<int> _pinned = [.. pinned];
    private readonly SortedDictionary<int, LocalBuilder> _locals = [];
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
        if (_pinned.Contains(slot) || !_valid.Add(slot)) return;
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

    /// <summary>Loads the pinned slots.</summary>
    public void LoadPinned()
    {
        foreach (var slot in pinned)
        {
            il.LoadWord(slot);
            HostFloatEmission.SetBits(il, Place(slot));
        }
    }

    /// <summary>Forgets what is in locals but for the pinned slots: control comes from elsewhere.</summary>
    public void Begin()
    {
        _valid = [];
        _dirty = [];
    }

    /// <summary>Writes back the pinned slots that anything writes.</summary>
    public void WriteBackPinned() => WriteBack(pinnedWritten);

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

    private bool IsHere(int slot) => _pinned.Contains(slot) || _valid.Contains(slot);

    private void IsWritten(int slot)
    {
        if (_pinned.Contains(slot)) return;
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
