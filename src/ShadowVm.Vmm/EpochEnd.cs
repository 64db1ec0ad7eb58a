namespace ShadowVm.Vmm;

/// <summary>What ended an epoch.</summary>
public enum EpochEnd
{
    /// <summary>The recovery counter.</summary>
    Counter,

    /// <summary>An instruction that waits for the outside.</summary>
    Wait,

    /// <summary>A drain instruction, where the policy says so.</summary>
    Drain,

    /// <summary>The end of the guest.</summary>
    Exit,
}
