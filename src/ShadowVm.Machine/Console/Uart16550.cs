using static ShadowVm.Machine.Console.UartRegisters;

namespace ShadowVm.Machine.Console;

/// <summary>
/// The 16550 UART as far as programs and drivers see it, with the behaviour of QEMU's model: byte registers at
/// consecutive offsets, an aligned wider access counts as one to the register at its offset, offsets from 8 on
/// answer nothing. The transmitter is always ready. A character timeout needs no time to pass: input below the
/// trigger level interrupts at once.
/// </summary>
/// <remarks>
/// Output is gathered and leaves as one message per epoch (kind <see cref="ConsoleMessages.Bytes"/>), or earlier
/// when <see cref="OutputLimit"/> bytes are there. Input beyond <see cref="InputLimit"/> waiting bytes is dropped and
/// shows as an overrun.
/// </remarks>
public sealed class Uart16550 : IDevice
{
    /// <summary>
    /// Most input bytes that wait for the guest; more than the 16 of the chip, which has flow control.
    /// </summary>
    public const int InputLimit = 4096;

    /// <summary>Most bytes in one output message.</summary>
    public const int OutputLimit = 4096;

    /// <summary>What the chip's own receiver FIFO holds; a receiver reset empties this much.</summary>
    private const int ChipFifo = 16;

    private readonly IDeviceHost _host;
    private readonly ushort _index;
    private readonly ulong _line;
    private readonly ByteQueue _input = new(InputLimit);
    private readonly byte[] _output = new byte[OutputLimit];
    private int _gathered;
    private byte _interruptEnable;
    private byte _fifoControl;
    private byte _lineControl;
    private byte _modemControl = ModemOut2;
    private byte _scratch;
    private ushort _divisor = DivisorAtReset;
    private bool _overrun;
    private bool _transmitPending;

