namespace ShadowVm.Engine;

/// <summary>
/// What the engine sees of the machine beyond RAM. Only the virtual machine monitor lets an access through: an
/// instruction that touches a device leaves the engine first, as a kernel instruction does.
/// </summary>
public interface IBus
{
    /// <summary>Whether the first byte of the access lies on a device page.</summary>
    bool IsDevice(ulong address);

    /// <summary>Reads 1, 2, 4 or 8 bytes from a device; false where the device doesn't answer such an access.</summary>
    bool TryRead(ulong address, int bytes, out ulong value);

    /// <summary>Writes 1, 2, 4 or 8 bytes to a device; false where the device doesn't answer such an access.</summary>
    bool TryWrite(ulong address, int bytes, ulong value);

    /// <summary>
    /// The interrupt lines that devices hold up now, a bit each, as the machine description wires them.
    /// </summary>
    ulong Lines { get; }
}
