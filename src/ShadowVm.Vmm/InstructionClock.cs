namespace ShadowVm.Vmm;

/// <summary>
/// The clock of <c>--clock instructions</c>: guest time is a function of the guest alone, so that two runs with the
/// same input are the same to the bit. A guest that waits jumps to its next deadline.
/// </summary>
public static class InstructionClock
{
    /// <summary>Guest nanoseconds that one instruction takes.</summary>
    public const ulong NanosecondsPerInstruction = 10;

    private const ulong Rate = NanosecondsPerInstruction << 32;

    /// <summary>The clock of the first epoch.</summary>
    public static GuestClock First => new(0, Rate);

    /// <summary>The clock of the next epoch of a machine that stands at the end of one.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="inputArrives">
    /// Whether the batch of this boundary holds anything: then time doesn't jump, for the guest may wake already.
    /// </param>
    public static GuestClock Next(VirtualMachine machine, bool inputArrives)
    {
        var now = machine.GuestTime;
        if (machine.Waiting && !inputArrives && machine.Deadline is { } deadline && deadline > now) now = deadline;
        return new GuestClock(now, Rate);
    }
}
