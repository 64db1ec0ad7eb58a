using ShadowVm.Engine;
using ShadowVm.Engine.Memory;
using ShadowVm.Machine.Description;

namespace ShadowVm.Machine;

/// <summary>
/// The devices of a machine at their addresses. All that reaches a device goes through the bus, so that lines,
/// deadline and version are known without asking each device again.
/// </summary>
public sealed partial class Bus : IBus
{
    private const ulong PageMask = ~(ulong)(GuestMemory.PageBytes - 1);

    private readonly IDevice[] _devices;
    private readonly Window[] _windows; // in ascending order of address
    private readonly ulong[] _lines;
    private readonly ulong[] _deadlines;
    private readonly IDeviceHost _host;
    private ulong _held;
    private ulong _deadline = ulong.MaxValue;
    private long _endedVersion;

    /// <summary>Makes the devices of a machine, all at reset.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="host">What surrounds it.</param>
    /// <param name="others">Makes devices without a window of registers, which come behind those of the machine.</param>
    public Bus(
        MachineDescription machine, IDeviceHost host, Func<ushort, IDeviceHost, IReadOnlyList<IDevice>>? others = null)
    {
        _host = host;
        var inner = new FlushingHost(this);
        var more = others?.Invoke((ushort)machine.Devices.Count, inner) ?? [];
        _devices = new IDevice[machine.Devices.Count + more.Count];
        _windows = new Window[machine.Devices.Count];
        for (var index = 0; index < more.Count; index++) _devices[machine.Devices.Count + index] = more[index];
        for (var index = 0; index < machine.Devices.Count; index++)
        {
            var device = machine.Devices[index];
            _devices[index] = Make(device, (ushort)index, inner);
            _windows[index] = new Window(device.Start, device.Start + (device.Size - 1), index);
        }

        Array.Sort(_windows, static (a, b) => a.First.CompareTo(b.First));
        _lines = new ulong[_devices.Length];
        _deadlines = new ulong[_devices.Length];
        for (var index = 0; index < _devices.Length; index++) Refresh(index);
    }

    /// <inheritdoc/>
    public ulong Lines => _held;

    /// <summary>
    /// Guest time in nanoseconds at which the first device wants a boundary, or null. It may lie in the past: the next
    /// boundary is then due at once.
    /// </summary>
    public ulong? Deadline => _deadline == ulong.MaxValue ? null : _deadline;

    /// <summary>Changes with every change of a device's state, and at other accesses too.</summary>
    public long Version { get; private set; }

    /// <summary>The devices by index. To be looked at only: accesses go through the bus.</summary>
    public IReadOnlyList<IDevice> Devices => _devices;

    /// <inheritdoc/>
    public bool IsDevice(ulong address)
    {
        var page = address & PageMask;
        foreach (ref readonly var window in _windows.AsSpan())
        {
            if (page < (window.First & PageMask)) return false;
            if (page <= (window.Last & PageMask)) return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, int bytes, out ulong value)
    {
        value = 0;
        if (!TryFind(address, bytes, out var window)) return false;
        if (!_devices[window.Device].TryRead(address - window.First, bytes, out value)) return false;
        Changed(window.Device); // reading may take a byte out of a queue
        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong address, int bytes, ulong value)
    {
        if (!TryFind(address, bytes, out var window)) return false;
        if (!_devices[window.Device].TryWrite(address - window.First, bytes, value)) return false;
        Changed(window.Device);
        return true;
    }

    /// <summary>The monitor had a device without a window do something.</summary>
    public void Touched(IDevice device) => Changed(Array.IndexOf(_devices, device));

    /// <summary>Delivers an input at an epoch boundary; one for a device that isn't there is dropped.</summary>
    public void Deliver(in DeviceInput input)
    {
        if (input.Device >= _devices.Length) return;
        _devices[input.Device].Deliver(input);
        Changed(input.Device);
    }

    /// <summary>
    /// Lets gathered output leave: called at the end of each epoch before its digest, and before the guest exits in
    /// a way that goes past the devices.
    /// </summary>
    public void EndEpoch()
    {
        if (_endedVersion == Version) return; // no device was accessed since
        foreach (var device in _devices) device.EndEpoch();
        _endedVersion = ++Version;
    }

    /// <summary>The boundary, after the batch was delivered: timers that are due ring.</summary>
    /// <param name="time">Guest time in nanoseconds at the start of the new epoch; it never goes back.</param>
    public void AtBoundary(ulong time)
    {
        if (time < _deadline) return;
        for (var index = 0; index < _devices.Length; index++)
        {
            if (time < _deadlines[index]) continue;
            _devices[index].AtBoundary(time);
            Changed(index);
        }
    }

    /// <summary>
    /// Adds a disconnect for each connection that is open or being opened now, in the order of the devices.
    /// </summary>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
        foreach (var device in _devices) device.AddDisconnects(batch);
    }

    /// <summary>Writes the state of all devices in the order of their index, each behind its name.</summary>
    public void Save(StateWriter writer)
    {
        foreach (var device in _devices)
        {
            writer.WriteName(device.Name);
            device.Save(writer);
        }
    }

    private static IDevice Make(DeviceDescription device, ushort index, IDeviceHost host)
    {
        var kind = DeviceKind.Find(device.Kind) ?? throw new InvalidOperationException($"no kind '{device.Kind}'");
        return kind.Make(device, index, host);
    }

    private bool TryFind(ulong address, int bytes, out Window found)
    {
        foreach (ref readonly var window in _windows.AsSpan())
        {
            if (address < window.First) break;
            if (address > window.Last) continue;
            found = window;
            return (ulong)(bytes - 1) <= window.Last - address;
        }

        found = default;
        return false;
    }

    private void Changed(int index)
    {
        Version++;
        Refresh(index);
    }

    private void Refresh(int index)
    {
        var device = _devices[index];
        var lines = device.Lines;
        if (lines != _lines[index])
        {
            _lines[index] = lines;
            _held = 0;
            foreach (var each in _lines) _held |= each;
        }

        var deadline = device.Deadline ?? ulong.MaxValue;
        if (deadline == _deadlines[index]) return;
        _deadlines[index] = deadline;
        _deadline = ulong.MaxValue;
        foreach (var each in _deadlines) _deadline = Math.Min(_deadline, each);
    }

    private readonly record struct Window(ulong First, ulong Last, int Device);

    /// <summary>The host as devices see it: output gathered so far leaves before the guest does.</summary>
    private sealed class FlushingHost(Bus bus) : IDeviceHost
    {
        public ulong Time => bus._host.Time;

        public GuestMemory Memory => bus._host.Memory;

        public void Emit(ushort device, byte kind, bool bound, byte[] data) =>
            bus._host.Emit(device, kind, bound, data);

        public void Exit(int code)
        {
            foreach (var device in bus._devices) device.EndEpoch();
            bus._host.Exit(code);
        }
    }
}
