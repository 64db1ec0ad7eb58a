namespace ShadowVm.Isa;

/// <summary>
/// A register, a register array, or one field of a split register: <see cref="Count"/> state slots of 64 bits from
/// <see cref="FirstSlot"/>. Snapshots and digests name state by this, never by slot number.
/// </summary>
/// <param name="Name">Name in the definition; a split register's field is "register.field".</param>
/// <param name="Width">Width in bits of each element, 1 to 64.</param>
/// <param name="Count">Elements; 1 for a single register.</param>
/// <param name="FirstSlot">Slot of element 0.</param>
/// <param name="Zero">Index of the element that always reads 0, or -1.</param>
/// <param name="Reset">Value of each element at reset.</param>
/// <param name="ElementNames">Assembly names by element; empty where the definition gives none.</param>
public sealed record RegisterFile(
    string Name, int Width, int Count, int FirstSlot, int Zero, ulong Reset, string[] ElementNames)
{
    /// <summary>False for what is stored of a control register, which has rules for its values.</summary>
    public bool IsPlain { get; init; } = true;
}
