using System.Runtime.InteropServices;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Cold;

/// <summary>
/// The cold tier's records of one machine, a page at a time, made where code runs. Each watches the bytes it was made
/// from: a store there brings it back to "not decoded".
/// </summary>
internal sealed unsafe class RecordPages : IDisposable
{
    private const int PagesMax = 512; // of 64 to 128 KiB each

    private readonly GuestMemory _memory;
    private readonly DecodeCache _decoded;
    private readonly Handlers _handlers;
    private readonly int _unitBytes;
    private readonly int _unitShift;
    private readonly List<int> _pages = [];
    private readonly Func<int, long> _heatOf;
    private readonly bool _crosses;
    private nint* _table;

    /// <summary>Binds the records to a machine.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="memory">Guest RAM.</param>
    /// <param name="decoded">Decoded instructions.</param>
    /// <param name="heatOf">Jumps to an address in a page that make it hot.</param>
    /// <param name="crosses">Whether records go on in blocks by themselves, or through the dispatcher, which takes times.</param>
    public RecordPages(IsaDefinition isa, GuestMemory memory, DecodeCache decoded, Func<int, long> heatOf, bool crosses)
    {
        _memory = memory;
        _decoded = decoded;
        _handlers = Handlers.Of(isa);
        _unitBytes = isa.UnitBytes;
        _unitShift = int.Log2(isa.UnitBytes);
        _heatOf = heatOf;
        _crosses = crosses;
        // SAFETY: one pointer for each page of RAM; offsets are checked against RAM's size before they index it.
        _table = (nint*)NativeMemory.AllocZeroed((nuint)memory.PageCount, (nuint)sizeof(nint));
    }

    ~RecordPages() => Free();

    /// <summary>Host address of the table that handlers look pages up in.</summary>
    public nint Table => (nint)_table;

    /// <summary>The record at an address, decoded or not; null where the address can't hold an instruction.</summary>
    public Record* At(ulong pc)
    {
        var offset = pc - _memory.Start;
        if (offset >= _memory.Size || (offset & ((ulong)_unitBytes - 1)) != 0) return null;
        var page = (int)(offset >> GuestMemory.PageShift);
        if (_table[page] == 0) Add(page);
        return In(page) + ((offset & (GuestMemory.PageBytes - 1)) >> _unitShift);
    }

    /// <summary>Decodes the instruction at a record. Gives false where it can't be fetched.</summary>
    public bool Decode(Record* record)
    {
        if (!_decoded.TryFetch(record->Pc, out var instruction)) return false;
        _memory.Watch.MarkCode(record->Pc - _memory.Start, (ulong)instruction.Length);
        if (_handlers.For(instruction) is not { } handler)
        {
            record->Handler = record->Raw = Handlers.Interpret;
            return true;
        }

        var operands = &record->Operand0;
        for (var i = 0; i < handler.Operands.Length; i++) operands[i] = instruction.Operands[handler.Operands[i]];
        record->Raw = handler.Entry;
        record->Handler = handler.Entry;
        return true;
    }

    /// <summary>Makes the record at an address lead to the block there, or no more.</summary>
    public void Lead(ulong pc, bool toBlock)
    {
        var offset = pc - _memory.Start;
        var page = (int)(offset >> GuestMemory.PageShift);
        if (_table[page] == 0) return;
        var record = In(page) + ((offset & (GuestMemory.PageBytes - 1)) >> _unitShift);
        record->Handler = !toBlock ? record->Raw : _crosses ? _handlers.EnterBlock : Handlers.LookUp;
        record->Heat = toBlock ? long.MaxValue : _heatOf(page);
    }

    /// <summary>Forgets what was decoded from some bytes.</summary>
    public void Forget(ulong offset, ulong length)
    {
        // An instruction of four bytes may begin before them.
        var first = offset >= 4 - (ulong)_unitBytes ? offset - (4 - (ulong)_unitBytes) : 0;
        for (var at = first & ~((ulong)_unitBytes - 1); at < offset + length; at += (ulong)_unitBytes)
        {
            var page = (int)(at >> GuestMemory.PageShift);
            if (_table[page] == 0) continue;
            var record = In(page) + ((at & (GuestMemory.PageBytes - 1)) >> _unitShift);
            record->Handler = record->Raw = Handlers.Decode;
            record->Heat = _heatOf(page);
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private Record* In(int page) => (Record*)_table[page];

    private void Add(int page)
    {
        if (_pages.Count == PagesMax) FreePages();
        var count = (GuestMemory.PageBytes >> _unitShift) + 2;
        // SAFETY: a record per unit of the page, and two behind them for who runs over the end.
        var records = (Record*)NativeMemory.AlignedAlloc((nuint)(count * Record.Bytes), Record.Bytes);
        var pc = _memory.Start + ((ulong)page << GuestMemory.PageShift);
        var heat = _heatOf(page);
        for (var i = 0; i < count; i++)
        {
            var isBehind = i >= count - 2;
            records[i] = new Record
            {
                Handler = isBehind ? Handlers.LookUp : Handlers.Decode,
                Raw = isBehind ? Handlers.LookUp : Handlers.Decode,
                Pc = pc + ((ulong)i << _unitShift),
                Heat = heat,
            };
        }

        _table[page] = (nint)records;
        _pages.Add(page);
    }

    private void FreePages()
    {
        foreach (var page in _pages)
        {
            NativeMemory.AlignedFree((void*)_table[page]);
            _table[page] = 0;
        }

        _pages.Clear();
    }

    private void Free()
    {
        if (_table == null) return;
        FreePages();
        NativeMemory.Free(_table);
        _table = null;
    }
}
