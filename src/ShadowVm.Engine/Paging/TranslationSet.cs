using System.Runtime.InteropServices;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Paging;

/// <summary>
/// What is known of translations while the registers that they depend on have certain values: pages for data, pages for
/// code, and the code that jumps lead to. All of it may be forgotten at any time. One for addresses that are those of
/// memory has none of that.
/// </summary>
internal sealed unsafe class TranslationSet : IDisposable
{
    /// <summary>
    /// Pages for data, found by the page number's low bits and higher ones over them: arrays at distances that are powers of two
    /// have places of their own.
    /// </summary>
    public const int Pages = 1024;

    /// <summary>Places for them. The last one is of no page, but of the range that was last made use of, or none.</summary>
    public const int Places = Pages + 1;

    /// <summary>Where that one is, in bytes from the first.</summary>
    public const int NoPageOffset = Pages << PageEntry.Shift;

    /// <summary>How far the higher bits are shifted.</summary>
    public const int FoldShift = 5;

    /// <summary>
    /// Which of a place's bits they change: not the lowest, so that neighbours never share a place. Code that looks at the place of
    /// an access's first byte for the page of its last one relies on that.
    /// </summary>
    public const int FoldMask = -2;

    /// <summary>Pages for code.</summary>
    public const int FetchPages = 256;

    private const int RangesMax = 16;

    private readonly int _jumpShift;
    private readonly nint _memory;
    private readonly List<WalkedRange> _ranges = [];
    private WalkTrace[] _dataTraces = [];
    private WalkTrace[] _codeTraces = [];
    private PageEntry* _data;
    private FetchEntry* _code;
    private KnownPages? _known;
    private ulong _granules; // that pages' walks read, as WalkTrace has them

    public TranslationSet(int inputs, int jumpShift, nint memory)
    {
        _memory = memory;
        Key = new ulong[inputs];
        _jumpShift = jumpShift;
    }

    ~TranslationSet() => Free();

    /// <summary>The registers' values.</summary>
    public ulong[] Key { get; }

    /// <summary>Whether addresses are those of memory, with all rights.</summary>
    public bool IsFlat { get; set; }

    /// <summary>Where jumps find the code at an address; null until there can be pages.</summary>
    public JumpTable? Jumps { get; private set; }

    /// <summary>When it was last chosen, counted in choices.</summary>
    public long Chosen { get; set; }

    /// <summary>Whether all that it holds must be forgotten before it is used.</summary>
    public bool IsStale { get; set; }

    /// <summary>Whether there may be a page in it.</summary>
    public bool HoldsPages { get; private set; }

    /// <summary>Host address of the pages for data.</summary>
    public nint Data => (nint)_data;

    /// <summary>Host address of the pages for code.</summary>
    public nint Code => (nint)_code;

    /// <summary>What is at the only place of an address's page among those for data.</summary>
    public PageEntry EntryOf(ulong address) => _data[DataIndex(address)];

    /// <summary>How far the page at that place goes on.</summary>
    public PageBounds BoundsOf(ulong address) => Bounds[DataIndex(address)];

    /// <summary>Which place that is.</summary>
    public static int DataIndex(ulong address)
    {
        var page = address >> GuestMemory.PageShift;
        return (int)(page ^ ((page >> FoldShift) & unchecked((ulong)FoldMask))) & (Pages - 1);
    }

    /// <summary>Whether an address's page is at its place, for data and an access that it allows.</summary>
    public bool Finds(ulong address, Access access) => EntryOf(address).Allows(address, access);

    /// <summary>The only place of an address's page among those for code.</summary>
    public FetchEntry* CodeEntry(ulong address) => _code + ((address >> GuestMemory.PageShift) & (FetchPages - 1));

    /// <summary>Makes room for pages, if there is none.</summary>
    public void MakeRoom()
    {
        if (_data != null) return;
        Jumps = new JumpTable(_jumpShift, RegionEmitter.PagedJumpEntries);
        _dataTraces = new WalkTrace[Pages];
        _codeTraces = new WalkTrace[FetchPages];
        // SAFETY: indices into both are masked by their sizes.
        _data = (PageEntry*)NativeMemory.AlignedAlloc(Places * (nuint)(sizeof(PageEntry) + sizeof(PageBounds)), 64);
        _code = (FetchEntry*)NativeMemory.AlignedAlloc(FetchPages << FetchEntry.Shift, 64);
        new Span<PageBounds>(Bounds, Places).Clear();
        HoldsPages = true;
        Forget();
    }

    /// <summary>
    /// Remembers a page for data, and what was read on the way to it. Once places are fought for, it is noted where it is known
    /// still when another page takes its own.
    /// </summary>
    public void SetData(ulong address, PageRange range, WalkTrace trace)
    {
        var index = DataIndex(address);
        if (_known is not null || (_data[index].Read & _data[index].Write) != PageEntry.None)
        {
            _known ??= new KnownPages();
            _known.Add(address, range, trace);
        }

        Put(address, RangeOf(address)?.Pages is { } wider && wider.IsLike(range) ? wider : range, trace);
        _granules |= trace.Granules;
        HoldsPages = true;
    }

    /// <summary>The range that a page is in; null where it is in none that is known.</summary>
    public WalkedRange? RangeOf(ulong address)
    {
        foreach (var range in _ranges)
        {
            if (range.Pages.Contains(address)) return range;
        }

        return null;
    }

