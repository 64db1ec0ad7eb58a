namespace ShadowVm.Vmm;

/// <summary>What a drain instruction of a protected guest does (patent p. 16 and p. 16-17).</summary>
public enum DrainPolicy : byte
{
    /// <summary>All delayed traps are delivered at once, and the epoch goes on.</summary>
    Deliver,

    /// <summary>The epoch ends, so that interrupts which came before the traps are delivered with them.</summary>
    EndEpoch,
}
