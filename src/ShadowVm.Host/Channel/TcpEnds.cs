using System.Net;
using System.Net.Sockets;

namespace ShadowVm.Host.Channel;

/// <summary>The listening end: takes one peer, then listens no more.</summary>
public sealed class TcpListeningEnd : IDisposable
{
    private readonly Socket _socket;

    /// <summary>Starts to listen.</summary>
    /// <exception cref="HostException">The address can't be used, or the port is in use.</exception>
    public TcpListeningEnd(IPEndPoint endpoint)
    {
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(endpoint);
            _socket.Listen(4);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new HostException(
                e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"Port {endpoint.Port} on {endpoint.Address} is in use."
                    : $"Can't listen on {endpoint}: {e.Message}.",
                inner: e);
        }

        LocalEndpoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>Where it listens; the port is a real one where 0 was asked for.</summary>
    public IPEndPoint LocalEndpoint { get; }

    /// <summary>Waits for a peer; null where <see cref="Dispose"/> ended the wait.</summary>
    public Socket? Accept()
    {
        try
        {
            return _socket.Accept();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

/// <summary>The connecting end.</summary>
public static class TcpConnectingEnd
{
    /// <summary>Tries until the peer listens; null where <paramref name="stop"/> ended the wait.</summary>
    /// <param name="endpoint">The peer.</param>
    /// <param name="retryMilliseconds">Pause between two tries.</param>
    /// <param name="stop">Ends the wait.</param>
    public static Socket? Connect(IPEndPoint endpoint, int retryMilliseconds, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (TryConnect(endpoint, stop) is { } socket) return socket;
            stop.WaitHandle.WaitOne(retryMilliseconds);
        }

        return null;
    }

    private static Socket? TryConnect(IPEndPoint endpoint, CancellationToken stop)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        // Not the asynchronous connect: it would wait for a thread of the pool, and leave the socket in a mode in which
        // each blocking call goes through the runtime's event loop.
        using var registration = stop.Register(socket.Dispose);
        try
        {
            socket.Connect(endpoint);
            // On loopback a socket can connect to itself when the port lies in the ephemeral range.
            if (!Equals(socket.LocalEndPoint, socket.RemoteEndPoint)) return socket;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody listens yet, or the wait is over; the caller tries again.
        }

        socket.Dispose();
        return null;
    }
}
