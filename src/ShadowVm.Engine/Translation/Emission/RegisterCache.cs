using System.Reflection.Emit;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Emission;

/// <summary>
/// Which state slots are in IL locals at a point of a block, and which of those the state doesn't have yet. Locals
/// are written back where control may leave. Pinned slots are in locals throughout a loop: they are loaded where it is entered, and
/// those that anything writes are written back at each way out. Some locals hold numbers for the host's floating-point unit.
/// <para>
/// Where a slot has the sign extension of its lower half, as a program's ints have, that half may be all that is kept, in a
/// local of 32 bits: what takes the lower half takes it from there, and the whole is made where somebody asks for it, or leaves.
/// </para>
/// <para>
/// A value that nobody reads but who leaves (<see cref="UnreadWrites"/>) is put off: it is computed there.
/// </para>
/// </summary>
internal sealed class RegisterCache(IlWriter il, IReadOnlySet<int> numbers)
{
    private readonly SortedDictionary<int, LocalBuilder> _locals = [];
    private readonly SortedDictionary<int, LocalBuilder> _halfLocals = [];
    private PinnedRegisters _pinned = PinnedRegisters.None;
    private SortedSet<int> _valid = [];
    private SortedSet<int> _dirty = [];
    private SortedSet<int> _halves = []; // the half alone is there
    private SortedSet<int> _signed = []; // the whole is there, and is its half's sign extension
    private SortedDictionary<int, Node> _putOff = []; // values that are nowhere

    /// <summary>Puts a slot's value on the stack.</summary>
    public void Load(int slot)
    {
        Widen(slot);
        if (IsHere(slot)) HostFloatEmission.GetBits(il, Place(slot));
        else il.LoadWord(slot);
    }

    /// <summary>Puts the lower half of a slot's value on the stack, as 32 bits.</summary>
    public void LoadHalf(int slot)
    {
        if (_halves.Contains(slot))
        {
            il.Get(HalfOf(slot));
            return;
        }

        Load(slot);
        il.Op(OpCodes.Conv_I4);
    }

    /// <summary>Whether a slot's value is known to be the sign extension of its lower half.</summary>
    public bool IsSigned(int slot) => _halves.Contains(slot) || _signed.Contains(slot);

    /// <summary>Whether nothing but the lower half is there.</summary>
    public bool IsHalf(int slot) => _halves.Contains(slot);

    /// <summary>Makes the whole of a slot's value, where its lower half is all there is.</summary>
    public void Widen(int slot)
    {
        if (!_halves.Remove(slot)) return;
        EmitWhole(slot);
        _signed.Add(slot);
    }

    /// <summary>The same for all slots.</summary>
    public void WidenAll()
    {
        foreach (var slot in _halves.ToArray()) Widen(slot);
    }

    /// <summary>Makes the whole of slots' values here; what is known doesn't change, since control comes from elsewhere.</summary>
    public void EmitWholes(IEnumerable<int> slots)
    {
        foreach (var slot in slots) EmitWhole(slot);
    }

    /// <summary>Puts the number that a slot's value is on the stack.</summary>
    public void LoadNumber(int slot)
    {
        Widen(slot);
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
        if (IsPinned(slot) || _putOff.ContainsKey(slot) || !_valid.Add(slot)) return;
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

    /// <summary>The same, for a value that is the sign extension of its lower half.</summary>
    public void StoreSigned(int slot, Action loadValue)
    {
        Store(slot, loadValue);
        _signed.Add(slot);
    }

    /// <summary>A slot gets the sign extension of 32 bits, which are put on the stack when they are asked for.</summary>
    public void StoreHalf(int slot, Action loadHalf)
    {
        loadHalf();
        il.Set(HalfOf(slot));
        IsWritten(slot);
        _halves.Add(slot);
    }

    /// <summary>Whether a slot's lower half may be kept alone.</summary>
    public bool CanBeHalf(int slot) => !numbers.Contains(slot);

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

    /// <summary>A slot gets a value that isn't computed before somebody leaves.</summary>
    public void PutOff(int slot, Node value)
    {
        foreach (var where in new[] { _valid, _dirty, _halves, _signed }) where.Remove(slot);
        _putOff[slot] = value;
    }

    /// <summary>Takes what was put off, to be stored now.</summary>
    public KeyValuePair<int, Node>[] TakePutOff()
    {
        KeyValuePair<int, Node>[] all = [.. _putOff];
        _putOff = [];
        return all;
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
        _halves = [];
        _signed = [];
        _putOff = [];
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
        EmitWholes(_halves.Intersect(next.Slots));
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
            if (_halves.Contains(slot)) LoadWhole(slot);
            else HostFloatEmission.GetBits(il, Place(slot));
            il.StoreWord();
        }
    }

    /// <summary>Slots, pinned ones left out, that the state doesn't have yet.</summary>
    public int[] Dirty => [.. _dirty];

    public Known Snapshot() => new([.. _valid], [.. _dirty], [.. _halves], [.. _signed], new(_putOff));

    public void Restore(Known known) =>
        (_valid, _dirty, _halves, _signed, _putOff) =
            ([.. known.Valid], [.. known.Dirty], [.. known.Halves], [.. known.Signed], new(known.PutOff));

    private bool IsPinned(int slot) => Array.BinarySearch(_pinned.Slots, slot) >= 0;

    private bool IsHere(int slot) =>
        _putOff.ContainsKey(slot)
            ? throw new InvalidOperationException($"register {slot} was put off, and is read")
            : IsPinned(slot) || _valid.Contains(slot);

    private void IsWritten(int slot)
    {
        _halves.Remove(slot);
        _signed.Remove(slot);
        _putOff.Remove(slot);
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

    private LocalBuilder HalfOf(int slot)
    {
        if (!_halfLocals.TryGetValue(slot, out var local)) _halfLocals.Add(slot, local = il.LastingLocal(typeof(int)));
        return local;
    }

    private void EmitWhole(int slot)
    {
        LoadWhole(slot);
        il.Set(Place(slot));
    }

    private void LoadWhole(int slot)
    {
        il.Get(HalfOf(slot));
        il.Op(OpCodes.Conv_I8);
    }

    /// <summary>What is known of slots at a place.</summary>
    public sealed record Known(
        SortedSet<int> Valid,
        SortedSet<int> Dirty,
        SortedSet<int> Halves,
        SortedSet<int> Signed,
        SortedDictionary<int, Node> PutOff);
}
