namespace ShadowVm.Isa.Linux;

/// <summary>
/// How Linux programs of an instruction set call the system, as its <c>abi linux</c> says: registers, numbers, errors
/// and structures. Data alone: what the calls do is the same for all.
/// </summary>
public sealed class LinuxAbi
{
    /// <summary>First address of a program's memory.</summary>
    public required ulong MemoryStart { get; init; }

    /// <summary>Bytes of a page as the program is told.</summary>
    public required int PageBytes { get; init; }

    /// <summary>Name of the machine as uname gives it.</summary>
    public required string MachineName { get; init; }

    /// <summary>The word AT_HWCAP of the auxiliary vector.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>Slot of the stack pointer.</summary>
    public required int StackSlot { get; init; }

    /// <summary>Alignment of the stack at a program's start, in bytes.</summary>
    public required int StackAlignment { get; init; }

    /// <summary>Slot of the register that set_thread_area sets, or -1.</summary>
    public required int ThreadSlot { get; init; }

    /// <summary>Cause that the system call instruction raises.</summary>
    public required ulong CallCause { get; init; }

    /// <summary>Slot of the call's number.</summary>
    public required int NumberSlot { get; init; }

    /// <summary>Slots of the arguments that are in registers.</summary>
    public required IReadOnlyList<int> ArgumentSlots { get; init; }

    /// <summary>Where above the stack pointer further arguments lie, or -1.</summary>
    public required int StackArguments { get; init; }

    /// <summary>Whether an argument twice as wide as a register begins at an even argument.</summary>
    public required bool PairsAreEven { get; init; }

    /// <summary>Slot of the result.</summary>
    public required int ResultSlot { get; init; }

    /// <summary>Slot of the second result that few calls have, or -1.</summary>
    public required int SecondSlot { get; init; }

    /// <summary>
    /// Slot of the register that is 1 after an error, the result being its number, and 0 after success; or -1 where
    /// an error is the negative of its number.
    /// </summary>
    public required int ErrorSlot { get; init; }

    /// <summary>Signals by the causes that raise them.</summary>
    public required IReadOnlyDictionary<ulong, int> Signals { get; init; }

    /// <summary>What ends a program whose trap comes late; null where no trap of the instruction set does.</summary>
    public required DelayedSignal? Delayed { get; init; }

    /// <summary>The calls for floating point's control word, or null where there are none.</summary>
    public required FloatControlCalls? FloatControl { get; init; }

    /// <summary>Calls by number.</summary>
    public required IReadOnlyDictionary<ulong, SystemCall> Calls { get; init; }

    /// <summary>Numbers of errors, by <see cref="Errno"/>.</summary>
    public required IReadOnlyList<int> Errors { get; init; }

    /// <summary>Numbers by <see cref="LinuxValue"/>.</summary>
    public required IReadOnlyList<ulong> Values { get; init; }

    /// <summary>Structures by <see cref="LinuxLayout"/>; null where no call of this table needs it.</summary>
    public required IReadOnlyList<StructLayout?> Layouts { get; init; }

    /// <summary>A number.</summary>
    public ulong this[LinuxValue value] => Values[(int)value];

    /// <summary>A structure.</summary>
    public StructLayout this[LinuxLayout layout] =>
        Layouts[(int)layout] ?? throw new InvalidOperationException($"the table has no layout {layout}");
}

/// <summary>The signal of traps that come late.</summary>
/// <param name="Signal">Its number.</param>
/// <param name="Name">What the definition calls these traps.</param>
/// <param name="Classes">Names of their classes, and the bit that each has.</param>
public sealed record DelayedSignal(int Signal, string Name, IReadOnlyList<(string Name, int Bit)> Classes);

/// <summary>
/// Calls that read and write floating point's control word, of 64 bits, at the address that is their second argument.
/// The word itself is a matter of <see cref="IsaHooks.FloatControl"/> and <see cref="IsaHooks.SetFloatControl"/>.
/// </summary>
/// <param name="Read">Number of the call that reads.</param>
/// <param name="ReadFirst">Its first argument.</param>
/// <param name="Write">Number of the call that writes.</param>
/// <param name="WriteFirst">Its first argument.</param>
public sealed record FloatControlCalls(ulong Read, ulong ReadFirst, ulong Write, ulong WriteFirst);
