using ShadowVm.Replication;

namespace ShadowVm.Host.Clocks;

/// <summary>
/// Where the primary takes guest time from. Used by the guest's thread alone; nothing of it reaches the guest but the
/// logged pairs.
/// </summary>
public interface IGuestClock
{
    /// <summary>The first epoch's pair: a constant, so that every replica has it before anything has run.</summary>
    ClockPair First { get; }

    /// <summary>The guest's first instruction is due.</summary>
    void Start();

    /// <summary>Goes on from a logged pair with this host's own elapsed time: a backup took over.</summary>
    void ContinueFrom(ClockPair logged);

    /// <summary>The next epoch's pair.</summary>
    /// <param name="boundary">The boundary where the guest stands.</param>
    ClockPair Next(in ClockBoundary boundary);

    /// <summary>Milliseconds until guest time reaches a deadline, rounded up; 0 where it has.</summary>
    int MillisecondsUntil(ulong deadline);
}

/// <summary>A boundary as a clock sees it.</summary>
/// <param name="GuestTime">Guest nanoseconds after the last instruction.</param>
/// <param name="Instructions">Instructions of the epoch.</param>
/// <param name="Waited">Whether the guest's thread slept since the last boundary.</param>
/// <param name="JumpTo">The deadline of a guest that waits with nothing to deliver, or null.</param>
public readonly record struct ClockBoundary(ulong GuestTime, ulong Instructions, bool Waited, ulong? JumpTo);
