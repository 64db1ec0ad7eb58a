using System.Runtime.InteropServices;

namespace ShadowVm.Engine.Cpu;

/// <summary>
/// The virtual processor's state in one unmanaged block of 64-bit slots, laid out by the definition, so that
/// generated code reaches each register at a constant offset.
/// </summary>
public sealed unsafe class CpuState : IDisposable
{
    // Below the slots lies what translated code shares with the engine: see EngineWords.
    private ulong* _slots;

    /// <summary>Allocates the block, all zeros.</summary>
    /// <param name="slotCount">Number of slots, at least 1.</param>
    public CpuState(int slotCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slotCount, 1);
        // SAFETY: the block holds the engine's words and slotCount slots and lives until Dispose; SlotCount goes to 0
        // with it.
        _slots = (ulong*)NativeMemory.AllocZeroed((nuint)(EngineWords.Count + slotCount), sizeof(ulong)) + EngineWords.Count;
        SlotCount = slotCount;
    }

    /// <summary>Number of slots.</summary>
    public int SlotCount { get; private set; }

    /// <summary>Guest instructions retired since the start; trap entries are left out.</summary>
    public ulong Retired { get; set; }

    /// <summary>
    /// Whether a slot was set, otherwise than by translated code, since address translation looked last.
    /// </summary>
    internal bool IsTouched { get; set; } = true;

    /// <summary>Where the slots lie in the host, for translated code.</summary>
    internal ulong* Pointer => _slots;

    /// <summary>What the last region kept of ranges of pages: see <see cref="EngineWords.LastRanges"/>.</summary>
    internal ReadOnlySpan<ulong> LastRanges =>
        new(_slots + EngineWords.LastRanges, EngineWords.LastRangesMax * EngineWords.LastRangeWords);

    /// <summary>All slots in order.</summary>
    public ReadOnlySpan<ulong> Slots => new(_slots, SlotCount);

    /// <summary>One slot.</summary>
    /// <param name="slot">0 to <see cref="SlotCount"/> - 1.</param>
    public ulong this[int slot]
    {
        get
        {
            if ((uint)slot >= (uint)SlotCount) ThrowNoSuchSlot(slot);
            // SAFETY: the index was checked against the block's size.
            return _slots[slot];
        }

        set
        {
            if ((uint)slot >= (uint)SlotCount) ThrowNoSuchSlot(slot);
            // SAFETY: the index was checked against the block's size.
            _slots[slot] = value;
            IsTouched = true;
        }
    }

    /// <summary>Frees the block.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the block of a state that nobody disposed.</summary>
    ~CpuState() => Free();

    private void Free()
    {
        SlotCount = 0;
        if (_slots == null) return;
        NativeMemory.Free(_slots - EngineWords.Count);
        _slots = null;
    }

    private static void ThrowNoSuchSlot(int slot) =>
        throw new ArgumentOutOfRangeException(nameof(slot), slot, "no such state slot");
}
