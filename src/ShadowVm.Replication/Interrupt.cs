namespace ShadowVm.Replication;

/// <summary>A buffered interrupt (patent fig. 4: epoch number, interrupt class, data).</summary>
/// <param name="Epoch">The epoch at whose end it is delivered: the one during which the primary received it.</param>
/// <param name="Class">Which device and what kind; opaque here.</param>
/// <param name="Bound">True where it belongs to a connection: dropped when it was received for the failed epoch.</param>
/// <param name="Data">Payload, opaque here; nobody changes it.</param>
public sealed record Interrupt(ulong Epoch, uint Class, bool Bound, byte[] Data)
{
    /// <summary>Whether both say the same, whenever they came.</summary>
    public bool IsSameAs(Interrupt other) => Class == other.Class && Data.AsSpan().SequenceEqual(other.Data);
}
