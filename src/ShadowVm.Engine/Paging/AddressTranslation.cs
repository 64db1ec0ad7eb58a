using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Paging;

/// <summary>
/// The pages that were walked to, so that they needn't be walked to again. What is held here never shows: each access
/// behaves as if it walked. The registers that a walk depends on choose among several sets of pages; the tables that
/// it read are watched, and a store to one of them forgets what depends on it before the next instruction.
/// </summary>
// SAFETY: entries belong to sets that live as long as this; slots come from the definition that laid out the state.
internal sealed unsafe partial class AddressTranslation : IDisposable
{
    private const int SetsMax = 8;

    /// <summary>Most places that one walk may read and still be remembered.</summary>
    private const int WalkedMax = 16;

    /// <summary>Longest store to a table of which it is asked what depends on it.</summary>
    private const int StoreMax = 64;

    private readonly CpuState _cpu;
    private readonly GuestMemory _memory;
    private readonly HookInputs _inputs;
    private readonly int _jumpShift;
    private readonly int _addressBits;
    private readonly List<TranslationSet> _sets = [];
    private readonly ulong[] _walked = new ulong[WalkedMax];
    private readonly bool _remembers;
    private TranslationSet? _current;
    private int _walkedCount;
    private long _choices;

    /// <summary>Binds to a machine.</summary>
    /// <param name="isa">A definition with a translate hook.</param>
    /// <param name="cpu">State.</param>
    /// <param name="memory">RAM.</param>
    /// <param name="remembers">Whether pages are remembered at all; else each access walks.</param>
    public AddressTranslation(IsaDefinition isa, CpuState cpu, GuestMemory memory, bool remembers)
    {
        _cpu = cpu;
        _memory = memory;
        _inputs = HookInputs.OfTranslation(isa);
        _jumpShift = int.Log2(isa.UnitBytes);
        _addressBits = isa.AddressBits;
        _remembers = remembers;
    }

    /// <summary>Who evaluates the hook.</summary>
    public required IAddressWalker Walker { get; init; }

    /// <summary>Whether addresses are those of memory now, with all rights.</summary>
    public bool IsFlat
    {
        get
        {
            if (_current is null) Choose();
            return _current!.IsFlat;
        }
    }

    /// <summary>The pages that hold now.</summary>
    public TranslationSet Current => _current!;

    /// <summary>All sets that there are.</summary>
    public IReadOnlyList<TranslationSet> Sets => _sets;

    /// <summary>Whether a write to a slot may change what addresses mean.</summary>
    public bool DependsOn(int slot) => _inputs.Contains(slot);

    /// <summary>
    /// Chooses the set for the registers as they are: to be called whenever one of them may have changed. Translated
    /// code changes none of them, so that a boundary with nothing to deliver compares nothing.
    /// </summary>
    public void Choose()
    {
        var isTouched = _cpu.IsTouched;
        _cpu.IsTouched = false;
        if (_current is not null && (!isTouched || IsFor(_current))) return;
        TranslationSet? oldest = null;
        foreach (var set in _sets)
        {
            if (IsFor(set))
            {
                Enter(set);
                return;
            }

            if (oldest is null || set.Chosen < oldest.Chosen) oldest = set;
        }

        if (oldest is null || _sets.Count < SetsMax)
        {
            oldest = new TranslationSet(_inputs.Slots.Length, _jumpShift, _memory.AtZero);
            _sets.Add(oldest);
        }
        else
        {
            oldest.IsStale = true;
        }

        for (var i = 0; i < oldest.Key.Length; i++) oldest.Key[i] = _cpu.Pointer[_inputs.Slots[i]];
        oldest.IsFlat = Walker.IsIdentity();
        Enter(oldest);
    }

    /// <summary>Whether a page allows everything at every address, which stays what it is.</summary>
    public bool IsIdentity(PageValue page) => page.Base == 0 && page.Rights == 7 && page.Log2Size >= _addressBits;

    /// <summary>The physical address, where the page is remembered for the access.</summary>
    public bool TryFind(ulong address, Access access, out ulong physical)
    {
        if (access == Access.Fetch)
        {
            var tag = PageEntry.TagOf(address);
            var code = _current!.CodeEntry(address);
            physical = _memory.Start + ((ulong)code->Page << GuestMemory.PageShift) + (address - tag);
            return code->Tag == tag;
        }

        var isFound = _current!.Finds(address, access) || Recall(address, access);
        physical = address + _current.EntryOf(address).Addend;
        return isFound;
    }

