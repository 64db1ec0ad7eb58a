using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa;

/// <summary>The functions of a definition that the engine and the monitor call by themselves.</summary>
public sealed class IsaHooks
{
    /// <summary>Sets registers that need more than their declared reset value; null where there is none.</summary>
    public Function? Reset { get; init; }

    /// <summary>
    /// program(): after the reset, makes the processor ready for a Linux program, which has no system under it; null
    /// where there is nothing to do.
    /// </summary>
    public Function? Program { get; init; }

    /// <summary>float_control(): the word that a Linux program's call reads, 64 bits; null where there is none.</summary>
    public Function? FloatControl { get; init; }

    /// <summary>set_float_control(value): takes the word that a Linux program's call writes; null where there is none.</summary>
    public Function? SetFloatControl { get; init; }

    /// <summary>trap(cause, value): entry to the guest's handler, for traps and interrupts alike.</summary>
    public required Function Trap { get; init; }

    /// <summary>illegal(): the word at pc encodes nothing. It raises.</summary>
    public required Function Illegal { get; init; }

    /// <summary>
    /// fault(access, address): nothing answers at the address; access is 0 fetch, 1 read, 2 write. It raises.
    /// </summary>
    public required Function Fault { get; init; }

    /// <summary>
    /// misaligned(access, address): an access that must be aligned is not; same arguments. It raises.
    /// </summary>
    public Function? Misaligned { get; init; }

    /// <summary>
    /// translate(address, access): the page that the address lies in, as <see cref="PageValue"/> has it, or it raises;
    /// null where addresses are those of memory. It depends on its arguments, on registers, and on what it reads by
    /// walk loads, and has no effect but that of walk updates.
    /// </summary>
    public Function? Translate { get; init; }

    /// <summary>
    /// interrupt(): the cause of the interrupt that is due now, or <see cref="None"/>. Asked at boundaries and after
    /// each instruction that the monitor carried out.
    /// </summary>
    public required Function Interrupt { get; init; }

    /// <summary>awake(): one bit, whether a waiting guest goes on.</summary>
    public required Function Awake { get; init; }

    /// <summary>
    /// deliver(V2, V1): entry to the guest's handler of traps that were delayed, classes and registers; null where no trap
    /// of the instruction set is. pc is the instruction not yet carried out.
    /// </summary>
    public Function? Deliver { get; init; }

    /// <summary>What the interrupt hook returns when nothing is due: the word <c>none</c>, all ones.</summary>
    public const ulong None = ulong.MaxValue;
}
