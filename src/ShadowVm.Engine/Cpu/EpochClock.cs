namespace ShadowVm.Engine.Cpu;

/// <summary>
/// Guest time inside an epoch: base + i × rate for the i-th instruction retired in it. Both numbers are set at the
/// boundary from what the primary logged, so a reading is exact for its instruction and the same on both replicas.
/// </summary>
public sealed class EpochClock
{
    private ulong _start;

    /// <summary>Nanoseconds of guest time at the epoch's start.</summary>
    public ulong Base { get; private set; }

    /// <summary>Nanoseconds per instruction, 32.32 fixed point.</summary>
    public ulong Rate { get; private set; }

    /// <summary>Begins an epoch.</summary>
    /// <param name="baseTime">See <see cref="Base"/>.</param>
    /// <param name="rate">See <see cref="Rate"/>.</param>
    /// <param name="retired">Instructions retired before the epoch.</param>
    public void Begin(ulong baseTime, ulong rate, ulong retired)
    {
        Base = baseTime;
        Rate = rate;
        _start = retired;
    }

    /// <summary>Guest time in nanoseconds when so many instructions were retired.</summary>
    public ulong At(ulong retired) => Base + (ulong)(((UInt128)(retired - _start) * Rate) >> 32);
}
