using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ShadowVm.Machine;

namespace ShadowVm.Host.Backends;

/// <summary>
/// The console through a relay: exactly once across a fail-over. An output counts as released when the relay has
/// acknowledged it.
/// </summary>
public sealed class RelayConsole : IBackend
{
    private readonly ushort _device;
    private readonly byte _inputKind;
    private readonly IPEndPoint _endpoint;
    private readonly Guid _pair;
    private readonly IBackendHost _host;
    private readonly OrderedOutput _queue;
    private readonly Lock _lock = new();
    private readonly Queue<(ulong Number, int Bytes)> _unacknowledged = new();
    private readonly ManualResetEventSlim _empty = new(true);
    private Socket? _socket;
    private long _unacknowledgedBytes;
    private volatile bool _open = true;

    /// <summary>Creates one; it connects when this replica emits.</summary>
    /// <param name="device">Index of the console on the bus.</param>
    /// <param name="inputKind">Kind of its inputs.</param>
    /// <param name="endpoint">The relay.</param>
    /// <param name="pair">The pair's identity.</param>
    /// <param name="host">Where to report to.</param>
    public RelayConsole(ushort device, byte inputKind, IPEndPoint endpoint, Guid pair, IBackendHost host)
    {
        (_device, _inputKind, _endpoint, _pair, _host) = (device, inputKind, endpoint, pair, host);
        _queue = new OrderedOutput("shadowvm console", Write);
    }

    /// <inheritdoc/>
    public bool MayRaise => _open;

    /// <inheritdoc/>
    public long PendingBytes => _queue.PendingBytes + Interlocked.Read(ref _unacknowledgedBytes);

    /// <inheritdoc/>
    public void Open(ulong generation)
    {
        var socket = new Socket(_endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(_endpoint);
            RelayProtocol.Send(socket, RelayMessage.Hello, _pair.ToByteArray(), RelayProtocol.Number(generation));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new HostException($"The console relay at {_endpoint} can't be reached: {e.Message}.", inner: e);
        }

        _socket = socket;
        new Thread(() => ReceiveAll(socket)) { IsBackground = true, Name = "shadowvm console input" }.Start();
    }

    /// <inheritdoc/>
    public void Release(DeviceOutput output)
    {
        lock (_lock)
        {
            _unacknowledged.Enqueue((output.Number, output.Data.Length));
            _empty.Reset();
        }

        Interlocked.Add(ref _unacknowledgedBytes, output.Data.Length);
        _queue.Add(output.Number, output.Data);
    }

    /// <inheritdoc/>
    public bool Drain(int milliseconds) => !_open || (_queue.Drain(milliseconds) && _empty.Wait(milliseconds));

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Dispose();
        _socket?.Dispose();
    }

    private void Write(ulong number, byte[] data)
    {
        if (!_open || _socket is not { } socket) return;
        try
        {
            RelayProtocol.Send(socket, RelayMessage.Output, RelayProtocol.Number(number), data);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Lose(e.Message);
        }
    }

    private void ReceiveAll(Socket socket)
    {
        try
        {
            while (RelayProtocol.Receive(socket) is var (kind, payload))
            {
                switch (kind)
                {
                    case RelayMessage.Ack when payload.Length == sizeof(ulong):
                        Acknowledge(BinaryPrimitives.ReadUInt64LittleEndian(payload));
                        break;
                    case RelayMessage.Input:
                        _host.Post(new DeviceInput(_device, _inputKind, Bound: false, payload));
                        break;
                    case RelayMessage.Refused:
                        Lose(Encoding.UTF8.GetString(payload));
                        return;
                    default:
                        Lose($"it sent a message of kind {kind}");
                        return;
                }
            }

            Lose("it closed the connection");
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            Lose(e.Message);
        }
    }

    private void Acknowledge(ulong through)
    {
        while (true)
        {
            ulong number;
            lock (_lock)
            {
                if (!_unacknowledged.TryPeek(out var first) || first.Number > through)
                {
                    if (_unacknowledged.Count == 0) _empty.Set();
                    return;
                }

                _unacknowledged.Dequeue();
                number = first.Number;
                Interlocked.Add(ref _unacknowledgedBytes, -first.Bytes);
            }

            _host.Released(number);
        }
    }

    /// <summary>
    /// Without its relay the console's outputs can't be released. This replica ends, unreleased outputs and all: a
    /// survivor that reaches the relay repeats them, and one that the relay has fenced has no business here.
    /// </summary>
    private void Lose(string reason)
    {
        if (!_open) return;
        _open = false;
        _host.Failed($"The console relay at {_endpoint} is lost: {reason}");
    }
}
