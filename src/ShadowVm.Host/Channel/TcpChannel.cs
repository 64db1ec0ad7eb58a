using System.Net;
using System.Net.Sockets;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Host.Channel;

/// <summary>
/// The FIFO between two replicas over one TCP connection. A sender thread batches and writes; a receiver thread drains
/// the socket into memory at once, so that a peer's death can't destroy what it had sent: Linux hands out what the
/// socket holds before it reports a reset, and acknowledgements are always read, so none is pending to provoke one.
/// A broken channel ends the session; there is no resuming.
/// </summary>
public sealed class TcpChannel : IDisposable
{
    private readonly Socket _socket;
    private readonly IFrameCodec _codec;
    private readonly ChannelSettings _settings;
    private readonly SendQueue _queue;
    private readonly Thread _sender;
    private readonly Thread _receiver;
    private IChannelListener? _listener;
    private string? _reason;
    private int _closed;

    /// <summary>Takes over a connected socket; nothing moves before <see cref="Start"/>.</summary>
    public TcpChannel(Socket socket, IFrameCodec codec, ChannelSettings? settings = null)
    {
        _socket = socket;
        _codec = codec;
        _settings = settings ?? new ChannelSettings();
        _socket.NoDelay = true;
        Peer = socket.RemoteEndPoint as IPEndPoint;
        _queue = new SendQueue(_settings.BatchBytes, _settings.QueueLimitBytes);
        _sender = new Thread(SendAll) { IsBackground = true, Name = "shadowvm sender" };
        _receiver = new Thread(ReceiveAll) { IsBackground = true, Name = "shadowvm receiver" };
    }

    /// <summary>The other end's address.</summary>
    public IPEndPoint? Peer { get; }

    /// <summary>Starts both threads.</summary>
    public void Start(IChannelListener listener)
    {
        _listener = listener;
        _receiver.Start();
        _sender.Start();
    }

    /// <summary>Queues a frame; never blocks. After the end of the channel it does nothing.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="flush">True where it must not wait for <see cref="Flush"/>.</param>
    public void Send(Frame frame, bool flush)
    {
        if (_queue.TryEnqueue(frame, _codec.Write, flush)) return;
        Break($"more than {_settings.QueueLimitBytes >> 20} MiB wait for the peer to read them");
    }

    /// <summary>What was sent so far leaves.</summary>
    public void Flush() => _queue.Flush();

    /// <summary>
    /// Ends the channel cleanly: what is queued leaves, the peer sees the end of the stream. The listener hears nothing
    /// of it. Waits a limited time for both.
    /// </summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _queue.Close();
        if (_sender.ThreadState.HasFlag(ThreadState.Unstarted) || _sender.Join(_settings.CloseMilliseconds))
        {
            ShutdownQuietly(SocketShutdown.Send);
            // The peer's last frames are read, not reset: a reset could destroy ours on its side.
            if (!_receiver.ThreadState.HasFlag(ThreadState.Unstarted)) _receiver.Join(_settings.CloseMilliseconds);
        }

        _socket.Dispose();
    }

    /// <summary>Drops the connection at once, as a dying process would.</summary>
    public void Abort()
    {
        Interlocked.Exchange(ref _closed, 1);
        _queue.Close();
        _socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void SendAll()
    {
        try
        {
            while (true)
            {
                var batch = _queue.Take();
                if (batch.IsEmpty) return;
                for (var sent = 0; sent < batch.Length;) sent += _socket.Send(batch.Span[sent..]);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The receiver reports the loss, after the frames that the socket still holds.
            Break($"sending failed: {e.Message}");
        }
    }

    private void ReceiveAll()
    {
        var buffer = new byte[256 * 1024];
        var held = 0;
        string reason;
        try
        {
            while (true)
            {
                if (held == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
                var count = _socket.Receive(buffer.AsSpan(held));
                if (count == 0)
                {
                    reason = held == 0 ? "the peer closed the channel" : "the channel ended inside a frame";
                    break;
                }

                held += count;
                held = Deliver(buffer, held);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            reason = $"the channel broke: {e.Message}";
        }
#pragma warning disable CA1031 // The bytes come from outside: whatever the codec objects to ends the session.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = e.Message;
            ShutdownQuietly(SocketShutdown.Both);
        }

        if (Volatile.Read(ref _closed) == 0) _listener!.OnLost(Volatile.Read(ref _reason) ?? reason);
    }

    private int Deliver(byte[] buffer, int held)
    {
        ReadOnlySpan<byte> rest = buffer.AsSpan(0, held);
        while (_codec.TryRead(ref rest, out var frame)) _listener!.OnFrame(frame!);
        _listener!.OnRead();
        if (rest.Length != held) rest.CopyTo(buffer);
        return rest.Length;
    }

    private void Break(string reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _queue.Close();
        // Wakes the receiver, which first hands in what the socket still holds.
        ShutdownQuietly(SocketShutdown.Both);
    }

    private void ShutdownQuietly(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already: that is what was wanted.
        }
    }
}
