using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>
/// How far the primary may run ahead of what the backup has executed: so many milliseconds of the backup's execution,
/// measured from its acknowledgements, and so many bytes of frames.
/// </summary>
internal sealed class LagControl(RoleSettings settings)
{
    private const ulong EpochsMin = 2;
    private const ulong EpochsMax = 10_000;
    private const ulong EpochsAtFirst = 16;

    private readonly Queue<(ulong Epoch, long Bytes)> _sent = new();
    private long _bytesAhead;
    private ulong _executed;
    private ulong _measuredFrom;
    private long _measuredAt;
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

    /// <summary>The epoch that the primary may run through.</summary>
    public ulong PermittedThrough(ulong ended, bool held) =>
        held || _bytesAhead > settings.LagBytes ? 0 : Math.Max(_executed + _epochsAhead, _executed == ended ? ended + 1 : 0);

    private void Measure(long now)
    {
        var milliseconds = now - _measuredAt;
        if (milliseconds < 20) return;
        var epochs = _executed - _measuredFrom;
        // An idle guest's few epochs say nothing about speed, so the window only ever grows by what was seen.
        var ahead = epochs * (ulong)settings.LagMilliseconds / (ulong)milliseconds;
        _epochsAhead = Math.Clamp((_epochsAhead + ahead + 1) / 2, EpochsMin, EpochsMax);
        (_measuredFrom, _measuredAt) = (_executed, now);
    }
}
