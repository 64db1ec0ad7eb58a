namespace ShadowVm.Machine;

/// <summary>
/// Something that the outside tells a device. It reaches the model at an epoch boundary and nowhere else, the same
/// bytes at the same boundary on both replicas (patent p. 11, fig. 4: interrupt class and data).
/// </summary>
/// <param name="Device">Index of the device on the bus.</param>
/// <param name="Kind">What it is; each model documents its kinds.</param>
/// <param name="Bound">
/// True where it belongs to a connection, so that a fail-over drops it (patent fig. 7, step 312).
/// </param>
/// <param name="Data">Payload; the receiver doesn't change it.</param>
public readonly record struct DeviceInput(ushort Device, byte Kind, bool Bound, byte[] Data);
