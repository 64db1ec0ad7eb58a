using System.Runtime.InteropServices;
using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// Where computed jumps look for the code at their target: pairs of guest address and code, found by the address's
/// low bits. A miss costs a way through the dispatcher, which fills the entry.
/// </summary>
internal sealed unsafe class JumpTable : IDisposable
{
    private readonly int _shift;
    private readonly int _count;
    private ulong* _entries;

    /// <summary>Makes an empty table.</summary>
    /// <param name="shift">How far an address is shifted for an index.</param>
    /// <param name="count">Entries, a power of two.</param>
    public JumpTable(int shift, int count)
    {
        (_shift, _count) = (shift, count);
        // SAFETY: two words for each entry; the index is masked.
        _entries = (ulong*)NativeMemory.AlignedAlloc((nuint)(count * RegionEmitter.JumpEntryBytes), 64);
        Clear();
    }

    ~JumpTable() => NativeMemory.AlignedFree(_entries);

    /// <summary>Host address of the first entry.</summary>
    public nint Entries => (nint)_entries;

    public void Set(ulong pc, nint code)
    {
        var entry = Entry(pc);
        entry[0] = pc;
        entry[1] = (ulong)code;
    }

    /// <summary>The code at an address as far as the table knows: 0, or the stub, where it doesn't.</summary>
    public nint Find(ulong pc)
    {
        var entry = Entry(pc);
        return entry[0] == pc ? (nint)entry[1] : 0;
    }

    /// <summary>Forgets an address.</summary>
    public void Drop(ulong pc)
    {
        var entry = Entry(pc);
        if (entry[0] == pc) entry[1] = (ulong)SlotTable.StubEntry;
    }

    /// <summary>Forgets all. The entry that an unused address 0 meets gives control back as well.</summary>
    public void Clear()
    {
        for (var i = 0; i < _count; i++)
        {
            _entries[2 * i] = 0;
            _entries[(2 * i) + 1] = (ulong)SlotTable.StubEntry;
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_entries);
        _entries = null;
        GC.SuppressFinalize(this);
    }

    private ulong* Entry(ulong pc) => _entries + (2 * ((pc >> _shift) & ((ulong)_count - 1)));
}