    /// <summary>Number in RAM of the page that code at an address is fetched from, as <see cref="CodeKey"/> has it.</summary>
    public int FetchPage(ulong address)
    {
        var entry = _current!.CodeEntry(address);
        return entry->Tag == (address & ~(GuestMemory.PageBytes - 1UL)) ? (int)entry->Page : CodeKey.Unknown;
    }

    /// <summary>Has jumps to a page find its records; it was fetched from.</summary>
    public void SetRecords(ulong address, nint records) => _current!.CodeEntry(address)->Records = records;

    /// <summary>Forgets where records lie: they are gone.</summary>
    public void ForgetRecords()
    {
        foreach (var set in _sets) set.ForgetRecords();
    }

    /// <summary>The code at an address is gone.</summary>
    public void DropJumps(ulong pc)
    {
        foreach (var set in _sets) set.Jumps?.Drop(pc);
    }

    /// <summary>All code is gone.</summary>
    public void ClearJumps()
    {
        foreach (var set in _sets) set.Jumps?.Clear();
    }

    /// <summary>Begins a walk.</summary>
    public void BeginWalk() => _walkedCount = 0;

    /// <summary>The walk read from a place in RAM.</summary>
    public void Walked(ulong offset)
    {
        if (_walkedCount < WalkedMax) _walked[_walkedCount] = offset;
        _walkedCount++;
    }

    /// <summary>Remembers the page that a walk came to, if it is one of RAM, and has the walk's tables watched.</summary>
    public void Remember(ulong address, Access access, PageValue page, ulong physical)
    {
        var tag = PageEntry.TagOf(address);
        var offset = physical - (address - tag) - _memory.Start;
        if (!_remembers || page.Log2Size < GuestMemory.PageShift || _walkedCount > WalkedMax || offset >= _memory.Size) return;
        var trace = default(WalkTrace);
        for (var i = 0; i < _walkedCount; i++)
        {
            _memory.Watch.MarkTable(_walked[i]);
            trace |= WalkTrace.Of(_walked[i], 1);
        }

        if (access == Access.Fetch)
        {
            _current!.SetCode(address, new FetchEntry { Tag = tag, Page = (long)(offset >> GuestMemory.PageShift) }, trace);
            return;
        }

        _current!.SetData(address, RangeOf(address, page, physical), trace);
    }

    /// <summary>Bytes were written to that walks may have read.</summary>
    /// <param name="offset">Offset of the first in RAM.</param>
    /// <param name="length">How many.</param>
    public void Forget(ulong offset, ulong length)
    {
        if (length > StoreMax)
        {
            Forget();
            return;
        }

        var written = WalkTrace.Of(offset, length);
        var last = (int)((offset + length - 1) >> StoreWatch.GranuleShift);
        for (var granule = (int)(offset >> StoreWatch.GranuleShift); granule <= last; granule++)
        {
            var isTable = false;
            foreach (var set in _sets)
            {
                if (set.IsStale || !set.DependsOn(granule)) continue;
                set.Forget(written.Words, granule);
                isTable |= set.DependsOn(granule);
            }

            // Where no page is left that depends on a granule, stores needn't ask any more: it may be no table by now.
            if (!isTable) _memory.Watch.ClearTable(granule);
        }
    }

    /// <summary>Nothing is remembered any more.</summary>
    public void Forget()
    {
        _memory.Watch.ClearTables();
        foreach (var set in _sets) set.IsStale = true;
        if (_current is { } current) Refresh(current);
    }

    public void Dispose()
    {
        foreach (var set in _sets) set.Dispose();
    }

    private bool IsFor(TranslationSet set)
    {
        var slots = _inputs.Slots;
        for (var i = 0; i < slots.Length; i++)
        {
            if (set.Key[i] != _cpu.Pointer[slots[i]]) return false;
        }

        return true;
    }

    /// <summary>Other sets than the present one are brought up to date when they are chosen again.</summary>
    private static void Refresh(TranslationSet set)
    {
        if (!set.IsStale) return;
        set.IsStale = false;
        set.Forget();
    }

    private void Enter(TranslationSet set)
    {
        if (!set.IsFlat) set.MakeRoom();
        Refresh(set);
        _current = set;
        set.Chosen = ++_choices;
        _cpu.Pointer[EngineWords.Pages] = (ulong)set.Data;
        _cpu.Pointer[EngineWords.FetchPages] = (ulong)set.Code;
        _cpu.Pointer[EngineWords.PagedJumps] = (ulong)(set.Jumps?.Entries ?? 0);
    }
}
