namespace ShadowVm.Engine.DelayedTraps;

/// <summary>Traps that were not delivered yet, as a processor tells of them (patent fig. 5).</summary>
/// <param name="Classes">V2: bit i is set where a trap of class i occurred.</param>
/// <param name="Registers">V1: bit i is set where register i was the destination of an instruction that trapped.</param>
public readonly record struct TrapVectors(ulong Classes, ulong Registers)
{
    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => (Classes | Registers) == 0;

    /// <summary>Both, as one set.</summary>
    public TrapVectors With(TrapVectors other) => new(Classes | other.Classes, Registers | other.Registers);
}