    /// <summary>Makes a UART at reset.</summary>
    /// <param name="name">Name on the bus.</param>
    /// <param name="size">Window in bytes, at least 8.</param>
    /// <param name="line">Interrupt line 0 to 63, or null where it isn't wired.</param>
    /// <param name="index">Index on the bus.</param>
    /// <param name="host">The machine around it.</param>
    public Uart16550(string name, ulong size, int? line, ushort index, IDeviceHost host)
    {
        Name = name;
        Size = size;
        _line = line is { } wired ? 1UL << wired : 0;
        _index = index;
        _host = host;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Size { get; }

    /// <inheritdoc/>
    public ulong Lines => Identity() == IdentityNone ? 0 : _line;

    /// <inheritdoc/>
    public ulong? Deadline => null;

    private bool DivisorVisible => (_lineControl & DivisorAccess) != 0;

    private bool FifoEnabled => (_fifoControl & FifoEnable) != 0;

    /// <inheritdoc/>
    public bool TryRead(ulong offset, int bytes, out ulong value)
    {
        value = 0;
        if (!Answers(offset, bytes)) return false;
        value = Read((int)offset);
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong offset, int bytes, ulong value)
    {
        if (!Answers(offset, bytes)) return false;
        Write((int)offset, (byte)value);
        return true;
    }

    /// <summary>Sends a byte as if the transmitter had taken it, whatever the registers say: a firmware call.</summary>
    public void Put(byte value)
    {
        if (_gathered == _output.Length) EndEpoch();
        _output[_gathered++] = value;
    }

    /// <summary>
    /// Takes an input byte as reading the receiver buffer does; -1 where none waits: a firmware call.
    /// </summary>
    public int Take() => _input.Count == 0 ? -1 : _input.Take();

    /// <inheritdoc/>
    public void Deliver(in DeviceInput input)
    {
        if (input.Kind != ConsoleMessages.Bytes) return;
        foreach (var value in input.Data) Receive(value);
    }

    /// <inheritdoc/>
    public void EndEpoch()
    {
        if (_gathered == 0) return;
        var bytes = _output.AsSpan(0, _gathered).ToArray();
        _gathered = 0;
        _host.Emit(_index, ConsoleMessages.Bytes, bound: false, bytes);
    }

    /// <inheritdoc/>
    public void AtBoundary(ulong time)
    {
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
    }

    /// <inheritdoc/>
    public void Save(StateWriter writer)
    {
        writer.Write("interrupt_enable", _interruptEnable);
        writer.Write("fifo_control", _fifoControl);
        writer.Write("line_control", _lineControl);
        writer.Write("modem_control", _modemControl);
        writer.Write("scratch", _scratch);
        writer.Write("divisor", _divisor);
        writer.Write("overrun", _overrun ? 1UL : 0);
        writer.Write("transmit_pending", _transmitPending ? 1UL : 0);
        _input.Save(writer, "input");
        writer.Write("output", _output.AsSpan(0, _gathered));
    }

    private static bool Answers(ulong offset, int bytes) =>
        offset < Count && (offset & (ulong)(bytes - 1)) == 0;

    private byte Read(int register)
    {
        switch (register)
        {
            case Data when DivisorVisible: return (byte)_divisor;
            case Data: return _input.Count == 0 ? (byte)0 : _input.Take();
            case InterruptEnable when DivisorVisible: return (byte)(_divisor >> 8);
            case InterruptEnable: return _interruptEnable;
            case InterruptIdentity: return ReadIdentity();
            case LineControl: return _lineControl;
            case ModemControl: return _modemControl;
            case LineStatus: return ReadLineStatus();
            case ModemStatus: return ReadModemStatus();
            default: return _scratch;
        }
    }

    private void Write(int register, byte value)
    {
        switch (register)
        {
            case Data when DivisorVisible: _divisor = (ushort)((_divisor & 0xff00) | value); break;
            case Data: Transmit(value); break;
            case InterruptEnable when DivisorVisible: _divisor = (ushort)((_divisor & 0xff) | (value << 8)); break;
            case InterruptEnable: WriteInterruptEnable(value); break;
            case FifoControl: WriteFifoControl(value); break;
            case LineControl: _lineControl = value; break;
            case ModemControl: _modemControl = (byte)(value & ModemMask); break;
            case Scratch: _scratch = value; break;
            default: break; // the status registers: writes are for factory tests
        }
    }

    private void Transmit(byte value)
    {
        _transmitPending = true; // the byte is gone at once, and the register is empty again
        if ((_modemControl & Loopback) != 0) Receive(value);
        else Put(value);
    }

    private void Receive(byte value)
    {
        if (!_input.TryAdd(value)) _overrun = true;
    }

    private byte ReadIdentity()
    {
        var identity = Identity();
        if (identity == IdentityTransmit) _transmitPending = false;
        return (byte)(identity | (FifoEnabled ? IdentityFifo : 0));
    }

    private byte ReadLineStatus()
    {
        var status = TransmitterEmpty | (_input.Count > 0 ? DataReady : 0) | (_overrun ? Overrun : 0);
        _overrun = false;
        return (byte)status;
    }

    private byte ReadModemStatus()
    {
        if ((_modemControl & Loopback) == 0) return ModemReady;
        // In loopback the four outputs are wired to the four inputs: DTR to DSR, RTS to CTS, OUT1 to RI, OUT2 to DCD.
        return (byte)(((_modemControl & 0x0c) << 4) | ((_modemControl & 0x02) << 3) | ((_modemControl & 0x01) << 5));
    }

    private void WriteInterruptEnable(byte value)
    {
        var changed = _interruptEnable ^ value;
        _interruptEnable = (byte)(value & EnableMask);
        // Enabling the transmit interrupt while the register is empty raises it: drivers rely on that.
        if ((changed & EnableTransmit) != 0) _transmitPending = (value & EnableTransmit) != 0;
    }

    private void WriteFifoControl(byte value)
    {
        var toggled = ((value ^ _fifoControl) & FifoEnable) != 0; // turning the FIFOs on or off empties them
        if (toggled || (value & FifoResetReceive) != 0) _input.Drop(FifoEnabled ? ChipFifo : 1);
        if (toggled || (value & FifoResetTransmit) != 0) _transmitPending = true;
        _fifoControl = (byte)(value & FifoKept);
    }

    private byte Identity()
    {
        if ((_interruptEnable & EnableLineStatus) != 0 && _overrun) return IdentityLineStatus;
        if ((_interruptEnable & EnableReceived) != 0 && _input.Count > 0)
        {
            return !FifoEnabled || _input.Count >= TriggerLevel() ? IdentityReceived : IdentityTimeout;
        }

        return (_interruptEnable & EnableTransmit) != 0 && _transmitPending ? IdentityTransmit : IdentityNone;
    }

    private int TriggerLevel() => (_fifoControl >> 6) switch { 0 => 1, 1 => 4, 2 => 8, _ => 14 };
}
