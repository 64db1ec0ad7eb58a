using System.Diagnostics;
using ShadowVm.Replication;

namespace ShadowVm.Host.Clocks;

/// <summary>
/// Guest time that follows the host's monotonic clock. Each boundary sets it to the host's time; within an epoch it
/// advances per instruction at three quarters of the fastest of the last measured speeds, so that it lags a little
/// rather than overtake. Where it did overtake (the guest ran faster than ever before) it doesn't go back: it stands
/// still until the host has caught up.
/// </summary>
public sealed class HostGuestClock : IGuestClock
{
    private const int Window = 8;

    /// <summary>Fewer instructions than this measure the boundary, not the guest.</summary>
    private const ulong MeasuredInstructionsMin = 1000;

    private const double Caution = 0.75 * (1L << 32);

    private readonly Func<ulong> _hostNanoseconds;
    private readonly double[] _measured = new double[Window];
    private int _measurements;
    private ulong _origin;
    private ulong _guestAtOrigin;
    private ulong _lastBoundary;

    /// <summary>Creates one on the host's monotonic clock.</summary>
    public HostGuestClock()
        : this(Monotonic)
    {
    }

    /// <summary>Creates one on a given clock, for tests.</summary>
    /// <param name="hostNanoseconds">Nanoseconds that never go back.</param>
    internal HostGuestClock(Func<ulong> hostNanoseconds) => _hostNanoseconds = hostNanoseconds;

    /// <summary>What guest time would be now if it were read at a boundary.</summary>
    public ulong Now => _guestAtOrigin + (_hostNanoseconds() - _origin);

    /// <inheritdoc/>
    /// <remarks>No speed is known yet: time stands for one epoch.</remarks>
    public ClockPair First => new(0, 0);

    /// <inheritdoc/>
    public void Start() => ContinueFrom(First);

    /// <inheritdoc/>
    public void ContinueFrom(ClockPair logged)
    {
        _origin = _hostNanoseconds();
        _guestAtOrigin = logged.Base;
        _lastBoundary = logged.Base;
    }

    /// <inheritdoc/>
    public ClockPair Next(in ClockBoundary boundary)
    {
        var now = Now;
        if (!boundary.Waited && boundary.Instructions >= MeasuredInstructionsMin && now > _lastBoundary)
        {
            _measured[_measurements++ % Window] = (double)(now - _lastBoundary) / boundary.Instructions;
        }

        _lastBoundary = now;
        return now < boundary.GuestTime ? new ClockPair(boundary.GuestTime, 0) : new ClockPair(now, Rate());
    }

    /// <inheritdoc/>
    public int MillisecondsUntil(ulong deadline)
    {
        const ulong NanosecondsPerMillisecond = 1_000_000;
        var now = Now;
        if (now >= deadline) return 0;
        var left = deadline - now;
        var milliseconds = (left / NanosecondsPerMillisecond) + (left % NanosecondsPerMillisecond == 0 ? 0UL : 1);
        return (int)Math.Min(milliseconds, 1000); // asked again after a second
    }

    private static ulong Monotonic()
    {
        var ticks = (ulong)Stopwatch.GetTimestamp();
        var frequency = (ulong)Stopwatch.Frequency;
        return frequency == 1_000_000_000
            ? ticks
            : (ulong)((UInt128)ticks * 1_000_000_000 / frequency);
    }

    private ulong Rate()
    {
        var known = Math.Min(_measurements, Window);
        if (known == 0) return 0;
        var fastest = double.MaxValue;
        for (var i = 0; i < known; i++) fastest = Math.Min(fastest, _measured[i]);
        return (ulong)Math.Min(fastest * Caution, ulong.MaxValue / 2);
    }
}
