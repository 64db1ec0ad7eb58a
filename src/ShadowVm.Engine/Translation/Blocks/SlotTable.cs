using System.Runtime.InteropServices;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Translation.Emission;

namespace ShadowVm.Engine.Translation.Blocks;

/// <summary>
/// A slot for each guest address that some block goes on to: the host address of the code there. Blocks refer to
/// each other through slots alone, so that a block is replaced or dropped by one store. A slot without a block holds
/// a stub that gives control back. Slots may be asked for on any thread; only the guest's thread changes them.
/// </summary>
internal sealed unsafe class SlotTable
{
    private const int SlotsPerChunk = 4096;

    private static readonly CompiledMethod Stub = CompiledMethod.Compile(
        "not_translated",
        CompiledMethod.BlockParameters,
        false,
        static il =>
        {
            il.WordAddress(EngineWords.Exit);
            il.Const((long)HostExit.Dispatch);
            il.StoreWord();
            il.Argument(CompiledMethod.Counter);
            il.Op(System.Reflection.Emit.OpCodes.Ret);
        });

    private readonly Dictionary<CodeKey, nint> _slots = [];
    private readonly List<nint> _chunks = [];
    private readonly Lock _gate = new();
    private int _used = SlotsPerChunk;

    // Who compiles in the background may hold the table longer than its machine lives: chunks go with the object.
    ~SlotTable()
    {
        foreach (var chunk in _chunks) NativeMemory.Free((void*)chunk);
    }

    /// <summary>Where the code is that gives control back.</summary>
    public static nint StubEntry => Stub.Entry;

    /// <summary>Slots handed out.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _slots.Count;
        }
    }

    /// <summary>Host address of the slot for a guest address.</summary>
    public nint SlotOf(CodeKey key)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue(key, out var slot)) return slot;
            if (_used == SlotsPerChunk)
            {
                // SAFETY: a chunk is never moved or freed while this object lives; a slot is handed out once.
                _chunks.Add((nint)NativeMemory.Alloc(SlotsPerChunk, (nuint)sizeof(nint)));
                _used = 0;
            }

            slot = _chunks[^1] + (_used++ * sizeof(nint));
            *(nint*)slot = StubEntry;
            _slots.Add(key, slot);
            return slot;
        }
    }

    /// <summary>Puts code into the slot for a guest address.</summary>
    public void Set(CodeKey key, nint code) => *(nint*)SlotOf(key) = code;
}
