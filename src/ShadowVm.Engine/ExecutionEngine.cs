using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Engine.Translation;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Cold;
using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine;

/// <summary>
/// Runs user instructions of one virtual processor, each tier where it pays: translated blocks for hot code, cold
/// records for the rest and for what is left of an epoch, and the reference interpreter for each instruction that
/// needs more than registers and plain RAM. Guest state never depends on which of them ran.
/// </summary>
public sealed unsafe class ExecutionEngine : IDisposable, ICodeWatcher
{
    private readonly CpuState _cpu;
    private readonly GuestMemory _memory;
    private readonly ReferenceInterpreter _reference;
    private readonly AddressTranslation? _translation;
    private readonly RememberedAnswer _dueInterrupt;
    private readonly IsaDefinition _isa;
    private readonly DecodeCache _decoded;
    private readonly EngineSettings _settings;
    private RecordPages? _records;
    private TranslationCache? _blocks;
    private readonly int _pcSlot;
    private readonly int _nextPcSlot;
    private readonly int _delaySlot;
    private readonly ulong _unitBytes;
    private readonly ulong _addressMask;
    private long _warmUp;
    private bool _endedByCounter;
    private bool _looks;
    private long _untilLook;

    /// <summary>Binds the engine to one virtual processor and its surroundings.</summary>
    public ExecutionEngine(
        IsaDefinition isa, CpuState cpu, GuestMemory memory, IBus bus, EpochClock clock, EngineSettings settings)
    {
        _cpu = cpu;
        _memory = memory;
        _pcSlot = isa.PcSlot;
        _nextPcSlot = isa.NextPcSlot;
        _delaySlot = isa.DelaySlot;
        _unitBytes = (ulong)isa.UnitBytes;
        _addressMask = Bits.Mask(isa.AddressBits);
        _isa = isa;
        _settings = settings;
        _decoded = new DecodeCache(isa, memory);
        _reference = new ReferenceInterpreter(
            isa, cpu, memory, bus, clock, _decoded, remembers: settings.Tier != Tier.Reference)
        {
            Statistics = Statistics,
            CallCause = settings.CallCause,
        };
        _translation = _reference.Translation;
        _dueInterrupt = new RememberedAnswer(isa, isa.Hooks.Interrupt, cpu, bus);
        if (_translation is not null) memory.CodeWatcher = this;
        _warmUp = settings.Tier == Tier.Reference ? long.MaxValue : settings.WarmUp;
    }

    /// <summary>What was done so far.</summary>
    public EngineStatistics Statistics { get; } = new();

    /// <summary>True after an instruction that waits, until <see cref="ClearWaits"/>.</summary>
    public bool Waits => _reference.Waits;

    /// <summary>Cause of the last trap that an instruction raised; nobody but tests of a definition asks.</summary>
    internal UInt128? LastCause
    {
        get => _reference.LastCause;
        set => _reference.LastCause = value;
    }

    /// <summary>Number of translated blocks that may run now.</summary>
    public int BlockCount => _blocks?.Count ?? 0;

    /// <summary>Bytes of IL of the translated blocks that may run now.</summary>
    public long BlockIlBytes => _blocks?.IlBytes ?? 0;

    /// <summary>The translated blocks that may run now, by address: on the guest's thread, or when it doesn't run.</summary>
    public IReadOnlyList<HostCode> TranslatedBlocks() => _blocks is null
        ? []
        : [.. _blocks.Blocks.OrderBy(b => b.Pc).Select(b => new HostCode(b.Method, b.Pc, b.Code.Instructions.Length))];

    /// <summary>The same for regions.</summary>
    public IReadOnlyList<HostCode> TranslatedRegions() => _blocks is null
        ? []
        : [.. _blocks.Regions.OrderBy(r => r.Key.Pc).Select(r => new HostCode(r.Method, r.Key.Pc, r.Instructions))];

    /// <summary>What was made of the code at some guest addresses, translated once more to be read: regions, then blocks.</summary>
    public IReadOnlyList<TranslationListing> ListingsAt(ulong pc, ulong bytes) =>
        _blocks is null ? [] : [.. _blocks.ListingsAt(pc, bytes)];

