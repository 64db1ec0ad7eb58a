using ShadowVm.Engine.DelayedTraps;

namespace ShadowVm.Vmm;

/// <summary>
/// The monitor's part in delayed traps: its own vectors V1 and V2, to which it adds what the processor hands over, and
/// Drain_Priv (patent p. 15-16). How the traps are shared between the processor's buffer and these vectors is chance;
/// both together are guest state.
/// </summary>
internal sealed class DelayedTrapMonitor(TrapHardware hardware, bool buffers, bool drainPriv)
{
    private TrapVectors _buffered;
    private long _now;

    /// <summary>
    /// Whether traps wait for a boundary or a drain. If not, they are the guest's as soon as the processor hands them over.
    /// </summary>
    public bool Buffers { get; } = buffers;

    /// <summary>Drain_Priv: whether a drain instruction switches to the monitor.</summary>
    public bool DrainPriv { get; } = drainPriv;

    /// <summary>All traps that the guest hasn't got yet, wherever they wait.</summary>
    public TrapVectors All => _buffered.With(hardware.Held);

    /// <summary>Instructions until the processor hands something over.</summary>
    public long Until => hardware.Due - _now;

    /// <summary>Counts what was taken from the recovery counter.</summary>
    public void Advance(long count) => _now += count;

    /// <summary>An instruction trapped: the processor keeps that to itself for a while.</summary>
    public void Trapped(TrapVectors traps)
    {
        if (!traps.IsEmpty) hardware.Hold(traps, _now);
    }

    /// <summary>Takes over what the processor gives by now.</summary>
    public void TakeOver() => _buffered = _buffered.With(hardware.HandOver(_now));

    /// <summary>A switch to the monitor: the processor gives all that it holds.</summary>
    public void Flush() => _buffered = _buffered.With(hardware.Flush());

    /// <summary>
    /// A conventional drain: what the processor holds, for the guest alone. What the monitor has stays where it is, and
    /// so the guest may see a part of its traps only.
    /// </summary>
    public TrapVectors DrainProcessor() => hardware.Flush();

    /// <summary>Gives the monitor's vectors, which are empty then.</summary>
    public TrapVectors Take()
    {
        var taken = _buffered;
        _buffered = default;
        return taken;
    }

    /// <summary>Keeps what could not be delivered yet.</summary>
    public void Keep(TrapVectors traps) => _buffered = _buffered.With(traps);
}
