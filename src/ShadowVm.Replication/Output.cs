namespace ShadowVm.Replication;

/// <summary>What the guest asked of the outside.</summary>
/// <param name="Number">Running number from 1, the same on both replicas.</param>
/// <param name="Epoch">The epoch whose instructions issued it.</param>
/// <param name="Class">Which device and what kind; opaque here.</param>
/// <param name="Bound">
/// True where it belongs to a connection: at a fail-over the guest reissues it, nobody repeats it. False where the
/// survivor repeats it under its number if it wasn't reported as released.
/// </param>
/// <param name="Data">Payload, opaque here; nobody changes it.</param>
public sealed record Output(ulong Number, ulong Epoch, uint Class, bool Bound, byte[] Data);
