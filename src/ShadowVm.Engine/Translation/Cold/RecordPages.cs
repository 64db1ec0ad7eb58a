using System.Runtime.InteropServices;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Cold;

/// <summary>
/// The cold tier's records of one machine, a page at a time, made where code runs. Each watches the bytes it was made
/// from: a store there brings it back to "not decoded".
/// </summary>
internal sealed unsafe class RecordPages : IDisposable
{
    private const int PagesMax = 512; // of 64 to 128 KiB each
    private const int AheadMax = 32; // instructions that are decoded at once

    private readonly GuestMemory _memory;
    private readonly DecodeCache _decoded;
    private readonly Handlers _handlers;
    private readonly int _unitBytes;
    private readonly int _unitShift;
    private readonly List<int> _pages = [];
    private readonly Dictionary<(ulong Start, int Page), nint> _paged = [];
    private readonly Dictionary<int, List<nint>> _pagedIn = []; // the same, by page of RAM
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

    /// <summary>What must forget where records of translated addresses lie, when they go.</summary>
    public AddressTranslation? Translation { get; init; }

    /// <summary>The record at a place, decoded or not; null where the address can't hold an instruction.</summary>
    public Record* At(CodeKey key)
    {
        var offset = key.OffsetIn(_memory);
        if (offset >= _memory.Size || (offset & ((ulong)_unitBytes - 1)) != 0) return null;
        var records = key.IsPaged ? InPaged(key) : In((int)(offset >> GuestMemory.PageShift));
        return records + ((offset & (GuestMemory.PageBytes - 1)) >> _unitShift);
    }

    /// <summary>
    /// Decodes the instruction at a record and those up to the next branch (of some number, in this page), before they are asked
    /// for one by one.
    /// Gives false where it can't be fetched.
    /// </summary>
    public bool Decode(CodeKey key)
    {
        if (!Decode(key, out var next)) return false;
        for (var ahead = 1; ahead < AheadMax && next != 0; ahead++)
        {
            var behind = key.At(next);
            // Another page's records needn't be there, nor need that page be the next one's in memory.
            if (((next ^ key.Pc) & ~(GuestMemory.PageBytes - 1UL)) != 0) break;
            if (At(behind) is var record && (record == null || record->Raw != Handlers.Decode)) break;
            if (!Decode(behind, out next)) break;
        }

        return true;
    }

    private bool Decode(CodeKey key, out ulong next)
    {
        next = 0;
        var record = At(key);
        var offset = key.OffsetIn(_memory);
        if (record == null || !_decoded.TryFetch(_memory.Start + offset, out var instruction)) return false;
        var left = GuestMemory.PageBytes - (int)(offset & (GuestMemory.PageBytes - 1));
        // Of an instruction that ends in another page only the beginning is known here; that is what its length is
        // told by.
        var isCut = key.IsPaged && instruction.Length > left;
        _memory.Watch.MarkCode(offset, (ulong)(isCut ? left : instruction.Length));
        if (isCut || _handlers.For(instruction, key.IsPaged) is not { } handler)
        {
            record->Handler = record->Raw = Handlers.Interpret;
            return true;
        }

        var operands = &record->Operand0;
        for (var i = 0; i < handler.Operands.Length; i++) operands[i] = instruction.Operands[handler.Operands[i]];
        record->Raw = handler.Entry;
        record->Handler = handler.Entry;
        if (handler.GoesOn) next = record->Pc + (ulong)instruction.Length;
        return true;
    }

    /// <summary>Makes the record at a place lead to the block there, or no more.</summary>
    public void Lead(CodeKey key, bool toBlock)
    {
        var offset = key.OffsetIn(_memory);
        var page = (int)(offset >> GuestMemory.PageShift);
        var records = key.IsPaged ? _paged.GetValueOrDefault((StartOf(key), page)) : _table[page];
        if (records == 0) return;
        var record = (Record*)records + ((offset & (GuestMemory.PageBytes - 1)) >> _unitShift);
        // The table that records go on through is for addresses of memory.
        var enter = _crosses && !key.IsPaged ? _handlers.EnterBlock : Handlers.LookUp;
        record->Handler = toBlock ? enter : record->Raw;
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
            var index = (int)((at & (GuestMemory.PageBytes - 1)) >> _unitShift);
            if (_table[page] != 0) Forget((Record*)_table[page] + index, page);
            if (_paged.Count == 0 || !_pagedIn.TryGetValue(page, out var pages)) continue;
            foreach (var records in pages) Forget((Record*)records + index, page);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void ForgetAll() => FreePages();

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static ulong StartOf(CodeKey key) => key.Pc & ~(GuestMemory.PageBytes - 1UL);

    private void Forget(Record* record, int page)
    {
        record->Handler = record->Raw = Handlers.Decode;
        record->Heat = _heatOf(page);
    }

    private Record* In(int page)
    {
        if (_table[page] == 0)
        {
            _table[page] = Make(_memory.Start + ((ulong)page << GuestMemory.PageShift), page);
            _pages.Add(page);
        }

        return (Record*)_table[page];
    }

    private Record* InPaged(CodeKey key)
    {
        var place = (StartOf(key), key.Page);
        if (!_paged.TryGetValue(place, out var records))
        {
            records = Make(place.Item1, key.Page);
            _paged.Add(place, records);
            if (!_pagedIn.TryGetValue(key.Page, out var pages)) _pagedIn.Add(key.Page, pages = []);
            pages.Add(records);
        }

        return (Record*)records;
    }

    private nint Make(ulong pc, int page)
    {
        if (_pages.Count + _paged.Count >= PagesMax) FreePages();
        var count = (GuestMemory.PageBytes >> _unitShift) + 2;
        // SAFETY: a record per unit of the page, and two behind them for who runs over the end.
        var records = (Record*)NativeMemory.AlignedAlloc((nuint)(count * Record.Bytes), Record.Bytes);
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

        return (nint)records;
    }

    private void FreePages()
    {
        foreach (var page in _pages)
        {
            NativeMemory.AlignedFree((void*)_table[page]);
            _table[page] = 0;
        }

        foreach (var records in _paged.Values) NativeMemory.AlignedFree((void*)records);
        _pages.Clear();
        _paged.Clear();
        _pagedIn.Clear();
        Translation?.ForgetRecords();
    }

    private void Free()
    {
        if (_table == null) return;
        FreePages();
        NativeMemory.Free(_table);
        _table = null;
    }
}
