using static ShadowVm.Machine.Finisher.FinisherRegisters;

namespace ShadowVm.Machine.Finisher;

/// <summary>
/// The test finisher, with the behaviour of QEMU's: writing a word ends the guest. It answers aligned accesses of 16
/// and 32 bits in its whole window, reads 0, and ignores words it doesn't know. A reset ends the guest with exit code
/// 0, as under QEMU's <c>-no-reboot</c>: a second life under the same pair would need a boundary of its own.
/// </summary>
/// <param name="name">Name on the bus.</param>
/// <param name="size">Window in bytes, at least 4.</param>
/// <param name="host">The machine around it.</param>
public sealed class TestFinisher(string name, ulong size, IDeviceHost host) : IDevice
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ulong Size => size;

    /// <inheritdoc/>
    public ulong Lines => 0;

    /// <inheritdoc/>
    public ulong? Deadline => null;

    /// <inheritdoc/>
    public bool TryRead(ulong offset, int bytes, out ulong value)
    {
        value = 0;
        return Answers(offset, bytes);
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong offset, int bytes, ulong value)
    {
        if (!Answers(offset, bytes)) return false;
        if (offset != Finish) return true;
        var word = bytes == 2 ? (ushort)value : (uint)value;
        switch ((ushort)word)
        {
            case Fail: host.Exit((int)(word >> 16)); break;
            case Pass or Reset: host.Exit(0); break;
            default: break;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Deliver(in DeviceInput input)
    {
    }

    /// <inheritdoc/>
    public void AtBoundary(ulong time)
    {
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
    }

    /// <summary>There is no state.</summary>
    public void Save(StateWriter writer)
    {
    }

    private static bool Answers(ulong offset, int bytes) => bytes is 2 or 4 && offset % (ulong)bytes == 0;
}
