using ShadowVm.Replication;

namespace ShadowVm.Host.Clocks;

/// <summary>
/// <c>--clock instructions</c>: guest time counts instructions and nothing else, so that two runs with the same input
/// are the same to the bit; a guest that waits jumps to its next deadline.
/// </summary>
public sealed class InstructionGuestClock : IGuestClock
{
    private const int RateFraction = 32;

    private readonly ulong _rate;

    /// <summary>Creates one.</summary>
    /// <param name="nanosecondsPerInstruction">Guest nanoseconds that an instruction takes.</param>
    public InstructionGuestClock(uint nanosecondsPerInstruction = 10) =>
        _rate = (ulong)nanosecondsPerInstruction << RateFraction;

    /// <inheritdoc/>
    public ClockPair First => new(0, _rate);

    /// <inheritdoc/>
    public void Start()
    {
        // Instructions need no start.
    }

    /// <inheritdoc/>
    public void ContinueFrom(ClockPair logged)
    {
        // Time is the guest's own: the next pair follows from where it stands.
    }

    /// <inheritdoc/>
    public ClockPair Next(in ClockBoundary boundary) =>
        new(Math.Max(boundary.GuestTime, boundary.JumpTo ?? 0), _rate);

    /// <inheritdoc/>
    public int MillisecondsUntil(ulong deadline) => 0;
}
