using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using ShadowVm.Host.Channel;
using ShadowVm.Replication;
using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Host.Replica;

/// <summary>
/// The one thread that owns a role: it takes boundary records from the guest's thread and all else from a queue, hands
/// them to the role one at a time, and carries out what the role says. It is whichever thread calls <see cref="Run"/>.
/// While the guest runs it looks at the ring every few milliseconds; nobody pays for a wake-up that nobody waits for. What it
/// has sent in such a turn leaves at its end, together.
/// </summary>
internal sealed class RoleThread : IRoleActions, IDisposable
{
    private const int TickMilliseconds = 10;

    /// <summary>So many boundaries are handled before the queue is looked at again.</summary>
    private const int Burst = 256;

    private readonly IReplicaSurroundings _surroundings;
    private readonly ConcurrentQueue<RoleEvent> _events = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private IRole? _role;
    private TcpChannel? _channel;
    private Executor? _executor;
    private Exception? _failure;
    private RoleOutcome? _outcome;
    private long _nextTick;
    private ulong _handedOut;
    private ulong _epoch;
    private ulong _instructions;

    /// <summary>Creates the queue; nothing happens before <see cref="Run"/>.</summary>
    public RoleThread(IReplicaSurroundings surroundings, int ringCapacity = 1024)
    {
        _surroundings = surroundings;
        Ring = new BoundaryRing(ringCapacity);
    }

    /// <summary>Where the guest's thread leaves its boundaries.</summary>
    public BoundaryRing Ring { get; }

    /// <summary>Wakes this thread.</summary>
    public Wakeup Wakeup { get; } = new();

    /// <summary>Number of the last output that was handed to its backend.</summary>
    public ulong HandedOut => Volatile.Read(ref _handedOut);

    /// <summary>Called every few milliseconds with the last epoch that ended here and the instructions by then.
    /// </summary>
    public Action<ulong, ulong>? OnTick { get; init; }

    /// <summary>Before <see cref="Run"/>: the role, and the guest's thread where there is one already.</summary>
    public void Attach(IRole role, Executor? executor) => (_role, _executor) = (role, executor);

    public void PostConnected(TcpChannel channel) => Post(new RoleEvent(EventKind.Connected, Payload: channel));

    /// <summary>The guest is built; the role learns the pair's settings first.</summary>
    public void PostConfigured(Executor executor, Digest initial, RoleSettings settings) =>
        Post(new RoleEvent(EventKind.Configured, Payload: executor, Digest: initial, Settings: settings));

    public void PostRefused(string sentence) => Post(new RoleEvent(EventKind.Refused, Payload: sentence));

    public void PostReleased(ulong number) => Post(new RoleEvent(EventKind.Released, Number: number));

    public void PostArbiter(ulong generation, bool won) =>
        Post(new RoleEvent(EventKind.Arbiter, Number: generation, Flag: won));

    public void PostFenced(bool done, string detail) =>
        Post(new RoleEvent(EventKind.Fenced, Payload: detail, Flag: done));

    public void PostStop() => Post(new RoleEvent(EventKind.Stop));

    /// <summary>Something broke: <see cref="Run"/> throws it, the channel drops as at a crash.</summary>
    public void PostFailure(Exception exception) => Post(new RoleEvent(EventKind.Failure, Payload: exception));

    /// <summary>Runs until the role ends.</summary>
    /// <exception cref="InvalidOperationException">Something of this replica broke.</exception>
    /// <exception cref="HostException">Something that it can't do without is gone.</exception>
    public RoleOutcome Run()
    {
        Tick(); // the role begins before anything happens to it
        while (_outcome is null)
        {
            var worked = HandleBoundaries();
            worked |= HandleEvents();
            Tick();
            _channel?.Flush();
            if (worked || _outcome is not null) continue;
            Wakeup.Announce();
            if (!_events.IsEmpty || Ring.Count != 0) Wakeup.Withdraw();
            else Wakeup.Sleep(TickMilliseconds);
        }

        if (_failure is null)
        {
            _channel?.Close();
            return _outcome;
        }

        _channel?.Abort();
        if (_failure is HostException) ExceptionDispatchInfo.Throw(_failure);
        throw new InvalidOperationException("the replica stops: " + _failure.Message, _failure);
    }

    public void Dispose() => _channel?.Abort();

    void IRoleActions.Send(Frame frame, bool flush) => _channel?.Send(frame, flush);

    void IRoleActions.Configure(byte[] configuration) => _surroundings.Configure(configuration);

    void IRoleActions.PermitThrough(ulong epoch) => Guest.PermitThrough(epoch);

    void IRoleActions.Execute(ulong epoch, ClockPair clock, Interrupt[] batch) => Guest.Execute(epoch, clock, batch);

    void IRoleActions.TakeOver(TakeOverOrder order)
    {
        _surroundings.TakingOver(order);
        Guest.TakeOver(order);
    }

    void IRoleActions.Release(Output output)
    {
        _surroundings.Release(output);
        // After the backend has it: whoever sees the number may rely on the backend to know what is outstanding.
        if (output.Number > _handedOut) Volatile.Write(ref _handedOut, output.Number);
    }

