namespace ShadowVm.Isa;

/// <summary>Who carries an instruction out (Popek and Goldberg 1974; patent p. 6-7 and fig. 6).</summary>
public enum InstructionClass : byte
{
    /// <summary>Runs untouched on the virtual processor.</summary>
    User,

    /// <summary>Traps to the virtual machine monitor, which carries out its semantics.</summary>
    Kernel,

    /// <summary>Drains delayed traps (patent fig. 6).</summary>
    Drain,
}