    /// <summary>True after a trap of a program, until <see cref="TakeTrap"/>.</summary>
    public bool HasTrap => _reference.HasTrap;

    /// <summary>The trap that the program made, which is forgotten here.</summary>
    public ProgramTrap TakeTrap() => _reference.TakeTrap();

    /// <summary>Forgets that the guest waits.</summary>
    public void ClearWaits() => _reference.ClearWaits();

    /// <summary>
    /// Runs user instructions until the recovery counter is at zero or the monitor is needed. Each retired
    /// instruction and each trap entry takes one from the counter.
    /// </summary>
    /// <param name="counter">The recovery counter, not negative; what is left of it comes back.</param>
    public ExitReason Run(ref long counter)
    {
        if (_settings.Forgets) Forget();
        while (_warmUp > 0 && counter > 0)
        {
            var part = Math.Min(counter, _warmUp);
            var left = part;
            var reason = RunReference(ref left);
            counter -= part - left;
            if (_warmUp != long.MaxValue) _warmUp -= Math.Max(part - left, 1);
            if (reason != ExitReason.Counter) return reason;
        }

        if (counter == 0) return ExitReason.Counter;
        if (_records is null) Prepare();
        _translation?.Choose();
        var end = Dispatch(ref counter);
        _endedByCounter = end == ExitReason.Counter;
        return end;
    }

    /// <summary>
    /// Carries out the one instruction at pc for the monitor, whatever its class, devices included. It takes one from
    /// the recovery counter, whether it retires or traps.
    /// </summary>
    public void StepPrivileged()
    {
        var began = Now();
        _reference.StepPrivileged();
        Statistics.MonitorTicks += Now() - began;
    }

    /// <summary>
    /// Enters the guest's trap handler for an interrupt before the instruction at pc. It takes one from the recovery
    /// counter.
    /// </summary>
    public void EnterInterrupt(ulong cause) => _reference.EnterInterrupt(cause);

    /// <summary>
    /// Enters the guest's handler for traps that were delayed, before the instruction at pc. It takes one from the
    /// recovery counter.
    /// </summary>
    public void EnterDelayed(DelayedTraps.TrapVectors traps) => _reference.EnterDelayed(traps);

    /// <summary>The trap of the instruction that was carried out last, if it may be delivered late.</summary>
    public DelayedTraps.TrapVectors TakeDelayed() => _reference.TakeDelayed();

    /// <summary>
    /// After <see cref="ExitReason.Kernel"/>: whether the instruction at pc changes the guest's own mode or process.
    /// </summary>
    public bool EntersNext => _reference.CurrentEnters;

    /// <summary>What the interrupt hook answers now. Asked at every boundary; seldom evaluated.</summary>
    public ulong DueInterrupt() => _dueInterrupt.Ask(_reference);

    /// <summary>Evaluates a hook without arguments that changes nothing.</summary>
    public ulong Ask(Function hook) => _reference.Ask(hook);

    /// <summary>Runs a hook for its effects on registers; pc is what it sets it to, or stays.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="value">Its argument, where it has one.</param>
    public void Perform(Function hook, ulong value = 0) => _reference.Perform(hook, value);

    /// <summary>Frees what lies outside of the collected heap; nothing may run any more.</summary>
    public void Dispose()
    {
        _records?.Dispose();
        _blocks?.Dispose();
        _reference.Dispose();
    }

    void ICodeWatcher.CodeWritten(ulong offset, ulong length)
    {
        Statistics.CodeWrites++;
        var first = (int)(offset >> StoreWatch.GranuleShift);
        var last = (int)((offset + length - 1) >> StoreWatch.GranuleShift);
        var tables = false;
        for (var granule = first; granule <= last; granule++)
        {
            tables |= _memory.Watch.IsTable(granule);
            if (!_memory.Watch.IsCode(granule)) continue;
            const int granuleBytes = 1 << StoreWatch.GranuleShift;
            var start = (ulong)granule << StoreWatch.GranuleShift;
            _memory.Watch.ClearCode(granule);
            _blocks?.Rewritten((int)(start >> GuestMemory.PageShift), start, granuleBytes, _cpu.Retired);
            _records?.Forget(start, granuleBytes);
        }

        if (tables) _translation!.Forget(offset, length);
    }

