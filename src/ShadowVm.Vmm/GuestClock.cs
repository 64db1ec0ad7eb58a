namespace ShadowVm.Vmm;

/// <summary>
/// Guest time of one epoch as the primary logs it at the boundary where the epoch begins: time at its i-th retired
/// instruction is Base + i × Rate.
/// </summary>
/// <param name="Base">Nanoseconds at the start of the epoch; never goes back from epoch to epoch.</param>
/// <param name="Rate">Nanoseconds per instruction, 32.32 fixed point.</param>
public readonly record struct GuestClock(ulong Base, ulong Rate);
