using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>
/// How far the primary may run ahead of what the backup has executed: so many milliseconds of the backup's execution,
/// measured from its acknowledgements, and so many bytes of frames. Its speed is the best of late: a backup that another
/// process keeps from its processor for a moment is no slower for that, and shall catch up.
/// </summary>
internal sealed class LagControl(RoleSettings settings)
{
    private const ulong EpochsMin = 2;
    private const ulong EpochsMax = 10_000;
    private const ulong EpochsAtFirst = 16;
    private const ulong StepsAhead = 4;
    private const long MeasureMilliseconds = 50;

    private readonly Queue<(ulong Epoch, long Bytes)> _sent = new();
    private long _bytesAhead;
    private ulong _executed;
    private ulong _measuredFrom;
    private long? _measuredAt;
    private ulong _epochsAhead = EpochsAtFirst;

    /// <summary>An epoch's frames were sent.</summary>
    public void Sent(ulong epoch, long bytes)
    {
        _bytesAhead += bytes;
        _sent.Enqueue((epoch, bytes));
    }

    /// <summary>The backup's guest stands at the end of this epoch.</summary>
    public void Executed(Acknowledge acknowledge, long now)
    {
        if (acknowledge.Executed <= _executed) return;
        _executed = acknowledge.Executed;
        while (_sent.TryPeek(out var first) && first.Epoch <= _executed)
        {
            _bytesAhead -= first.Bytes;
            _sent.Dequeue();
        }

        Measure(now);
    }

    /// <summary>
    /// The epoch that the primary may run through: in steps, so that one that waits isn't let on, and woken, for each few epochs
    /// that the backup has executed.
    /// </summary>
    public ulong PermittedThrough(ulong ended, bool held)
    {
        if (held || _bytesAhead > settings.LagBytes) return 0;
        var step = Math.Max(1, _epochsAhead / StepsAhead);
        var through = _executed + _epochsAhead;
        return Math.Max(through - (through % step), _executed == ended ? ended + 1 : 0);
    }

    private void Measure(long now)
    {
        if (now - _measuredAt is not { } milliseconds)
        {
            (_measuredFrom, _measuredAt) = (_executed, now);
            return;
        }

        if (milliseconds < MeasureMilliseconds) return;
        var ahead = (_executed - _measuredFrom) * (ulong)settings.LagMilliseconds / (ulong)milliseconds;
        // Acknowledgements that were held up come all at once, and say nothing of speed.
        ahead = Math.Min(ahead, 2 * _epochsAhead);
        _epochsAhead = Math.Clamp(Math.Max(ahead, _epochsAhead - ((_epochsAhead + 15) / 16)), EpochsMin, EpochsMax);
        (_measuredFrom, _measuredAt) = (_executed, now);
    }
}
