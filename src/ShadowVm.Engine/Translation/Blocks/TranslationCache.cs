using System.Collections.Concurrent;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Cold;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// The translated blocks of one machine: asked for when code gets hot, compiled from a copy of its bytes, installed by
/// the guest's thread if nothing wrote to the page meanwhile, dropped when something does or when there are too many.
/// What is dropped is no longer referenced, and the garbage collector takes the code.
/// </summary>
internal sealed class TranslationCache : IDisposable
{
    // A page that keeps being rewritten must get hotter each time, and is not translated any more in the end.
    private const int RewritesMax = 16;

    private readonly IsaDefinition _isa;
    private readonly GuestMemory _memory;
    private readonly DecodeCache _decoded;
    private readonly EngineSettings _settings;
    private readonly EngineStatistics _statistics;
    private readonly SlotTable _slots = new();
    private readonly JumpTable _jumps;
    private readonly BlockSurroundings _surroundings;
    private readonly Dictionary<ulong, Block> _blocks = [];
    private readonly Dictionary<int, List<Block>> _blocksByPage = [];
    private readonly Dictionary<ulong, uint> _asked = []; // with the page's version then
    private readonly ConcurrentQueue<(ulong Pc, uint Version, Block? Block)> _made = new();
    private readonly uint[] _versions;
    private readonly byte[] _rewrites;
    private volatile int _waiting;

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
        var shift = int.Log2(isa.UnitBytes);
        _jumps = new JumpTable(shift);
        unsafe
        {
            // SAFETY: memory, watch and this cache live and die with the machine; code that outlives them never runs.
            _surroundings = new BlockSurroundings(
                memory.Start, memory.Size, (nint)memory.Watch.Free, _jumps.Entries, shift, _slots.SlotOf);
        }
    }

    /// <summary>The records that lead to blocks.</summary>
    public required RecordPages Records { get; init; }

    /// <summary>Whether something was compiled and waits to be installed.</summary>
    public bool HasNews => _waiting > 0;

    /// <summary>Number of blocks that may run.</summary>
    public int Count => _blocks.Count;

    /// <summary>Bytes of IL of the blocks that may run.</summary>
    public long IlBytes { get; private set; }

    /// <summary>The blocks that may run.</summary>
    public IEnumerable<Block> Blocks => _blocks.Values;

    /// <summary>Jumps to an address in a page before it is translated.</summary>
    public static long HeatOf(int rewrites, long hotAfter) =>
        rewrites >= RewritesMax ? long.MaxValue : Math.Max(hotAfter, 1) << rewrites;

    /// <summary>As <see cref="HeatOf(int, long)"/>, for a page as it is now.</summary>
    public long HeatOf(int page) => HeatOf(_rewrites[page], _settings.HotAfter);

    /// <summary>The code at an address, or 0. The next computed jump there finds it by itself.</summary>
    public nint Find(ulong pc)
    {
        if (!_blocks.TryGetValue(pc, out var block)) return 0;
        _jumps.Set(pc, block.Method.Entry);
        return block.Method.Entry;
    }

    /// <summary>Has the code at an address translated, now or soon.</summary>
    public void Ask(ulong pc)
    {
        if (_blocks.ContainsKey(pc))
        {
            Records.Lead(pc, toBlock: true);
            return;
        }

        var page = (int)((pc - _memory.Start) >> GuestMemory.PageShift);
        var version = _versions[page];
        if (_asked.TryGetValue(pc, out var asked) && asked == version) return;
        _asked[pc] = version;
        if (Collect(pc) is not { } code) return;
        if (_settings.Background) CompileLater(code, version);
        else Install(pc, version, Compile(code));
    }

    /// <summary>Installs what was compiled, on the guest's thread, between two instructions.</summary>
    public void Install()
    {
        while (_made.TryDequeue(out var made))
        {
            Interlocked.Decrement(ref _waiting);
            Install(made.Pc, made.Version, made.Block);
        }
    }

    /// <summary>Bytes of a page were written that had been translated.</summary>
    public void Rewritten(int page, ulong offset, ulong length)
    {
        _versions[page]++;
        if (_rewrites[page] < RewritesMax) _rewrites[page]++;
        if (!_blocksByPage.TryGetValue(page, out var blocks)) return;
        for (var i = blocks.Count - 1; i >= 0; i--)
        {
            var start = blocks[i].Pc - _memory.Start;
            if (start >= offset + length || start + (ulong)blocks[i].Code.Bytes <= offset) continue;
            Drop(blocks[i]);
            blocks.RemoveAt(i);
        }
    }

    public void Dispose() => _jumps.Dispose();

    /// <summary>The instructions from an address on, read by the guest's thread.</summary>
    private BlockCode? Collect(ulong pc)
    {
        var instructions = new List<DecodedInstruction>();
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

        return instructions.Count == 0 ? null : new BlockCode(pc, [.. instructions], (int)(at - pc));
    }

    private void CompileLater(BlockCode code, uint version) => TranslationWorker.Enqueue(() =>
    {
        _made.Enqueue((code.Pc, version, Compile(code)));
        Interlocked.Increment(ref _waiting);
    });

    private Block? Compile(BlockCode code)
    {
        var method = BlockEmitter.Translate(_isa, code, _surroundings, withText: false, out var translated);
        return method is null ? null : new Block(translated, method);
    }

    private void Install(ulong pc, uint version, Block? block)
    {
        var page = (int)((pc - _memory.Start) >> GuestMemory.PageShift);
        if (version != _versions[page])
        {
            _statistics.Outdated++;
            return;
        }

        if (block is null) return; // it stays among those that were asked for: no second try
        if (IlBytes + block.Method.IlBytes > _settings.CacheBytes) DropAll();
        _memory.Watch.MarkCode(pc - _memory.Start, (ulong)block.Code.Bytes);
        _blocks[pc] = block;
        if (!_blocksByPage.TryGetValue(page, out var blocks)) _blocksByPage.Add(page, blocks = []);
        blocks.Add(block);
        IlBytes += block.Method.IlBytes;
        _slots.Set(pc, block.Method.Entry);
        Records.Lead(pc, toBlock: true);
        _statistics.BlocksTranslated++;
        _statistics.InstructionsTranslated += block.Code.Instructions.Length;
        _statistics.IlBytes += block.Method.IlBytes;
    }

    private void Drop(Block block)
    {
        _blocks.Remove(block.Pc);
        _asked.Remove(block.Pc);
        _slots.Set(block.Pc, SlotTable.StubEntry);
        _jumps.Drop(block.Pc);
        Records.Lead(block.Pc, toBlock: false);
        IlBytes -= block.Method.IlBytes;
        _statistics.BlocksDropped++;
    }

    private void DropAll()
    {
        foreach (var block in _blocks.Values.ToArray()) Drop(block);
        _blocksByPage.Clear();
        _asked.Clear();
        _jumps.Clear();
        _statistics.Flushes++;
    }
}
