namespace ShadowVm.Machine;

/// <summary>
/// Something that the guest asks of the outside. It carries a copy of all it needs, taken at the instruction that
/// issued it; whether it leaves is decided above (patent p. 17: the backup's I/O becomes a no-op).
/// </summary>
/// <param name="Number">Running number over all outputs of the guest from 1, the same on both replicas.</param>
/// <param name="Device">Index of the device on the bus.</param>
/// <param name="Kind">What it is; each model documents its kinds.</param>
/// <param name="Bound">
/// True where it belongs to a connection: after a fail-over the guest reissues it (patent p. 20), the monitor repeats
/// nothing. False where the monitor repeats it under its number.
/// </param>
/// <param name="Data">Payload; the receiver doesn't change it.</param>
public readonly record struct DeviceOutput(ulong Number, ushort Device, byte Kind, bool Bound, byte[] Data);
