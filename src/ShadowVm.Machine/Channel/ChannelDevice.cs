using static ShadowVm.Machine.Channel.ChannelRegisters;

namespace ShadowVm.Machine.Channel;

/// <summary>
/// The channel device: a disk of 512-byte sectors under the I/O rules of patent p. 18-19, for any guest. Rule 0: a
/// program connects, itself an operation, before it issues. Rule 1: a completion stands for what was performed, or
/// has the status of its failure. Rule 2: operations complete in any order. Rule 3: what is outstanding when the
/// connection goes may or may not have been performed.
/// </summary>
/// <remarks>
/// A write's bytes leave RAM at the command; a read's bytes reach RAM when the completion is delivered. A reply that
/// belongs to an older connection, names no outstanding operation, or has another length than asked is discarded.
/// </remarks>
public sealed partial class ChannelDevice : IDevice
{
    private readonly IDeviceHost _host;
    private readonly ushort _index;
    private readonly ulong _line;
    private readonly List<Operation> _outstanding = new(MaxOutstanding);
    private readonly Queue<ChannelEvent> _events = new(MaxOutstanding + 1);
    private Phase _phase;
    private uint _connection;
    private ulong _capacity;

    /// <summary>Makes a channel device at reset.</summary>
    /// <param name="name">Name on the bus.</param>
    /// <param name="size">Window in bytes, at least <see cref="End"/>.</param>
    /// <param name="line">Interrupt line 0 to 63, or null where it isn't wired.</param>
    /// <param name="index">Index on the bus.</param>
    /// <param name="host">The machine around it.</param>
    public ChannelDevice(string name, ulong size, int? line, ushort index, IDeviceHost host)
    {
        Name = name;
        Size = size;
        _line = line is { } wired ? 1UL << wired : 0;
        _index = index;
        _host = host;
    }

    private enum Phase
    {
        Unconnected,
        Connecting,
        Connected,
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong Size { get; }

    /// <inheritdoc/>
    public ulong Lines => _events.Count > 0 && _interruptEnable ? _line : 0;

    /// <inheritdoc/>
    public ulong? Deadline => null;

    /// <inheritdoc/>
    public void Deliver(in DeviceInput input)
    {
        if (!ChannelReply.TryDecode(input.Kind, input.Data, out var reply)) return;
        if (_phase == Phase.Unconnected || reply.Connection != _connection) return;
        if (reply.Kind == ChannelReplyKind.Completed)
        {
            Complete(reply);
            return;
        }

        Drop();
        _events.Enqueue(new ChannelEvent(ChannelEventKind.Disconnected, 0, _connection, OperationStatus.Done));
    }

    /// <inheritdoc/>
    public void AtBoundary(ulong time)
    {
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
        if (_phase != Phase.Unconnected) batch.Add(ChannelReply.Disconnected(_connection).ToInput(_index));
    }

    /// <inheritdoc/>
    public void Save(StateWriter writer)
    {
        writer.Write("phase", (ulong)_phase);
        writer.Write("connection", _connection);
        writer.Write("capacity", _capacity);
        writer.Write("result", (ulong)_result);
        writer.Write("tag", _tag);
        writer.Write("count", _count);
        writer.Write("sector", _sector);
        writer.Write("address", _address);
        writer.Write("interrupt_enable", _interruptEnable ? 1UL : 0);
        writer.Write("outstanding", (ulong)_outstanding.Count);
        foreach (var operation in _outstanding)
        {
            writer.Write(operation.IsRead ? 1UL : 0);
            writer.Write(operation.Tag);
            writer.Write(operation.Sector);
            writer.Write(operation.Count);
            writer.Write(operation.Address);
        }

        writer.Write("events", (ulong)_events.Count);
        foreach (var waiting in _events)
        {
            writer.Write((ulong)waiting.Kind);
            writer.Write(waiting.Tag);
            writer.Write(waiting.Connection);
            writer.Write((ulong)waiting.Status);
        }
    }

    private ChannelResult Carry(uint command) => (ChannelCommand)command switch
    {
        ChannelCommand.Connect => Connect(),
        ChannelCommand.Read => Issue(isRead: true),
        ChannelCommand.Write => Issue(isRead: false),
        ChannelCommand.Close => Close(),
        ChannelCommand.PopEvent => PopEvent(),
        _ => ChannelResult.UnknownCommand,
    };