    /// <summary>
    /// Remembers a range: its pages needn't be walked to, and code learns how far they go on. Other ranges in it are no more needed.
    /// Where there are too many, the shortest goes.
    /// </summary>
    /// <returns>Whether that isn't this one.</returns>
    public bool SetRange(WalkedRange range)
    {
        var pages = range.Pages;
        _ranges.RemoveAll(other => pages.Contains(other.Pages.Start) && pages.Contains(other.Pages.End - 1));
        if (_ranges.Count >= RangesMax)
        {
            var shortest = _ranges.MinBy(other => other.Pages.Bytes)!;
            if (shortest.Pages.Bytes >= pages.Bytes) return false;
            End([shortest]);
        }

        HoldsPages = true;
        _ranges.Add(range);
        Use(pages);
        for (var i = 0; i < Pages; i++)
        {
            var tag = _data[i].Read;
            if (tag != PageEntry.None && pages.Contains(tag)) Put(tag, pages, _dataTraces[i]);
        }

        return true;
    }

    /// <summary>Brings a page for data to its place if it is known, for an access that it allows.</summary>
    public bool Recall(ulong address, Access access)
    {
        if (RangeOf(address)?.Pages is { } pages && pages.Allows(access))
        {
            Put(address, pages, default); // what the range's walks read counts
            Use(pages);
            return true;
        }

        if (_known is null || !_known.TryFind(address, access, out var range, out var trace)) return false;
        Put(address, range, trace);
        return true;
    }

    /// <summary>Remembers a page for code, and what was read on the way to it.</summary>
    public void SetCode(ulong address, FetchEntry entry, WalkTrace trace)
    {
        *CodeEntry(address) = entry;
        _codeTraces[(address >> GuestMemory.PageShift) & (FetchPages - 1)] = trace;
        _granules |= trace.Granules;
        HoldsPages = true;
    }

    /// <summary>Whether a walk may have read from a granule of RAM, so that a store there must be told of.</summary>
    public bool DependsOn(int granule)
    {
        if ((_granules & WalkTrace.BitOf(granule)) != 0) return true;
        foreach (var range in _ranges)
        {
            if (range.Tables.Contains(granule)) return true;
        }

        return false;
    }

    /// <summary>Forgets each page whose walk read one of some words, and each range with a walk that read a granule.</summary>
    /// <param name="words">Words, as <see cref="WalkTrace"/> has them.</param>
    /// <param name="granule">A granule of RAM with such words.</param>
    public void Forget(ulong words, int granule)
    {
        if (!HoldsPages) return;
        var (left, jumps) = (0UL, false);
        _known?.Forget();
        End(_ranges.FindAll(range => range.Tables.Contains(granule)));
        for (var i = 0; i < Pages; i++)
        {
            if ((_dataTraces[i].Words & words) != 0) ForgetPage(i);
            left |= _dataTraces[i].Granules;
        }

        for (var i = 0; i < FetchPages; i++)
        {
            if ((_codeTraces[i].Words & words) != 0)
            {
                _code[i].Tag = PageEntry.None;
                _codeTraces[i] = default;
                jumps = true;
            }

            left |= _codeTraces[i].Granules;
        }

        _granules = left;
        if (jumps) Jumps!.Clear(); // which of them lead to those pages isn't known
    }

    /// <summary>Forgets everything but the key.</summary>
    public void Forget()
    {
        if (!HoldsPages) return; // jumps lead to pages alone
        HoldsPages = false;
        for (var i = 0; i < Places; i++) _data[i].Read = _data[i].Write = PageEntry.None;
        for (var i = 0; i < FetchPages; i++) _code[i].Tag = PageEntry.None;
        _known?.Forget();
        _ranges.Clear();
        Bounds[Pages] = default;
        Array.Clear(_dataTraces);
        Array.Clear(_codeTraces);
        _granules = 0;
        Jumps!.Clear();
    }

    /// <summary>Forgets where records lie: they are gone.</summary>
    public void ForgetRecords()
    {
        if (_code == null) return;
        for (var i = 0; i < FetchPages; i++) _code[i].Records = 0;
    }

    public void Dispose()
    {
        Free();
        Jumps?.Dispose();
        GC.SuppressFinalize(this);
    }

    private PageBounds* Bounds => (PageBounds*)(_data + Places);

    /// <summary>Has regions begin with a range: what comes to many pages of it finds none of them among those that have places.</summary>
    private void Use(PageRange range)
    {
        _data[Pages].Addend = range.Addend;
        Bounds[Pages] = range.BoundsIn(_memory);
    }

    private void End(List<WalkedRange> ranges)
    {
        if (ranges.Count == 0) return;
        _ranges.RemoveAll(ranges.Contains);
        Bounds[Pages] = default;
        for (var i = 0; i < Pages; i++)
        {
            if (ranges.Exists(range => range.Pages.Contains(_data[i].Read))) LeaveRange(i);
        }
    }

    private void ForgetPage(int index)
    {
        _data[index].Read = _data[index].Write = PageEntry.None;
        _dataTraces[index] = default;
    }

    /// <summary>What was walked to for itself stays known, as one page.</summary>
    private void LeaveRange(int index)
    {
        var (page, trace) = (_data[index], _dataTraces[index]);
        var writes = page.Write != PageEntry.None;
        if (trace == default) ForgetPage(index);
        else Put(page.Read, new PageRange(page.Read, GuestMemory.PageBytes, page.Addend, Reads: true, writes), trace);
    }

    private void Put(ulong address, PageRange range, WalkTrace trace)
    {
        var index = DataIndex(address);
        _data[index] = range.EntryOf(address);
        Bounds[index] = range.BoundsIn(_memory);
        _dataTraces[index] = trace;
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_data);
        NativeMemory.AlignedFree(_code);
        _data = null;
        _code = null;
    }
}
