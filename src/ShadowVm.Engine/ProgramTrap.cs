namespace ShadowVm.Engine;

/// <summary>A trap of a program that has no system under it.</summary>
/// <param name="Cause">The definition's cause.</param>
/// <param name="Value">What the definition says of it, such as the address of a fault.</param>
/// <param name="Pc">Address of the instruction.</param>
public readonly record struct ProgramTrap(ulong Cause, ulong Value, ulong Pc);