    private void Forget()
    {
        _blocks?.ForgetAll();
        _records?.ForgetAll();
        _translation?.Forget();
    }

    /// <summary>Makes what the fast tiers need: not before they run, because most of it is for their compiler.</summary>
    private void Prepare()
    {
        var withBlocks = _settings.Tier >= Tier.Block;
        _looks = _settings is { Tier: Tier.Region, RegionAfter: > 0 };
        var heatOf = withBlocks ? new Func<int, long>(HeatOf) : static _ => long.MaxValue;
        _records = new RecordPages(_isa, _memory, _decoded, heatOf, crosses: Statistics.Clock is null)
        {
            Translation = _translation,
        };
        if (withBlocks)
        {
            _blocks = new TranslationCache(_isa, _memory, _decoded, _settings, Statistics)
            {
                Records = _records,
                Translation = _translation,
            };
        }

        _memory.CodeWatcher = this;
        Word(EngineWords.RamSize) = _memory.Size;
        Word(EngineWords.RamStart) = _memory.Start;
        Word(EngineWords.Watch) = (ulong)_memory.WatchAtZero;
        Word(EngineWords.RecordPages) = (ulong)_records.Table;
        Word(EngineWords.Jumps) = (ulong)(_blocks?.JumpEntries ?? 0);
    }

    private long HeatOf(int page) => _blocks!.HeatOf(page);

    private ref ulong Word(int index) => ref _cpu.Pointer[index];

    private ExitReason RunReference(ref long counter)
    {
        var (before, began) = (counter, Now());
        var reason = _reference.Run(ref counter);
        Statistics.ReferenceInstructions += before - counter;
        Statistics.ReferenceTicks += Now() - began;
        if (reason != ExitReason.Counter) Statistics.CountExit(reason);
        return reason;
    }

    private long Now() => Statistics.Clock is { } clock ? clock() : 0;

    /// <summary>Goes from tier to tier until the counter is used up or the monitor is needed.</summary>
    private ExitReason Dispatch(ref long counter)
    {
        var left = counter;
        var raw = false;
        // Where the counter happened to end the last epoch is no place to begin a block, and seldom one where one begins.
        var heats = !_endedByCounter;
        while (left > 0)
        {
            if (_blocks is not null && _blocks.HasNews) _blocks.Install();
            var key = Here();
            var isKnown = key.Page != CodeKey.Unknown;
            // Between a branch and its slot there is nothing to enter: what leads to the slot must be gone through.
            var inSlot = _delaySlot >= 0 && _cpu.Pointer[_delaySlot] != 0;
            raw |= inSlot;
            var code = raw || !isKnown || _blocks is null ? 0 : heats ? _blocks.Find(key) : _blocks.FindFast(key);
            var exit = HostExit.Interpret;
            // Now and then the guest is stopped before its counter does, to see where it is.
            var part = _looks ? Math.Min(left, _settings.LookEvery) : left;
            Word(EngineWords.Short) = 0;
            var rest = left - part;
            if (code != 0)
            {
                exit = RunBlock(code, ref part);
            }
            else if (isKnown && RecordAt(key) is var record && record != null)
            {
                if (_blocks is not null && heats && !raw && --record->Heat <= 0)
                {
                    record->Heat = _blocks.HeatOf((int)(key.OffsetIn(_memory) >> GuestMemory.PageShift));
                    _blocks.Ask(key);
                    if (_blocks.Find(key) != 0) continue;
                }

                exit = RunCold(raw ? record->Raw : record->Handler, record, ref part);
            }

            if (part < 0) throw Overrun(key.Pc, part);
            var retired = left - rest - part;
            if (_looks) _untilLook -= retired;
            left = rest + part;
            raw = false;
            heats = true;
            if (left == 0) break; // whatever the next instruction wanted
            switch (exit)
            {
                case HostExit.Counter or HostExit.Dispatch:
                    break;

                case HostExit.Partial:
                    if (_looks && _untilLook <= 0) Look();
                    raw = rest == 0 || retired == 0; // else it isn't the guest's counter that is short
                    break;

                case HostExit.Hot:
                    // The next round finds the record at zero, and asks.
                    break;

                case HostExit.Decode when Here() is { Page: not CodeKey.Unknown } place && _records!.Decode(place):
                    break;

                default:
                    {
                        if (exit is HostExit.OddNumber or HostExit.OddGroup or HostExit.OddPage or HostExit.OddFrame)
                        {
                            _blocks!.Odd(Here().At(Word(EngineWords.Region)), exit, _cpu.Retired, _cpu.LastRanges);
                        }

                        var one = 1L;
                        var reason = RunReference(ref one);
                        left -= 1 - one;
                        if (reason == ExitReason.Counter) break;
                        counter = left;
                        return reason;
                    }
            }
        }

        counter = left;
        return ExitReason.Counter;
    }

