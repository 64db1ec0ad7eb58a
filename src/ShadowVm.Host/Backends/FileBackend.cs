using System.Collections.Concurrent;
using ShadowVm.Machine;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Host.Backends;

/// <summary>
/// A program's files: carries out its requests one after the other on a thread of its own and posts what came of each
/// as an input that belongs to this host, so that a fail-over drops it and the model asks again.
/// </summary>
internal sealed class FileBackend : IBackend
{
    private readonly ushort _device;
    private readonly IBackendHost _host;
    private readonly HostFiles _files;
    private readonly BlockingCollection<DeviceOutput> _queue = [];
    private long _pending;
    private int _outstanding;
    private Thread? _thread;

    /// <summary>Creates one.</summary>
    /// <param name="device">Index of the program on the bus.</param>
    /// <param name="files">What it may reach.</param>
    /// <param name="host">Where to report to.</param>
    public FileBackend(ushort device, ProgramFiles files, IBackendHost host)
    {
        (_device, _host) = (device, host);
        _files = new HostFiles(files, host.Trouble);
    }

    /// <inheritdoc/>
    public bool MayRaise => Volatile.Read(ref _outstanding) != 0;

    /// <inheritdoc/>
    public long PendingBytes => Interlocked.Read(ref _pending);

    /// <inheritdoc/>
    public void Open(ulong generation)
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "shadowvm files" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Release(DeviceOutput output)
    {
        Interlocked.Increment(ref _outstanding);
        Interlocked.Add(ref _pending, output.Data.Length);
        _queue.Add(output);
    }

    /// <inheritdoc/>
    public bool Drain(int milliseconds)
    {
        for (var end = Environment.TickCount64 + milliseconds; MayRaise; Thread.Sleep(1))
        {
            if (Environment.TickCount64 >= end) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.CompleteAdding();
        if (_thread is null || _thread.Join(1000)) _files.Dispose();
    }

    private void Work()
    {
        foreach (var output in _queue.GetConsumingEnumerable())
        {
            if (!FileRequest.TryDecode(output.Kind, output.Data, out var request))
                _host.Failed($"Output {output.Number} of device {_device} is no request for a file.");
            else if (_files.Carry(request) is { } reply)
                _host.Post(reply.ToInput(_device));
            _host.Released(output.Number);
            Interlocked.Add(ref _pending, -output.Data.Length);
            Interlocked.Decrement(ref _outstanding);
        }
    }
}
