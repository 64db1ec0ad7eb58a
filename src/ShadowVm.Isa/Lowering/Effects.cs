namespace ShadowVm.Isa.Lowering;

/// <summary>What a body may do, as far as classes and order of effects depend on it.</summary>
[Flags]
internal enum Effects : ushort
{
    None = 0,

    /// <summary>Reads registers.</summary>
    Reads = 1,

    /// <summary>Writes registers.</summary>
    Writes = 2,

    Loads = 4,

    Stores = 8,

    Raises = 16,

    /// <summary>
    /// Does what only the monitor may: wait, flush, enter, write a control register that has effects.
    /// </summary>
    Kernel = 32,

    /// <summary>Reads or writes control registers by number.</summary>
    Space = 64,

    /// <summary>Asks the machine: retired, time, external.</summary>
    Machine = 128,

    /// <summary>Causes a trap that may be delivered late.</summary>
    Delays = 256,

    /// <summary>Enters: a trap's entry or the return from one.</summary>
    Enters = 512,

    /// <summary>Adds to the floating-point flags that the definition's 'float' block names.</summary>
    Accrues = 1024,

    /// <summary>Goes to another address, or may.</summary>
    Goes = 2048,

    /// <summary>Reads or writes page tables, as only the translation of an address may.</summary>
    Walks = 4096,
}