    private ChannelResult Connect()
    {
        if (_phase != Phase.Unconnected) return ChannelResult.AlreadyConnected;
        if (_events.Count > 0) return ChannelResult.EventsWaiting;
        _phase = Phase.Connecting;
        _connection = _connection == uint.MaxValue ? 1 : _connection + 1; // 0 means never
        Emit(new ChannelRequest(ChannelRequestKind.Connect, _connection, ConnectTag, 0, 0, default));
        return ChannelResult.Accepted;
    }

    private ChannelResult Issue(bool isRead)
    {
        if (_phase != Phase.Connected) return ChannelResult.NotConnected;
        if (_count is < 1 or > MaxSectors || _sector > SectorEnd - _count) return ChannelResult.BadSectors;
        var operation = new Operation(isRead, _tag, _sector, _count, _address);
        if (!_host.Memory.Contains(_address, (ulong)operation.Bytes)) return ChannelResult.BadAddress;
        if (_tag == ConnectTag || Find(_tag) >= 0) return ChannelResult.TagInUse;
        // Waiting events count too, or a guest that never takes any could make the queue grow for ever.
        if (_outstanding.Count + _events.Count >= MaxOutstanding) return ChannelResult.TooMany;
        _outstanding.Add(operation);
        if (isRead) Emit(new ChannelRequest(ChannelRequestKind.Read, _connection, _tag, _sector, _count, default));
        else EmitWrite(operation);
        return ChannelResult.Accepted;
    }

    private ChannelResult Close()
    {
        if (_phase == Phase.Unconnected) return ChannelResult.NotConnected;
        Drop();
        Emit(new ChannelRequest(ChannelRequestKind.Close, _connection, 0, 0, 0, default));
        return ChannelResult.Accepted;
    }

    private ChannelResult PopEvent()
    {
        _events.TryDequeue(out _);
        return ChannelResult.Accepted;
    }

    private void Complete(in ChannelReply reply)
    {
        if (_phase == Phase.Connecting) CompleteConnect(reply);
        else CompleteOperation(reply);
    }

    private void CompleteConnect(in ChannelReply reply)
    {
        if (reply.Tag != ConnectTag) return;
        // A connect that failed has completed as well: the connection that it asked for doesn't come to be.
        _phase = reply.Status == OperationStatus.Done ? Phase.Connected : Phase.Unconnected;
        _capacity = reply.Capacity;
        EnqueueCompleted(reply);
    }

    private void CompleteOperation(in ChannelReply reply)
    {
        var index = Find(reply.Tag);
        if (index < 0) return;
        var operation = _outstanding[index];
        var brings = operation.IsRead && reply.Status == OperationStatus.Done ? operation.Bytes : 0;
        if (reply.Data.Length != brings) return;
        if (brings > 0 && !_host.Memory.TryCopyIn(operation.Address, reply.Data.Span))
        {
            throw new InvalidOperationException($"RAM at 0x{operation.Address:x} is gone since the read was issued");
        }

        _outstanding.RemoveAt(index);
        EnqueueCompleted(reply);
    }

    private void EnqueueCompleted(in ChannelReply reply) =>
        _events.Enqueue(new ChannelEvent(ChannelEventKind.Completed, reply.Tag, reply.Connection, reply.Status));

    private void Drop()
    {
        _phase = Phase.Unconnected;
        _capacity = 0;
        _outstanding.Clear();
    }

    private int Find(uint tag) => _outstanding.FindIndex(operation => operation.Tag == tag);

    private void Emit(in ChannelRequest request) =>
        _host.Emit(_index, (byte)request.Kind, bound: true, request.Encode());

    private void EmitWrite(in Operation operation)
    {
        var payload = new byte[ChannelRequest.HeaderBytes + operation.Bytes];
        var request = new ChannelRequest(
            ChannelRequestKind.Write, _connection, operation.Tag, operation.Sector, operation.Count, default);
        request.WriteHeader(payload);
        if (!_host.Memory.TryCopyOut(operation.Address, payload.AsSpan(ChannelRequest.HeaderBytes)))
        {
            throw new InvalidOperationException($"RAM at 0x{operation.Address:x} is gone since it was checked");
        }

        _host.Emit(_index, (byte)ChannelRequestKind.Write, bound: true, payload);
    }
}
