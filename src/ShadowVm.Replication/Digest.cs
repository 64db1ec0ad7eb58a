namespace ShadowVm.Replication;

/// <summary>
/// A hash of guest state at an epoch boundary, before delivery. Opaque here; equal means equal state.
/// </summary>
/// <param name="Low">Low 64 bits.</param>
/// <param name="High">High 64 bits.</param>
public readonly record struct Digest(ulong Low, ulong High)
{
    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
