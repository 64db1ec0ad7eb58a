namespace ShadowVm.Engine.DelayedTraps;

/// <summary>
/// The simulated processor's own buffer of delayed traps: it hands each to the monitor after a number of instructions
/// that nobody can know beforehand, and all of them at a context switch in mid-epoch (patent p. 13). Both come from a
/// seed that differs from processor to processor, and both are functions of seed and position alone. Positions count
/// what the recovery counter counts.
/// </summary>
public sealed class TrapHardware
{
    private readonly TrapHardwareSettings _settings;
    private readonly (TrapVectors Traps, long Due)[] _held;
    private int _count;

    /// <summary>An empty buffer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its limits.</exception>
    public TrapHardware(TrapHardwareSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.HoldAtMost, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.HoldAtMost, TrapHardwareSettings.HoldLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.SwitchEvery, 1);
        _settings = settings;
        // One instruction traps once, and none is held longer than that: there is always room.
        _held = new (TrapVectors, long)[settings.HoldAtMost + 2];
    }

    /// <summary>Position at which something leaves the buffer, or <see cref="long.MaxValue"/> where it is empty.</summary>
    public long Due { get; private set; } = long.MaxValue;

    /// <summary>All that is held.</summary>
    public TrapVectors Held
    {
        get
        {
            var all = default(TrapVectors);
            for (var i = 0; i < _count; i++) all = all.With(_held[i].Traps);
            return all;
        }
    }

    /// <summary>Takes the trap of an instruction that has just been carried out.</summary>
    /// <param name="traps">What it tells.</param>
    /// <param name="now">Position behind the instruction.</param>
    public void Hold(TrapVectors traps, long now)
    {
        var due = now + (long)(Draw(1, now) % (ulong)(_settings.HoldAtMost + 1));
        due = Math.Min(due, SwitchAfter(now));
        if (_count == _held.Length)
        {
            // The monitor didn't ask for what was due: the oldest wait together.
            _held[0] = (_held[0].Traps.With(_held[1].Traps), Math.Min(_held[0].Due, _held[1].Due));
            Array.Copy(_held, 2, _held, 1, --_count - 1);
        }

        _held[_count++] = (traps, due);
        Due = Math.Min(Due, due);
    }

    /// <summary>Gives what is due by now, and holds it no longer.</summary>
    public TrapVectors HandOver(long now)
    {
        var given = default(TrapVectors);
        if (now < Due) return given;
        var kept = 0;
        Due = long.MaxValue;
        for (var i = 0; i < _count; i++)
        {
            if (_held[i].Due <= now)
            {
                given = given.With(_held[i].Traps);
                continue;
            }

            Due = Math.Min(Due, _held[i].Due);
            _held[kept++] = _held[i];
        }

        _count = kept;
        return given;
    }

    /// <summary>Gives all, as at a context switch, a drain, or an instruction that leaves user mode.</summary>
    public TrapVectors Flush()
    {
        var all = Held;
        _count = 0;
        Due = long.MaxValue;
        return all;
    }

    /// <summary>The first context switch behind a position: one in each stretch, somewhere in it.</summary>
    private long SwitchAfter(long now)
    {
        var stretch = now / _settings.SwitchEvery;
        var at = SwitchIn(stretch);
        return at > now ? at : SwitchIn(stretch + 1);
    }

    private long SwitchIn(long stretch) =>
        (stretch * _settings.SwitchEvery) + (long)(Draw(2, stretch) % (ulong)_settings.SwitchEvery);

    /// <summary>SplitMix64 of seed and position.</summary>
    private ulong Draw(ulong purpose, long position)
    {
        var z = _settings.Seed + (purpose << 56) + (0x9e3779b97f4a7c15UL * ((ulong)position + 1));
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }
}
