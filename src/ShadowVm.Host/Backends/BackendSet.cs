using ShadowVm.Host.Replica;
using ShadowVm.Machine;
using ShadowVm.Machine.Console;

namespace ShadowVm.Host.Backends;

/// <summary>The backends of one guest by device.</summary>
internal sealed class BackendSet : IDisposable
{
    private readonly Dictionary<ushort, IBackend> _byDevice = [];
    private bool _open;

    /// <summary>Builds the backends that a guest's devices ask for.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="console">Where the console goes.</param>
    /// <param name="disks">Disks in the order of the devices they belong to.</param>
    /// <param name="files">What of the host a program may reach.</param>
    /// <param name="pair">The pair's identity.</param>
    /// <param name="host">Where the backends report to.</param>
    public BackendSet(
        IGuest guest,
        ConsoleOptions console,
        IReadOnlyList<DiskOptions> disks,
        ProgramFiles files,
        Guid pair,
        IBackendHost host)
    {
        var disk = 0;
        foreach (var device in guest.Devices)
        {
            switch (device.Kind)
            {
                case BackendKind.Console when console.Relay is { } relay:
                    _byDevice.Add(
                        device.Index, new RelayConsole(device.Index, ConsoleMessages.Bytes, relay, pair, host));
                    break;
                case BackendKind.Console:
                    _byDevice.Add(
                        device.Index,
                        new ConsoleBackend(
                            device.Index, ConsoleMessages.Bytes, console.Output, console.Input, host, console.ErrorOutput));
                    break;
                case BackendKind.Files:
                    _byDevice.Add(device.Index, new FileBackend(device.Index, files, host));
                    break;
                case BackendKind.Disk:
                    var options = disk < disks.Count ? disks[disk++] : null;
                    _byDevice.Add(device.Index, new DiskBackend(device.Index, options, host));
                    break;
            }
        }

        if (disk < disks.Count)
        {
            throw new HostException($"The machine has no place for the disk '{disks[disk].Name}': it has {disk}.");
        }
    }

    /// <summary>Whether something may still come by itself.</summary>
    public bool MayRaise => _byDevice.Values.Any(b => b.MayRaise);

    /// <summary>Bytes of outputs that were handed in and aren't out yet.</summary>
    public long PendingBytes => _byDevice.Values.Sum(b => b.PendingBytes);

    /// <summary>Disk operations that wait for their end.</summary>
    public int OutstandingDiskOperations => _byDevice.Values.OfType<DiskBackend>().Sum(b => b.Outstanding);

    /// <summary>This replica emits from now on; only the first call counts.</summary>
    public void Open(ulong generation)
    {
        if (_open) return;
        _open = true;
        foreach (var backend in _byDevice.Values) backend.Open(generation);
    }

    /// <summary>Hands an output to its backend.</summary>
    public void Release(in DeviceOutput output)
    {
        if (!_byDevice.TryGetValue(output.Device, out var backend))
        {
            throw new InvalidOperationException($"device {output.Device} has no backend for output {output.Number}");
        }

        backend.Release(output);
    }

    /// <summary>Waits until all is out that a console owes; disks and files owe nothing once nobody hears of it.</summary>
    public bool Drain(int milliseconds) =>
        !_open || _byDevice.Values.Where(b => b is not (DiskBackend or FileBackend)).All(b => b.Drain(milliseconds));

    public void Dispose()
    {
        foreach (var backend in _byDevice.Values) backend.Dispose();
    }
}
