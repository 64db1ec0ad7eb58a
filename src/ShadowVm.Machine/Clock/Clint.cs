using static ShadowVm.Machine.Clock.ClintRegisters;

namespace ShadowVm.Machine.Clock;

/// <summary>
/// The core-local interruptor: time, time compare and software interrupt of the one processor. The software line
/// follows the guest's write at once. The timer line goes up only at a boundary, where time has reached the compare
/// value, and down only by the guest's write of a later one: between boundaries time alone changes no line.
/// </summary>
/// <remarks>
/// Time is guest time, which the monitor logs: it can't be set. Writes to it are ignored, so that programs that clear
/// it at start still run. Registers are accessed as aligned 32 bits, the 64-bit ones also whole.
/// </remarks>
public sealed class Clint : IDevice
{
    private const ulong Never = ulong.MaxValue;

    private readonly IDeviceHost _host;
    private readonly ulong _tick;
    private readonly ulong _timerLine;
    private readonly ulong _softwareLine;
    private ulong _compare = Never;
    private bool _software;
    private bool _raised;

    /// <summary>
    /// Makes a clock at reset: no software interrupt, compare value all ones, so that it never rings.
    /// </summary>
    /// <param name="name">Name on the bus.</param>
    /// <param name="size">Window in bytes, at least <see cref="End"/>.</param>
    /// <param name="timerLine">Line of the timer, 0 to 63.</param>
    /// <param name="softwareLine">Line of the software interrupt, 0 to 63.</param>
    /// <param name="tick">Length of a tick in nanoseconds, at least 1.</param>
    /// <param name="host">The machine around it.</param>
    public Clint(string name, ulong size, int timerLine, int softwareLine, ulong tick, IDeviceHost host)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tick);
        Name = name;
        Size = size;
        _timerLine = 1UL << timerLine;
        _softwareLine = 1UL << softwareLine;
        _tick = tick;
        _host = host;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Size { get; }

    /// <inheritdoc/>
    public ulong Lines => (_raised ? _timerLine : 0) | (_software ? _softwareLine : 0);

    /// <summary>
    /// Guest time at which the timer rings: null while it is ringing, and where the compare value lies beyond the 584
    /// years that guest time can count.
    /// </summary>
    public ulong? Deadline => _raised || _compare > ulong.MaxValue / _tick ? null : _compare * _tick;

    /// <summary>Time in ticks at the instruction that is being carried out.</summary>
    public ulong Ticks => _host.Time / _tick;

    /// <summary>The compare value in ticks; setting it has the effect of the guest's write.</summary>
    public ulong Compare
    {
        get => _compare;
        set
        {
            _compare = value;
            if (Ticks < value) _raised = false;
        }
    }

    /// <inheritdoc/>
    public bool TryRead(ulong offset, int bytes, out ulong value)
    {
        value = 0;
        if (!Answers(offset, bytes)) return false;
        var half = (int)(offset & 4) * 8;
        ulong whole = (offset & ~7UL) switch
        {
            SoftwareInterrupt => _software ? 1UL : 0,
            TimeCompare => _compare,
            Time => Ticks,
            _ => 0, // registers of processors that aren't there
        };
        value = bytes == 8 ? whole : (uint)(whole >> half);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong offset, int bytes, ulong value)
    {
        if (!Answers(offset, bytes)) return false;
        if (offset == SoftwareInterrupt) _software = (value & 1) != 0;
        else if ((offset & ~7UL) == TimeCompare) Compare = bytes == 8 ? value : WithHalf(_compare, offset, (uint)value);
        return true;
    }

    /// <inheritdoc/>
    public void Deliver(in DeviceInput input)
    {
    }

    /// <inheritdoc/>
    public void AtBoundary(ulong time)
    {
        if (time / _tick >= _compare) _raised = true;
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
    }

    /// <inheritdoc/>
    public void Save(StateWriter writer)
    {
        writer.Write("software", _software ? 1UL : 0);
        writer.Write("compare", _compare);
        writer.Write("raised", _raised ? 1UL : 0);
    }

    private static bool Answers(ulong offset, int bytes)
    {
        if (offset >= End || offset % (ulong)bytes != 0) return false;
        return bytes == 4 || (bytes == 8 && offset >= SoftwareInterruptEnd);
    }

    private static ulong WithHalf(ulong whole, ulong offset, uint half) =>
        (offset & 4) == 0 ? (whole & 0xffff_ffff_0000_0000) | half : (uint)whole | ((ulong)half << 32);
}
