namespace ShadowVm.Machine.Console;

/// <summary>
/// Registers of the 16550 by offset, one byte each, and their bits (National Semiconductor PC16550D, table II).
/// </summary>
public static class UartRegisters
{
    /// <summary>
    /// Receiver buffer (read) and transmitter holding register (write); divisor's low byte under DLAB.
    /// </summary>
    public const int Data = 0;

    /// <summary>Interrupt enable; divisor's high byte under DLAB.</summary>
    public const int InterruptEnable = 1;

    /// <summary>Interrupt identification, read only.</summary>
    public const int InterruptIdentity = 2;

    /// <summary>FIFO control, write only.</summary>
    public const int FifoControl = 2;

    /// <summary>Line control: word format, which has no effect here, and DLAB.</summary>
    public const int LineControl = 3;

    /// <summary>Modem control.</summary>
    public const int ModemControl = 4;

    /// <summary>Line status, read only: writes are ignored.</summary>
    public const int LineStatus = 5;

    /// <summary>Modem status, read only: writes are ignored.</summary>
    public const int ModemStatus = 6;

    /// <summary>Scratch: holds what was written.</summary>
    public const int Scratch = 7;

    /// <summary>Number of registers.</summary>
    public const int Count = 8;

    /// <summary>InterruptEnable: received data available.</summary>
    public const byte EnableReceived = 0x01;

    /// <summary>InterruptEnable: transmitter holding register empty.</summary>
    public const byte EnableTransmit = 0x02;

    /// <summary>InterruptEnable: receiver line status (here: overrun).</summary>
    public const byte EnableLineStatus = 0x04;

    /// <summary>InterruptEnable: the bits that exist; modem status (0x08) is held, but nothing raises it.</summary>
    public const byte EnableMask = 0x0f;

    /// <summary>InterruptIdentity: nothing is pending.</summary>
    public const byte IdentityNone = 0x01;

    /// <summary>InterruptIdentity: transmitter holding register empty; reading it answers it.</summary>
    public const byte IdentityTransmit = 0x02;

    /// <summary>InterruptIdentity: received data has reached the trigger level.</summary>
    public const byte IdentityReceived = 0x04;

    /// <summary>InterruptIdentity: receiver line status.</summary>
    public const byte IdentityLineStatus = 0x06;

    /// <summary>InterruptIdentity: received data below the trigger level has waited.</summary>
    public const byte IdentityTimeout = 0x0c;

    /// <summary>InterruptIdentity: set in all values while the FIFOs are enabled.</summary>
    public const byte IdentityFifo = 0xc0;

    /// <summary>FifoControl: enables the FIFOs.</summary>
    public const byte FifoEnable = 0x01;

    /// <summary>FifoControl: empties the receiver's FIFO.</summary>
    public const byte FifoResetReceive = 0x02;

    /// <summary>FifoControl: empties the transmitter's FIFO.</summary>
    public const byte FifoResetTransmit = 0x04;

    /// <summary>FifoControl: the bits that stay: enable, DMA mode, trigger level.</summary>
    public const byte FifoKept = 0xc9;

    /// <summary>LineControl: divisor latch access (DLAB).</summary>
    public const byte DivisorAccess = 0x80;

    /// <summary>ModemControl: OUT2, set at reset.</summary>
    public const byte ModemOut2 = 0x08;

    /// <summary>ModemControl: loopback: what is transmitted is received.</summary>
    public const byte Loopback = 0x10;

    /// <summary>ModemControl: the bits that exist.</summary>
    public const byte ModemMask = 0x1f;

    /// <summary>LineStatus: input waits (DR).</summary>
    public const byte DataReady = 0x01;

    /// <summary>LineStatus: input was lost (OE); reading the register clears it.</summary>
    public const byte Overrun = 0x02;

    /// <summary>LineStatus: THRE and TEMT, always set: the transmitter takes a byte in no time.</summary>
    public const byte TransmitterEmpty = 0x60;

    /// <summary>ModemStatus outside loopback: carrier, data set ready, clear to send.</summary>
    public const byte ModemReady = 0xb0;

    /// <summary>Divisor at reset: 9600 baud from 1.8432 MHz. It has no effect.</summary>
    public const ushort DivisorAtReset = 12;
}
