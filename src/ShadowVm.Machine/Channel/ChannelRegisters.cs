namespace ShadowVm.Machine.Channel;

/// <summary>
/// Registers of the channel device by offset. All are 32 bits wide and answer aligned 32-bit accesses only, but for
/// the three marked 64 bits, which answer a 64-bit access or two 32-bit halves (low half first in memory). A read of
/// a write-only register, a write of a read-only one, and any other width or offset are refused: the guest sees an
/// access fault.
/// </summary>
public static class ChannelRegisters
{
    /// <summary>Read only: <see cref="IdValue"/>.</summary>
    public const ulong Id = 0x00;

    /// <summary>Read only: <see cref="VersionValue"/>.</summary>
    public const ulong Version = 0x04;

    /// <summary>
    /// Read only: bit 0 connected, bit 1 connecting, bit 2 an event waits, bits 15:8 outstanding operations.
    /// </summary>
    public const ulong Status = 0x08;

    /// <summary>Write only: carries out a <see cref="ChannelCommand"/>.</summary>
    public const ulong Command = 0x0c;

    /// <summary>Read only: the <see cref="ChannelResult"/> of the last command; 0 at reset.</summary>
    public const ulong Result = 0x10;

    /// <summary>
    /// Read only: number of the current or last connection; 0 before the first, one more with each accepted connect.
    /// </summary>
    public const ulong Connection = 0x14;

    /// <summary>Tag of the next read or write: any value that no outstanding operation has, not all ones.</summary>
    public const ulong Tag = 0x18;

    /// <summary>Sectors of the next read or write, 1 to <see cref="MaxSectors"/>.</summary>
    public const ulong Count = 0x1c;

    /// <summary>64 bits: first sector of the next read or write.</summary>
    public const ulong Sector = 0x20;

    /// <summary>64 bits: guest physical address of the next operation's bytes, at any alignment, all in RAM.</summary>
    public const ulong Address = 0x28;

    /// <summary>Read only: <see cref="ChannelEventKind"/> of the event at the head of the queue, 0 for none.</summary>
    public const ulong Event = 0x30;

    /// <summary>Read only: tag of the operation that completed; <see cref="ConnectTag"/> for a connect.</summary>
    public const ulong EventTag = 0x34;

    /// <summary>Read only: number of the connection that the event belongs to.</summary>
    public const ulong EventConnection = 0x38;

    /// <summary>Read only: <see cref="OperationStatus"/> of the operation that completed.</summary>
    public const ulong EventStatus = 0x3c;

    /// <summary>Bit 0: the interrupt line is up while an event waits.</summary>
    public const ulong InterruptEnable = 0x40;

    /// <summary>64 bits, read only: sectors of the disk while connected, else 0.</summary>
    public const ulong Capacity = 0x48;

    /// <summary>Read only: <see cref="MaxOutstanding"/>.</summary>
    public const ulong OutstandingMax = 0x50;

    /// <summary>End of the registers: nothing answers from here on.</summary>
    public const ulong End = 0x54;

    /// <summary>What <see cref="Id"/> reads: the bytes "SHCH" in memory order.</summary>
    public const uint IdValue = 0x48434853;

    /// <summary>What <see cref="Version"/> reads.</summary>
    public const uint VersionValue = 1;

    /// <summary>Bytes in a sector.</summary>
    public const int SectorBytes = 512;

    /// <summary>Most sectors of one operation: 64 KiB.</summary>
    public const uint MaxSectors = 128;

    /// <summary>Sectors end here, so that a byte offset fits 63 bits.</summary>
    public const ulong SectorEnd = 1UL << 54;

    /// <summary>
    /// Most operations that are outstanding or whose completion waits in the queue: it bounds both tables.
    /// </summary>
    public const int MaxOutstanding = 32;

    /// <summary>The tag of a connect, which no read or write may have.</summary>
    public const uint ConnectTag = 0xffff_ffff;

    /// <summary>Status: connected.</summary>
    public const uint StatusConnected = 1;

    /// <summary>Status: connecting.</summary>
    public const uint StatusConnecting = 2;

    /// <summary>Status: an event waits.</summary>
    public const uint StatusEvent = 4;

    /// <summary>Status: position of the number of outstanding operations.</summary>
    public const int StatusOutstandingShift = 8;
}
