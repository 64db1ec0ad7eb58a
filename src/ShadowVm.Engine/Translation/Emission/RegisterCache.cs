using System.Reflection.Emit;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Which state slots are in IL locals at a point of a block, and which of those the state doesn't have yet. Locals
/// are written back where control may leave.
/// </summary>
internal sealed class RegisterCache(IlWriter il)
{
    private readonly SortedDictionary<int, LocalBuilder> _locals = [];
    private SortedSet<int> _valid = [];
    private SortedSet<int> _dirty = [];

    /// <summary>Puts a slot's value on the stack.</summary>
    public void Load(int slot)
    {
        if (_valid.Contains(slot)) il.Get(Place(slot));
        else il.LoadWord(slot);
    }

    /// <summary>Brings a slot into its local, where it isn't there already.</summary>
    public void Fetch(int slot)
    {
        if (!_valid.Add(slot)) return;
        il.LoadWord(slot);
        il.Set(Place(slot));
    }

    /// <summary>A slot gets a value, which is put on the stack when it is asked for.</summary>
    public void Store(int slot, Action loadValue)
    {
        loadValue();
        il.Set(Place(slot));
        _valid.Add(slot);
        _dirty.Add(slot);
    }

    /// <summary>From here on a slot counts as written: on some path around a loop it was.</summary>
    public void MarkDirty(int slot) => _dirty.Add(slot);

    /// <summary>Writes back what the state doesn't have; the locals stay as they are.</summary>
    public void WriteBack(IEnumerable<int> slots)
    {
        foreach (var slot in slots)
        {
            il.WordAddress(slot);
            il.Get(Place(slot));
            il.StoreWord();
        }
    }

    /// <summary>Slots that the state doesn't have yet.</summary>
    public int[] Dirty => [.. _dirty];

    public (SortedSet<int> Valid, SortedSet<int> Dirty) Snapshot() => ([.. _valid], [.. _dirty]);

    public void Restore((SortedSet<int> Valid, SortedSet<int> Dirty) snapshot) =>
        (_valid, _dirty) = ([.. snapshot.Valid], [.. snapshot.Dirty]);

    private LocalBuilder Place(int slot)
    {
        if (!_locals.TryGetValue(slot, out var local)) _locals.Add(slot, local = il.Local());
        return local;
    }
}