    void IRoleActions.AskArbiter(ulong generation) => _surroundings.AskArbiter(generation);

    void IRoleActions.Fence() => _surroundings.Fence();

    void IRoleActions.Announce(ReplicaState state, ulong epoch, string detail)
    {
        // With the session its channel ends, whatever the reason: the peer must see that it is over.
        if (state is ReplicaState.Waiting or ReplicaState.BackupLost or ReplicaState.PrimaryLost) DropChannel();
        _surroundings.Announce(state, epoch, detail);
    }

    void IRoleActions.End(RoleEnd reason, int exitCode, string detail) =>
        _outcome ??= new RoleOutcome(reason, exitCode, detail);

    private IRole Role => _role ?? throw new InvalidOperationException("the role thread has no role");

    private Executor Guest => _executor ?? throw new InvalidOperationException("the role runs a guest it has not got");

    private bool HandleBoundaries()
    {
        var handled = 0;
        while (handled < Burst && _outcome is null && Ring.TryRead(out var record))
        {
            (_epoch, _instructions) = (record.Epoch, record.Instructions);
            Role.OnEpochEnded(record.ToReport());
            handled++;
        }

        if (handled != 0) _executor?.RingHasRoom();
        return handled != 0;
    }

    private bool HandleEvents()
    {
        var handled = 0;
        while (handled < Burst && _outcome is null && _events.TryDequeue(out var item))
        {
            Handle(item);
            handled++;
        }

        return handled != 0;
    }

    private void Handle(in RoleEvent item)
    {
        switch (item.Kind)
        {
            case EventKind.Connected:
                _channel = (TcpChannel)item.Payload!;
                _channel.Start(new ChannelEvents(this, _channel));
                Role.OnConnected();
                break;
            case EventKind.Frame when item.Channel == _channel:
                Role.OnFrame((Frame)item.Payload!);
                break;
            case EventKind.Lost when item.Channel == _channel:
                Role.OnPeerLost((string)item.Payload!);
                break;
            case EventKind.Frame or EventKind.Lost:
                break; // of a session that is over
            case EventKind.Configured:
                _executor = (Executor)item.Payload!;
                if (_role is BackupRole backup) backup.Adopt(item.Settings!);
                Role.OnConfigured(item.Digest);
                break;
            case EventKind.Refused:
                Role.OnConfigurationRefused((string)item.Payload!);
                break;
            case EventKind.Released:
                Role.OnReleased(item.Number);
                break;
            case EventKind.Arbiter:
                Role.OnArbiter(item.Number, item.Flag);
                break;
            case EventKind.Fenced:
                Role.OnFenced(item.Flag, (string)item.Payload!);
                break;
            case EventKind.Stop:
                Role.OnStop();
                _executor?.Nudge();
                break;
            default:
                _failure = (Exception)item.Payload!;
                _outcome = new RoleOutcome(RoleEnd.Failed, 1, _failure.Message);
                break;
        }
    }

    private void Tick()
    {
        var now = (long)Stopwatch.GetElapsedTime(_started).TotalMilliseconds;
        if (now < _nextTick || _outcome is not null) return;
        _nextTick = now + TickMilliseconds;
        Role.OnTick(now);
        OnTick?.Invoke(_epoch, _instructions);
    }

    private void DropChannel()
    {
        if (_channel is not { } channel) return;
        _channel = null;
        // A refusal may still be on its way; its leaving is nothing to wait for.
        new Thread(channel.Close) { IsBackground = true, Name = "shadowvm closing channel" }.Start();
    }

    private void Post(in RoleEvent item)
    {
        _events.Enqueue(item);
        Wakeup.Signal();
    }

    private enum EventKind
    {
        Connected,
        Frame,
        Lost,
        Configured,
        Refused,
        Released,
        Arbiter,
        Fenced,
        Stop,
        Failure,
    }

    private readonly record struct RoleEvent(
        EventKind Kind,
        object? Payload = null,
        ulong Number = 0,
        bool Flag = false,
        Digest Digest = default,
        TcpChannel? Channel = null,
        RoleSettings? Settings = null);

    /// <summary>Says of each event which channel it came from: one session's tail is not the next one's head.</summary>
    private sealed class ChannelEvents(RoleThread thread, TcpChannel channel) : IChannelListener
    {
        public void OnFrame(Frame frame) =>
            thread._events.Enqueue(new RoleEvent(EventKind.Frame, Payload: frame, Channel: channel));

        public void OnRead() => thread.Wakeup.Signal();

        public void OnLost(string reason) =>
            thread.Post(new RoleEvent(EventKind.Lost, Payload: reason, Channel: channel));
    }
}

/// <summary>How a replica ended.</summary>
/// <param name="Reason">Why.</param>
/// <param name="ExitCode">The process's exit code.</param>
/// <param name="Detail">One sentence, or empty.</param>
public sealed record RoleOutcome(RoleEnd Reason, int ExitCode, string Detail);
