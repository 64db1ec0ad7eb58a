using System.Collections.Concurrent;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Engine.Translation.Cold;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// The translated blocks of one machine: asked for when code gets hot, compiled from a copy of its bytes, installed by
/// the guest's thread if nothing wrote to the page meanwhile, dropped when something does or when there are too many.
/// What is dropped is no longer referenced, and the garbage collector takes the code.
/// </summary>
internal sealed partial class TranslationCache : IDisposable
{
    // A page that is rewritten must get twice as hot each time before it is translated again, up to some ten million
    // jumps: whoever rewrites code for ever doesn't have it compiled for ever. After so many instructions without, the
    // page is as good as any other.
    private const int RewritesMax = 16;
    private const ulong RewritesForgotten = 50_000_000;

    // What is asked for while so many wait isn't worth waiting for.
    private const int WaitingMax = 256;

    // Slots are handed out for each address that code goes on to; a guest that makes ever more of them gets new ones.
    private const int SlotsMax = 1 << 20;

    private readonly IsaDefinition _isa;
    private readonly GuestMemory _memory;
    private readonly DecodeCache _decoded;
    private readonly EngineSettings _settings;
    private readonly EngineStatistics _statistics;
    private readonly JumpTable _jumps;
    private readonly Dictionary<CodeKey, Block> _blocks = [];
    private readonly Dictionary<int, List<Block>> _blocksByPage = [];
    private readonly Dictionary<CodeKey, uint> _asked = []; // with the page's version then
    private readonly ConcurrentQueue<(BlockCode Code, uint Version, SlotTable Slots, Compilation Made)> _made = new();
    private readonly uint[] _versions;
    private readonly byte[] _rewrites;
    private readonly ulong[] _rewrittenAt;
    private SlotTable _slots = new();
    private SlotTable _blockSlots = new();
    private BlockSurroundings _surroundings;
    private int _enqueued;
    private volatile int _news;

    public TranslationCache(
        IsaDefinition isa, GuestMemory memory, DecodeCache decoded, EngineSettings settings, EngineStatistics statistics)
    {
        _isa = isa;
        _memory = memory;
        _decoded = decoded;
        _settings = settings;
        _statistics = statistics;
        _versions = new uint[memory.PageCount];
        _rewrites = new byte[memory.PageCount];
        _rewrittenAt = new ulong[memory.PageCount];
        _jumps = new JumpTable(int.Log2(isa.UnitBytes), RegionEmitter.JumpEntries);
        _surroundings = Surroundings();
    }

    /// <summary>The records that lead to blocks.</summary>
    public required RecordPages Records { get; init; }

    /// <summary>The pages that hold now, where addresses are translated.</summary>
    public AddressTranslation? Translation { get; init; }

    /// <summary>Whether something was compiled and waits to be installed.</summary>
    public bool HasNews => _news > 0;

    /// <summary>Host address of the table for computed jumps.</summary>
    public nint JumpEntries => _jumps.Entries;

    /// <summary>Number of blocks that may run.</summary>
    public int Count => _blocks.Count;

    /// <summary>Bytes of IL of the blocks that may run.</summary>
    public long IlBytes { get; private set; }

    /// <summary>The blocks that may run.</summary>
    public IEnumerable<Block> Blocks => _blocks.Values;

    /// <summary>Jumps to an address in a page before it is translated.</summary>
    public long HeatOf(int page) => Math.Clamp(_settings.HotAfter, 1, 1 << 30) << _rewrites[page];

    /// <summary>The code at a place, or 0. The next computed jump there finds it by itself.</summary>
    public nint Find(CodeKey key)
    {
        if (FindFast(key) is var code && code != 0) return code;
        var found = EntryOf(key);
        if (found != 0) JumpsOf(key).Set(key.Pc, found);
        return found;
    }

    /// <summary>The code at a place if a computed jump would find it by itself, or 0.</summary>
    public nint FindFast(CodeKey key) =>
        JumpsOf(key).Find(key.Pc) is var code && code != SlotTable.StubEntry ? code : 0;

