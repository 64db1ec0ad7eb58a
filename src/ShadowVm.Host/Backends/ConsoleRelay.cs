using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ShadowVm.Host.Channel;

namespace ShadowVm.Host.Backends;

/// <summary>
/// The console's far end, which outlives both replicas: it writes each output once, in order, drops repeats by number,
/// refuses an older generation, and hands input to the newest. One pair per relay: the first to say hello.
/// </summary>
public sealed class ConsoleRelay : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TcpListeningEnd _end;
    private readonly Action<ReadOnlyMemory<byte>> _write;
    private readonly Action<string> _report;
    private readonly RelayLedger _ledger = new();
    private readonly List<Socket> _sockets = [];
    private readonly MemoryStream _earlyInput = new();
    private Guid? _pair;
    private Socket? _newest;
    private bool _closed;

    /// <summary>Starts to listen.</summary>
    /// <param name="endpoint">Where; port 0 for any.</param>
    /// <param name="write">Takes console bytes, in order, one call at a time.</param>
    /// <param name="report">Takes sentences: repeats that differ, replicas that are refused.</param>
    /// <exception cref="HostException">The port is in use.</exception>
    public ConsoleRelay(IPEndPoint endpoint, Action<ReadOnlyMemory<byte>> write, Action<string> report)
    {
        (_write, _report) = (write, report);
        _end = new TcpListeningEnd(endpoint);
        new Thread(AcceptAll) { IsBackground = true, Name = "shadowvm relay" }.Start();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Endpoint => _end.LocalEndpoint;

    /// <summary>Repeats that were dropped.</summary>
    public long Repeats
    {
        get
        {
            lock (_lock) return _ledger.Repeats;
        }
    }

    /// <summary>Repeats whose bytes differed from what got out: a divergence.</summary>
    public long Differing
    {
        get
        {
            lock (_lock) return _ledger.Differing;
        }
    }

    /// <summary>Hands input to the newest generation, or keeps it for the first.</summary>
    public void Input(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_newest is { } socket && TrySend(socket, RelayMessage.Input, bytes)) return;
            _earlyInput.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _end.Dispose();
        lock (_lock)
        {
            _closed = true;
            foreach (var socket in _sockets) socket.Dispose();
        }
    }

    private void AcceptAll()
    {
        while (_end.Accept() is { } socket)
        {
            socket.NoDelay = true;
            lock (_lock)
            {
                if (_closed)
                {
                    socket.Dispose();
                    return;
                }

                _sockets.Add(socket);
            }

            new Thread(() => Serve(socket)) { IsBackground = true, Name = "shadowvm relay peer" }.Start();
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            if (TryWelcome(socket, out var generation)) Relay(socket, generation);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // A replica that died: its successor says hello with the next generation.
        }

        lock (_lock)
        {
            if (_newest == socket) _newest = null;
            _sockets.Remove(socket);
        }

        socket.Dispose();
    }

    private bool TryWelcome(Socket socket, out ulong generation)
    {
        generation = 0;
        if (RelayProtocol.Receive(socket) is not (RelayMessage.Hello, { Length: RelayProtocol.HelloBytes } hello))
        {
            return false;
        }

        var pair = new Guid(hello.AsSpan(0, 16));
        generation = BinaryPrimitives.ReadUInt64LittleEndian(hello.AsSpan(16));
        lock (_lock)
        {
            if (_pair is { } known && known != pair) return Refuse(socket, "This relay serves another pair.");
            if (!_ledger.TryEnter(generation))
            {
                return Refuse(socket, $"Generation {generation} is fenced: {_ledger.Generation} holds the console.");
            }

            _pair = pair;
            _newest = socket;
            if (_earlyInput.Length != 0 && TrySend(socket, RelayMessage.Input, _earlyInput.ToArray()))
            {
                _earlyInput.SetLength(0);
            }

            return true;
        }
    }

    private void Relay(Socket socket, ulong generation)
    {
        while (RelayProtocol.Receive(socket) is (RelayMessage.Output, { Length: >= sizeof(ulong) } payload))
        {
            var number = BinaryPrimitives.ReadUInt64LittleEndian(payload);
            // Judging and writing are one step: a fenced replica's bytes can't come after its successor's hello.
            lock (_lock)
            {
                switch (_ledger.Judge(generation, number, payload.AsSpan(sizeof(ulong))))
                {
                    case RelayVerdict.New:
                        _write(payload.AsMemory(sizeof(ulong)));
                        break;
                    case RelayVerdict.Differs:
                        _report($"Output {number} was repeated with other bytes: the replicas differ.");
                        break;
                    case RelayVerdict.Fenced:
                        Refuse(socket, $"Generation {generation} is fenced: {_ledger.Generation} holds the console.");
                        return;
                }
            }

            RelayProtocol.Send(socket, RelayMessage.Ack, RelayProtocol.Number(number), []);
        }
    }

    private bool Refuse(Socket socket, string sentence)
    {
        _report(sentence);
        TrySend(socket, RelayMessage.Refused, Encoding.UTF8.GetBytes(sentence));
        return false;
    }

    private static bool TrySend(Socket socket, RelayMessage kind, ReadOnlySpan<byte> payload)
    {
        try
        {
            RelayProtocol.Send(socket, kind, payload, []);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