    private InvalidOperationException Overrun(ulong pc, long counter) =>
        new($"code entered at pc {pc:x} ran {-counter} instructions over its epoch's end, to {_cpu.Retired} since the start");

    /// <summary>Notes where the guest is, unless a region has just left the rest to its blocks.</summary>
    private void Look()
    {
        _untilLook = _settings.LookEvery;
        if (Word(EngineWords.Short) == 0 && Here() is { Page: not CodeKey.Unknown } place) _blocks!.Seen(place);
    }

    /// <summary>Where the instruction at pc is; the page is unknown where that takes a walk.</summary>
    private CodeKey Here()
    {
        var pc = _cpu.Pointer[_pcSlot];
        return new CodeKey(pc, _translation is null || _translation.IsFlat ? CodeKey.Flat : _translation.FetchPage(pc));
    }

    /// <summary>The record at a place. Jumps to its page find it by themselves from now on.</summary>
    private Record* RecordAt(CodeKey key)
    {
        var record = _records!.At(key);
        if (key.IsPaged && record != null)
        {
            var before = (key.Pc & (GuestMemory.PageBytes - 1)) / (ulong)_isa.UnitBytes;
            _translation!.SetRecords(key.Pc, (nint)(record - before));
        }

        return record;
    }

    private HostExit RunBlock(nint code, ref long counter)
    {
        var (before, began) = (counter, Now());
        // SAFETY: the code is that of a block which the cache keeps referenced, made for this machine's state and RAM.
        counter = ((delegate*<nint, nint, long, long>)code)((nint)_cpu.Pointer, _memory.AtZero, counter);
        Statistics.BlockInstructions += before - counter;
        Statistics.BlockTicks += Now() - began;
        return Returned(before - counter);
    }

    private HostExit RunCold(nint handler, Record* record, ref long counter)
    {
        var (before, began) = (counter, Now());
        Word(EngineWords.Crossed) = unchecked((ulong)EngineWords.NotCrossed);
        // SAFETY: handlers are kept referenced by the definition's table; the record lies in this machine's pages.
        counter = ((delegate*<nint, nint, long, nint, long>)handler)(
            (nint)_cpu.Pointer, _memory.AtZero, counter, (nint)record);
        var crossed = (long)Word(EngineWords.Crossed);
        var cold = before - (crossed == EngineWords.NotCrossed ? counter : crossed);
        Statistics.ColdInstructions += cold;
        Statistics.BlockInstructions += before - counter - cold;
        Statistics.ColdTicks += Now() - began;
        return Returned(before - counter);
    }

    private HostExit Returned(long retired)
    {
        _cpu.Retired += (ulong)retired;
        var exit = (long)Word(EngineWords.Exit);
        if (exit >= EngineWords.PcInRecord)
        {
            exit -= EngineWords.PcInRecord;
            _cpu.Pointer[_pcSlot] = ((Record*)Word(EngineWords.Record))->Pc & _addressMask;
        }

        FollowPc();
        Statistics.Exits[exit]++;
        return (HostExit)exit;
    }

    /// <summary>Translated code writes npc only where a delay slot comes next; elsewhere it follows from pc.</summary>
    private void FollowPc()
    {
        if (_delaySlot >= 0 && _cpu.Pointer[_delaySlot] == 0)
        {
            _cpu.Pointer[_nextPcSlot] = (_cpu.Pointer[_pcSlot] + _unitBytes) & _addressMask;
        }
    }
}