    private JumpTable JumpsOf(CodeKey key) => key.IsPaged ? Translation!.Current.Jumps! : _jumps;

    private nint FindBlock(CodeKey key) => _blocks.TryGetValue(key, out var block) ? block.Method.Entry : 0;

    /// <summary>Has the code at a place translated, now or soon.</summary>
    public void Ask(CodeKey key)
    {
        if (_blocks.ContainsKey(key))
        {
            Records.Lead(key, toBlock: true);
            return;
        }

        var version = _versions[PageOf(key)];
        if (_enqueued >= WaitingMax || (_asked.TryGetValue(key, out var asked) && asked == version)) return;
        if (_asked.Count >= SlotsMax) _asked.Clear();
        _asked[key] = version;
        if (Collect(key) is not { } code) return;
        if (_settings.Background) CompileLater(code, version, _surroundings, _slots);
        else Install(code, version, _slots, Compile(code, _surroundings));
    }

    /// <summary>Installs what was compiled, on the guest's thread, between two instructions.</summary>
    public void Install()
    {
        while (_made.TryDequeue(out var made))
        {
            Interlocked.Decrement(ref _news);
            _enqueued--;
            Install(made.Code, made.Version, made.Slots, made.Made);
        }

        InstallRegions();
        ReportFaults();
    }

    /// <summary>Bytes of a page were written that had been translated.</summary>
    /// <param name="page">The page.</param>
    /// <param name="offset">Offset of the first byte in RAM.</param>
    /// <param name="length">How many bytes, all in the page.</param>
    /// <param name="retired">Instructions retired so far.</param>
    public void Rewritten(int page, ulong offset, ulong length, ulong retired)
    {
        _versions[page]++;
        if (retired - _rewrittenAt[page] > RewritesForgotten) _rewrites[page] = 0;
        _rewrittenAt[page] = retired;
        if (_rewrites[page] < RewritesMax) _rewrites[page]++;
        if (!_blocksByPage.TryGetValue(page, out var blocks)) return;
        for (var i = blocks.Count - 1; i >= 0; i--)
        {
            var start = blocks[i].Key.OffsetIn(_memory);
            if (start >= offset + length || start + (ulong)blocks[i].Code.Bytes <= offset) continue;
            Drop(blocks[i]);
            blocks.RemoveAt(i);
        }
    }

    /// <summary>Forgets all blocks.</summary>
    public void ForgetAll() => DropAll();

    public void Dispose() => _jumps.Dispose();

    private int PageOf(CodeKey key) => (int)(key.OffsetIn(_memory) >> GuestMemory.PageShift);

    /// <summary>The instructions from a place on, read by the guest's thread.</summary>
    private BlockCode? Collect(CodeKey key)
    {
        var instructions = new List<DecodedInstruction>();
        var pc = _memory.Start + key.OffsetIn(_memory);
        var at = pc;
        var pageEnd = pc - ((pc - _memory.Start) & (GuestMemory.PageBytes - 1)) + GuestMemory.PageBytes;
        while (instructions.Count < _settings.BlockInstructions && at < pageEnd)
        {
            if (!_decoded.TryFetch(at, out var instruction)) break;
            if (instruction.Class != InstructionClass.User || instruction.Definition is null) break;
            if (at + (ulong)instruction.Length > pageEnd) break;
            instructions.Add(instruction);
            at += (ulong)instruction.Length;
        }

        return instructions.Count == 0 ? null : new BlockCode(key, [.. instructions], (int)(at - pc));
    }

    private BlockSurroundings Surroundings()
    {
        unsafe
        {
            // SAFETY: memory, watch and this cache live and die with the machine; code that outlives them never runs.
            return new BlockSurroundings(
                _memory.Start,
                _memory.Size,
                _memory.WatchAtZero,
                _jumps.Entries,
                int.Log2(_isa.UnitBytes),
                _slots.SlotOf,
                _blockSlots.SlotOf);
        }
    }

