namespace ShadowVm.Engine;

/// <summary>
/// Why the engine gave control back to the virtual machine monitor. Nothing of the instruction at pc was done.
/// </summary>
public enum ExitReason : byte
{
    /// <summary>The recovery counter is at zero.</summary>
    Counter,

    /// <summary>The instruction at pc is a kernel instruction.</summary>
    Kernel,

    /// <summary>The instruction at pc is a drain instruction.</summary>
    Drain,

    /// <summary>The instruction at pc touches a device.</summary>
    Device,

    /// <summary>
    /// A program without a system under it made a trap: <see cref="ExecutionEngine.TakeTrap"/> has it. The one reason
    /// that comes after its instruction; it has taken one from the counter.
    /// </summary>
    Trap,

    /// <summary>The instruction before pc caused a trap that may be delivered late.</summary>
    Trapped,
}
