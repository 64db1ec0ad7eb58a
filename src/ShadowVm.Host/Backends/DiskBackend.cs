using ShadowVm.Machine;
using ShadowVm.Machine.Channel;

namespace ShadowVm.Host.Backends;

/// <summary>
/// The channel device's disk on a file, under the I/O rules of patent p. 18-19. "Completed" is posted when the bytes
/// are on stable storage, never for what was not performed: a known failure has its status, and a file that fails in
/// a way that leaves the outcome open drops the connection.
/// </summary>
public sealed class DiskBackend : IBackend
{
    private const int NoConnection = 0;

    private readonly ushort _device;
    private readonly DiskOptions? _options;
    private readonly IBackendHost _host;
    private readonly DiskQueue _queue = new();
    private readonly Lock _lock = new();
    private DiskFile? _file;
    private uint _connection = NoConnection;
    private uint _wanted = NoConnection;
    private long _pending;
    private int _outstanding;

    /// <summary>Creates one; nothing is opened before the guest connects.</summary>
    /// <param name="device">Index of the channel device on the bus.</param>
    /// <param name="options">The disk, or null where there is none: a connect then fails.</param>
    /// <param name="host">Where to report to.</param>
    public DiskBackend(ushort device, DiskOptions? options, IBackendHost host) =>
        (_device, _options, _host) = (device, options, host);

    /// <summary>Operations that the guest asked for and has no answer to; changes at any time.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <inheritdoc/>
    public bool MayRaise => Outstanding != 0;

    /// <inheritdoc/>
    public long PendingBytes => Interlocked.Read(ref _pending);

    /// <inheritdoc/>
    public void Open(ulong generation)
    {
        var threads = _options?.Concurrency ?? 1;
        for (var i = 0; i < threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"shadowvm disk {i}" }.Start();
        }
    }

    /// <inheritdoc/>
    public void Release(DeviceOutput output)
    {
        if (!ChannelRequest.TryDecode(output.Kind, output.Data, out var request))
        {
            throw new InvalidOperationException($"output {output.Number} of device {_device} is no disk request");
        }

        if (request.Kind == ChannelRequestKind.Close)
        {
            Drop(request.Connection);
            _host.Released(output.Number);
            return;
        }

        if (request.Kind == ChannelRequestKind.Connect)
        {
            lock (_lock) _wanted = request.Connection;
        }

        Interlocked.Increment(ref _outstanding);
        Interlocked.Add(ref _pending, output.Data.Length);
        _queue.Add(new DiskOperation(output.Number, request));
    }

    /// <inheritdoc/>
    public bool Drain(int milliseconds)
    {
        for (var end = Environment.TickCount64 + milliseconds; Outstanding != 0; Thread.Sleep(1))
        {
            if (Environment.TickCount64 >= end) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Close();
        lock (_lock)
        {
            _connection = NoConnection;
            _file?.Dispose();
            _file = null;
        }
    }

    private void Work()
    {
        while (_queue.Take() is { } operation)
        {
            Carry(operation);
            _queue.Done(operation);
            Finish(operation);
        }
    }

    private void Carry(DiskOperation operation)
    {
        var request = operation.Request;
        // Half before and half after, so that a kill finds some operations performed and others not.
        var half = (_options?.Latency ?? default) / 2;
        if (half > TimeSpan.Zero) Thread.Sleep(half);
        try
        {
            var reply = request.Kind == ChannelRequestKind.Connect ? Connect(request) : Transfer(request);
            if (half > TimeSpan.Zero) Thread.Sleep(half);
            if (reply is { } answer) _host.Post(answer.ToInput(_device));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // What the file holds now isn't known: Rule 3, not a status.
            if (!Drop(request.Connection)) return;
            _host.Trouble($"The disk '{_options?.Name}' failed: {e.Message}");
            _host.Post(ChannelReply.Disconnected(request.Connection).ToInput(_device));
        }
    }

    private ChannelReply? Connect(in ChannelRequest request)
    {
        try
        {
            if (_options is null) throw new FileNotFoundException("the machine has no disk");
            var file = DiskFile.Open(_options);
            lock (_lock)
            {
                if (request.Connection != _wanted)
                {
                    // Closed meanwhile, and perhaps connected again on another thread.
                    file.Dispose();
                    return null;
                }

                _file?.Dispose();
                _file = file;
                _connection = request.Connection;
            }

            return ChannelReply.Connected(request.Connection, file.Sectors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _host.Trouble($"The disk '{_options?.Name}' can't be connected: {e.Message}");
            return ChannelReply.Completed(request.Connection, request.Tag, OperationStatus.InputOutputError);
        }
    }

    private ChannelReply? Transfer(in ChannelRequest request)
    {
        DiskFile file;
        lock (_lock)
        {
            // Issued under a connection that is gone: the model has forgotten it.
            if (_file is null || request.Connection != _connection) return null;
            file = _file;
        }

        if (request.Sector + request.Count > file.Sectors) return Failed(request, OperationStatus.BeyondEnd);
        if (request.Kind == ChannelRequestKind.Read)
        {
            var bytes = file.Read(request.Sector, (int)request.Count);
            return ChannelReply.Completed(request.Connection, request.Tag, OperationStatus.Done, bytes);
        }

        if (_options!.ReadOnly) return Failed(request, OperationStatus.ReadOnly);
        file.Write(request.Sector, request.Data.Span);
        return ChannelReply.Completed(request.Connection, request.Tag, OperationStatus.Done);
    }

    private static ChannelReply Failed(in ChannelRequest request, OperationStatus status) =>
        ChannelReply.Completed(request.Connection, request.Tag, status);

    /// <summary>Ends a connection; false where it isn't the one that stands.</summary>
    private bool Drop(uint connection)
    {
        lock (_lock)
        {
            if (_wanted == connection) _wanted = NoConnection;
            if (_connection != connection) return false;
            _connection = NoConnection;
            // A write under way keeps the handle until it is done: the handle counts its users.
            _file?.Dispose();
            _file = null;
        }

        foreach (var operation in _queue.TakeBack(o => o.Request.Connection == connection)) Finish(operation);
        return true;
    }

    private void Finish(DiskOperation operation)
    {
        Interlocked.Add(ref _pending, -operation.Request.Data.Length - ChannelRequest.HeaderBytes);
        Interlocked.Decrement(ref _outstanding);
        _host.Released(operation.Number);
    }
}