    private void CompileLater(BlockCode code, uint version, BlockSurroundings surroundings, SlotTable slots)
    {
        _enqueued++;
        TranslationWorker.Enqueue(() =>
        {
            _made.Enqueue((code, version, slots, Compile(code, surroundings)));
            Interlocked.Increment(ref _news);
        });
    }

    private Compilation Compile(BlockCode code, BlockSurroundings surroundings)
    {
        var clock = _statistics.Clock;
        var began = clock?.Invoke() ?? 0;
        var block = Translated(code.Key, isRegion: false, () => Translate(code, surroundings));
        return new Compilation(block, (clock?.Invoke() ?? 0) - began);
    }

    private Block? Translate(BlockCode code, BlockSurroundings surroundings)
    {
        if (RegionShape.OfBlock(_isa, code) is not { } shape) return null;
        var method = RegionEmitter.Translate(_isa, shape, surroundings, withText: false);
        var (node, links) = (shape.Nodes[0], new List<int>());
        CallSites.VisitLinks(_isa, node, (slot, _) => links.Add(slot));
        var jump = Array.FindLast(node.Instructions, CallSites.IsComputed);
        return new Block(node.Code, method, CallSites.Successors(_isa, node), [.. links], jump);
    }

    private void Install(BlockCode code, uint version, SlotTable slots, Compilation made)
    {
        var block = made.Block;
        _statistics.TranslationTicks += made.Ticks;
        var key = code.Key;
        var page = PageOf(key);
        if (version != _versions[page] || slots != _slots)
        {
            _statistics.Outdated++;
            return;
        }

        if (block is null) return; // it stays among those that were asked for: no second try
        if (IlBytes + block.Method.IlBytes > _settings.CacheBytes || _slots.Count > SlotsMax)
        {
            DropAll();
            return; // the block refers to slots that are gone; if it is still hot it is asked for again
        }

        _memory.Watch.MarkCode(key.OffsetIn(_memory), (ulong)block.Code.Bytes);
        _blocks[key] = block;
        _links.UnionWith(block.Links);
        _named.UnionWith(block.Successors.Where(successor => successor != key.Pc));
        if (!_blocksByPage.TryGetValue(page, out var blocks)) _blocksByPage.Add(page, blocks = []);
        blocks.Add(block);
        IlBytes += block.Method.IlBytes;
        _slots.Set(key, EntryOf(key));
        _blockSlots.Set(key, block.Method.Entry);
        if (!key.IsPaged) _jumps.Set(key.Pc, EntryOf(key));
        Records.Lead(key, toBlock: true);
        _statistics.BlocksTranslated++;
        _statistics.InstructionsTranslated += block.Code.Instructions.Length;
        _statistics.IlBytes += block.Method.IlBytes;
        if (_settings is { Tier: Tier.Region, RegionAfter: 0 }) AskRegion(key);
    }

    private void Drop(Block block)
    {
        DropRegionsWith(block.Key);
        _blocks.Remove(block.Key);
        _asked.Remove(block.Key);
        _slots.Set(block.Key, SlotTable.StubEntry);
        _blockSlots.Set(block.Key, SlotTable.StubEntry);
        if (block.Key.IsPaged) Translation!.DropJumps(block.Pc);
        else _jumps.Drop(block.Pc);
        Records.Lead(block.Key, toBlock: false);
        IlBytes -= block.Method.IlBytes;
        _statistics.BlocksDropped++;
    }

    private void DropAll()
    {
        foreach (var block in _blocks.Values.ToArray()) Drop(block);
        _blocksByPage.Clear();
        _asked.Clear();
        ForgetRegions();
        _jumps.Clear();
        Translation?.ClearJumps();
        (_slots, _blockSlots) = (new SlotTable(), new SlotTable());
        _surroundings = Surroundings();
        _statistics.Flushes++;
    }

    /// <summary>A block, or null where the code can't be translated, and how long that took by the clock for it.</summary>
    private readonly record struct Compilation(Block? Block, long Ticks);
}
