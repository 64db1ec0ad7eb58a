using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ShadowVm.Machine.Channel;
using ShadowVm.Replication;

namespace ShadowVm.Simulation.Machines;

/// <summary>
/// A guest of a few lines that keeps the I/O rules: it writes numbered records through the channel, up to three at a
/// time, sometimes a second revision to the same sector after the first was completed, closes and connects again now
/// and then, and prints lines. What it writes holds clock, ticks and disconnects, so that two histories can be told
/// apart by content. It takes events at their word, or compares connection numbers.
/// </summary>
internal sealed class FakeMachine(int records, int steps, bool compares) : ISimulatedMachine
{
    private const int Window = 3;
    private const ulong TickNanoseconds = 300_000;

    private readonly List<Output> _outputs = [];
    private readonly Queue<ChannelReply> _events = new();
    private readonly SortedDictionary<uint, Operation> _operations = [];
    private readonly Queue<Operation> _toRevise = new();
    // Who closes may still hear of the closed connection, so only a guest that compares numbers can afford it.
    private readonly int _closeAfter = compares ? 5 : int.MaxValue;
    private ClockPair _clock;
    private ulong _stepsAtStart;
    private ulong _outputNumber;
    private ulong _nextTick = TickNanoseconds;
    private uint _connection;
    private bool _connected;
    private bool _connecting;
    private int _issued;
    private int _completed;
    private int _sinceClose;
    private ulong _ticks;
    private ulong _disconnects;
    private ulong _heard;

    public ulong Epoch { get; private set; }

    public ulong Instructions { get; private set; }

    public bool Waiting { get; private set; }

    public int? ExitCode { get; private set; }

    public ulong GuestTime => _clock.Base + (ulong)(((UInt128)(Instructions - _stepsAtStart) * _clock.Rate) >> 32);

    public ulong? Deadline => _nextTick;

    public uint ChannelClass => 3 << 16;

    public uint ConsoleClass => 2 << 16;

    public void BeginEpoch(IReadOnlyList<Interrupt> batch, ClockPair clock)
    {
        foreach (var interrupt in batch) Take(interrupt);
        _clock = clock;
        _stepsAtStart = Instructions;
        if (clock.Base >= _nextTick)
        {
            _ticks++;
            _nextTick = clock.Base + TickNanoseconds;
            Waiting = false;
        }

        if (batch.Count != 0) Waiting = false;
        Epoch++;
    }

    public void RunEpoch()
    {
        for (var i = 0; i < steps && !Waiting && ExitCode is null; i++)
        {
            Instructions++;
            Step();
        }
    }

    public Output[] TakeOutputs()
    {
        Output[] outputs = [.. _outputs];
        _outputs.Clear();
        return outputs;
    }

    public Digest Digest()
    {
        Span<ulong> state =
        [
            Instructions, GuestTime, _connection, _connected ? 1UL : 0, _connecting ? 1UL : 0, (ulong)_issued,
            (ulong)_completed, (ulong)_sinceClose, _ticks, _disconnects, _heard, Waiting ? 1UL : 0, _outputNumber,
            (ulong)_events.Count, (ulong)_operations.Count, (ulong)_toRevise.Count,
        ];
        var hash = new XxHash128();
        hash.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(state));
        foreach (var (_, operation) in _operations) hash.Append(operation.Content);
        var value = hash.GetCurrentHashAsUInt128();
        return new Digest((ulong)value, (ulong)(value >> 64));
    }

    public IReadOnlyList<Interrupt> Disconnects() =>
        _connected || _connecting
            ? [Channels.ToInterrupt(ChannelReply.Disconnected(_connection), ChannelClass, Epoch)]
            : [];

    public void Dispose()
    {
    }

    private void Take(Interrupt interrupt)
    {
        if ((interrupt.Class & ~0xffffu) == ConsoleClass) _heard++;
        else if (ChannelReply.TryDecode((byte)interrupt.Class, interrupt.Data, out var reply)) _events.Enqueue(reply);
    }

    private void Step()
    {
        if (_events.TryDequeue(out var reply)) Handle(reply);
        else if (!_connected && !_connecting) Connect();
        else if (_connected && _operations.Count < Window && _toRevise.TryPeek(out var first)) Revise(first);
        else if (_connected && _operations.Count < Window && _issued < records && _sinceClose < _closeAfter) IssueNext();
        else if (_connected && _operations.Count == 0 && _completed == Total()) Exit();
        else if (_connected && _operations.Count == 0 && _sinceClose >= _closeAfter) Close();
        else Waiting = true;
    }

    /// <summary>Every third record has a second revision.</summary>
    private int Total() => records + (records / 3);

    private void Connect()
    {
        _connecting = true;
        _connection++;
        Emit(new ChannelRequest(
            ChannelRequestKind.Connect, _connection, ChannelRegisters.ConnectTag, 0, 0, ReadOnlyMemory<byte>.Empty));
    }

    private void Close()
    {
        Emit(new ChannelRequest(ChannelRequestKind.Close, _connection, 0, 0, 0, ReadOnlyMemory<byte>.Empty));
        _connected = false;
        _sinceClose = 0;
    }

    private void IssueNext()
    {
        _issued++;
        _sinceClose++;
        Issue(new Operation((ulong)_issued, 1, Content((ulong)_issued, 1)));
    }

    private void Revise(Operation first)
    {
        _toRevise.Dequeue();
        Issue(new Operation(first.Number, 2, Content(first.Number, 2)));
    }

    private void Issue(Operation operation)
    {
        var tag = 0u;
        while (_operations.ContainsKey(tag)) tag++;
        _operations.Add(tag, operation);
        Send(tag, operation);
    }

    private void Send(uint tag, Operation operation) => Emit(new ChannelRequest(
        ChannelRequestKind.Write, _connection, tag, operation.Number, 1, operation.Content));

    private void Handle(in ChannelReply reply)
    {
        if (compares && reply.Connection != _connection) return;
        if (reply.Kind == ChannelReplyKind.Disconnected)
        {
            _connected = _connecting = false;
            _disconnects++;
        }
        else if (reply.Tag == ChannelRegisters.ConnectTag)
        {
            if (!_connecting) return;
            (_connecting, _connected) = (false, true);
            foreach (var (tag, operation) in _operations) Send(tag, operation); // Rule 3
        }
        else if (_operations.Remove(reply.Tag, out var done))
        {
            _completed++;
            if (done.Revision == 1 && done.Number % 3 == 0) _toRevise.Enqueue(done);
            if (_completed % 2 == 0) Print($"record {done.Number}.{done.Revision} clock={GuestTime} {Stamp()}");
        }
    }

    private void Exit()
    {
        Print($"done {Stamp()}");
        ExitCode = 0;
    }

    private string Stamp() => $"ticks={_ticks} disconnects={_disconnects} heard={_heard}";

    private byte[] Content(ulong number, ulong revision)
    {
        var content = new byte[ChannelRegisters.SectorBytes];
        ulong[] words = [number, revision, GuestTime, _ticks, _disconnects, _connection];
        for (var i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(8 * i), words[i]);
        return content;
    }

    private void Print(string line) =>
        _outputs.Add(new Output(++_outputNumber, Epoch, ConsoleClass | 1, Bound: false, Encoding.UTF8.GetBytes(line + "\n")));

    private void Emit(ChannelRequest request) => _outputs.Add(
        new Output(++_outputNumber, Epoch, ChannelClass | (uint)request.Kind, Bound: true, request.Encode()));

    private sealed record Operation(ulong Number, ulong Revision, byte[] Content);
}
