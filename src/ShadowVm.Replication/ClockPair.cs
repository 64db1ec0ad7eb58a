namespace ShadowVm.Replication;

/// <summary>
/// Guest time of an epoch, opaque here: time at instruction i is Base + i × Rate. The primary logs the pair at the
/// boundary where the epoch begins, inside the end frame of the epoch before.
/// </summary>
/// <param name="Base">Nanoseconds at the epoch's start.</param>
/// <param name="Rate">Nanoseconds per instruction, 32.32 fixed point.</param>
public readonly record struct ClockPair(ulong Base, ulong Rate);
