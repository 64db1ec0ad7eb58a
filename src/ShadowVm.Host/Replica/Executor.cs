using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using ShadowVm.Host.Clocks;
using ShadowVm.Machine;
using ShadowVm.Replication;

namespace ShadowVm.Host.Replica;

/// <summary>
/// The guest's own thread. As primary it runs epoch after epoch and closes each one's set of interrupts at its end
/// (patent fig. 5A: steps 200 to 206); as backup it runs what the role orders, and stands at each boundary with the
/// batch undelivered until the next order decides what belongs to it (fig. 7). No lock, no system call and no
/// allocation per empty epoch; it sleeps only where the guest waits, where it may go no further, or without orders.
/// </summary>
internal sealed class Executor : IDisposable
{
    private readonly IGuest _guest;
    private readonly IGuestClock _clock;
    private readonly IBoundarySink _sink;
    private readonly Wakeup _wakeup;
    private readonly IExecutorHooks _hooks;
    private readonly CancellationTokenSource _stop;
    private readonly ConcurrentQueue<Order> _orders = new();
    private readonly List<DeviceInput> _batch = new(64);
    private readonly List<DeviceInput> _later = [];
    private readonly Thread _thread;
    private long _permitted;
    private ulong _lastOutput;
    private bool _nudged;
    private bool _stuck;
    private bool _wasIdle;

    public Executor(
        IGuest guest,
        IGuestClock clock,
        IBoundarySink sink,
        Wakeup wakeup,
        InterruptBuffer inputs,
        IExecutorHooks hooks,
        CancellationTokenSource stop)
    {
        (_guest, _clock, _sink, _wakeup, Inputs, _hooks, _stop) = (guest, clock, sink, wakeup, inputs, hooks, stop);
        _thread = new Thread(Run) { IsBackground = true, Name = "shadowvm guest" };
    }

    /// <summary>Where backends leave what reaches the guest.</summary>
    public InterruptBuffer Inputs { get; }

    /// <summary>Number of the last output that the guest issued.</summary>
    public ulong LastOutput => Volatile.Read(ref _lastOutput);

    private bool Stopped => _stop.IsCancellationRequested;

    /// <summary>Starts the thread: as primary with the first epoch, as backup with the first order.</summary>
    public void Start(bool primary)
    {
        if (primary) Enqueue(new Order { Kind = OrderKind.Begin });
        _thread.Start();
    }

    /// <summary>The guest may run through this epoch; never goes down.</summary>
    public void PermitThrough(ulong epoch)
    {
        var value = (long)Math.Min(epoch, long.MaxValue);
        if (value <= Volatile.Read(ref _permitted)) return;
        Volatile.Write(ref _permitted, value);
        _wakeup.Signal();
    }

    /// <summary>Backup: run this epoch after delivering this batch at the boundary before it.</summary>
    public void Execute(ulong epoch, ClockPair clock, Interrupt[] batch) =>
        Enqueue(new Order { Kind = OrderKind.Execute, Epoch = epoch, Clock = clock, Batch = batch });

    /// <summary>Backup: it is primary from the epoch after X on (patent fig. 7, steps 312 to 318).</summary>
    public void TakeOver(TakeOverOrder order) => Enqueue(new Order { Kind = OrderKind.TakeOver, TakeOver = order });

    /// <summary>A waiting guest's epoch ends without input, so that an operator's stop finds a boundary.</summary>
    public void Nudge()
    {
        Volatile.Write(ref _nudged, true);
        _wakeup.Signal();
    }

    /// <summary>The ring was read: a guest's thread that found it full goes on.</summary>
    public void RingHasRoom() => _wakeup.Signal();

    /// <summary>Ends the thread at the next boundary; false where it didn't get there in time.</summary>
    public bool Stop(int milliseconds)
    {
        _stop.Cancel();
        _wakeup.Signal();
        return _thread.ThreadState.HasFlag(ThreadState.Unstarted) || _thread.Join(milliseconds);
    }

    /// <summary>Waits until the guest has ended or the thread was stopped.</summary>
    public bool Join(int milliseconds) => _thread.Join(milliseconds);

    public void Dispose()
    {
        // A guest in mid-epoch keeps its memory: freeing it under a running thread would be worse.
        if (Stop(5000)) _guest.Dispose();
    }

    private void Run()
    {
#pragma warning disable CA1031 // Whatever breaks here must end this replica, so that the other one can go on.
        try
        {
            Obey();
        }
        catch (Exception e)
        {
            _hooks.OnFailed(e);
        }
#pragma warning restore CA1031
    }

    private void Obey()
    {
        while (!Stopped)
        {
            if (!_orders.TryDequeue(out var order))
            {
                _wakeup.Announce();
                if (!_orders.IsEmpty || Stopped) _wakeup.Withdraw();
                else _wakeup.Sleep(-1);
                continue;
            }

            switch (order.Kind)
            {
                case OrderKind.Execute:
                    ExecuteAsBackup(order);
                    break;
                case OrderKind.Begin:
                    // Guest time begins with the first instruction, not with the wait for a backup.
                    AwaitPermit(epoch: 1);
                    if (Stopped) return;
                    _clock.Start();
                    _guest.BeginEpoch([], _clock.First);
                    RunAsPrimary();
                    return;
                default:
                    BeginAfterTakeOver(order.TakeOver!);
                    RunAsPrimary();
                    return;
            }
        }
    }

    private void ExecuteAsBackup(in Order order)
    {
        _batch.Clear();
        foreach (var interrupt in order.Batch!) _batch.Add(Wire.ToInput(interrupt));
        _guest.BeginEpoch(CollectionsMarshal.AsSpan(_batch), order.Clock);
        if (_guest.Epoch != order.Epoch)
        {
            throw new InvalidOperationException($"epoch {order.Epoch} was ordered, but {_guest.Epoch} is next");
        }

        _guest.RunEpoch();
        var record = Describe();
        _sink.Write(record, urgent: _orders.IsEmpty || record.Exited || record.Outputs.Length != 0);
    }

    private void BeginAfterTakeOver(TakeOverOrder order)
    {
        if (_guest.Epoch != order.AfterEpoch)
        {
            throw new InvalidOperationException(
                $"the survivor stands after epoch {_guest.Epoch}, the failed primary's last was {order.AfterEpoch}");
        }

        if (order.Disconnects != DisconnectPlacement.Last)
        {
            throw new InvalidOperationException("only the simulator breaks the order of a take-over's batch");
        }

        _batch.Clear();
        foreach (var interrupt in order.Batch) _batch.Add(Wire.ToInput(interrupt));
        AddDisconnects();
        foreach (var interrupt in order.Later) _later.Add(Wire.ToInput(interrupt));
        _clock.ContinueFrom(order.Clock);
        _guest.BeginEpoch(CollectionsMarshal.AsSpan(_batch), order.Clock);
        _hooks.OnGoingOn(_guest.Epoch, _guest.Retired);
    }

    /// <summary>
    /// Last in the batch, for the connections that stand at the end of X; what X's own interrupts disconnect is not
    /// open any more by then.
    /// </summary>
    private void AddDisconnects()
    {
        var interrupts = _batch.ToArray();
        _guest.AddDisconnects(_batch);
        for (var i = _batch.Count - 1; i >= interrupts.Length; i--)
        {
            var disconnect = _batch[i];
            if (Array.Exists(interrupts, input => Wire.AreSame(input, disconnect))) _batch.RemoveAt(i);
        }
    }

    private void RunAsPrimary()
    {
        var (epoch, retired) = (_guest.Epoch, _guest.Retired);
        while (true)
        {
            var slept = false;
            if (epoch > (ulong)Volatile.Read(ref _permitted)) slept = AwaitPermit(epoch);
            if (Stopped) return;
            var waiting = _guest.Waiting;
            _guest.RunEpoch();
            // The epoch in which the guest began to wait was closed at once, so that what it had issued could leave;
            // the ones after it last until there is something to deliver.
            // What was issued at the boundary itself, as a request is again after a disconnect, leaves at once too.
            if (waiting && _guest.Outputs.Length == 0) slept |= AwaitInput();
            if (Stopped) return;
            var record = CloseEpoch(retired, slept);
            if (record.Exited) return;
            (epoch, retired) = (record.Epoch + 1, record.Instructions);
        }
    }

    /// <summary>Ends an epoch and begins the next, if the guest goes on; returns what was said of the boundary.</summary>
    private BoundaryRecord CloseEpoch(ulong retiredBefore, bool slept)
    {
        _batch.Clear();
        if (_later.Count != 0)
        {
            _batch.AddRange(_later);
            _later.Clear();
        }

        Inputs.TakeAll(_batch);
        var record = Describe();
        if (record.Exited) _batch.Clear(); // nobody is left to take it
        var jumpTo = record.Idle && _batch.Count == 0 ? NextDeadline() : null;
        record.NextClock = _clock.Next(new ClockBoundary(_guest.GuestTime, record.Instructions - retiredBefore, slept, jumpTo));
        if (_batch.Count != 0)
        {
            record.Batch = new Interrupt[_batch.Count];
            for (var i = 0; i < _batch.Count; i++) record.Batch[i] = Wire.ToInterrupt(_batch[i], record.Epoch);
        }

        _sink.Write(record, urgent: record.Idle || _wasIdle || record.Exited || record.Outputs.Length != 0);
        _wasIdle = record.Idle;
        if (!record.Exited) _guest.BeginEpoch(CollectionsMarshal.AsSpan(_batch), record.NextClock);
        return record;
    }

    private BoundaryRecord Describe()
    {
        var exitCode = _guest.ExitCode;
        var record = new BoundaryRecord
        {
            Epoch = _guest.Epoch,
            Instructions = _guest.Retired,
            Outputs = [],
            Batch = [],
            Idle = _guest.Waiting,
            Exited = exitCode is not null,
            ExitCode = exitCode ?? 0,
        };
        if (_sink.WantsDigest) record.Digest = _guest.Digest();
        var outputs = _guest.Outputs;
        if (outputs.Length == 0) return record;
        record.Outputs = new Output[outputs.Length];
        for (var i = 0; i < outputs.Length; i++) record.Outputs[i] = Wire.ToOutput(outputs[i], record.Epoch);
        Volatile.Write(ref _lastOutput, outputs[^1].Number);
        return record;
    }

    private bool AwaitPermit(ulong epoch)
    {
        while (!Stopped)
        {
            _wakeup.Announce();
            if (epoch <= (ulong)Volatile.Read(ref _permitted) || Stopped)
            {
                _wakeup.Withdraw();
                break;
            }

            _sink.Hurry();
            _wakeup.Sleep(-1);
        }

        return true;
    }

    /// <summary>Sleeps until there is input, a deadline or a stop; false where it didn't sleep.</summary>
    private bool AwaitInput()
    {
        var slept = false;
        while (_later.Count == 0 && _guest.ExitCode is null)
        {
            _wakeup.Announce();
            var milliseconds = NextDeadline() is { } deadline ? _clock.MillisecondsUntil(deadline) : -1;
            // Whether something can come is asked first: it may come, and then be all that could.
            var hopeless = milliseconds < 0 && !_hooks.CanWake(LastOutput);
            if (!Inputs.IsEmpty || milliseconds == 0 || Stopped || Volatile.Read(ref _nudged))
            {
                _wakeup.Withdraw();
                Volatile.Write(ref _nudged, false);
                break;
            }

            if (hopeless && !_stuck)
            {
                _stuck = true;
                _hooks.OnStuck(_guest.Epoch);
            }

            _wakeup.Sleep(milliseconds < 0 && !_stuck ? 100 : milliseconds);
            slept = true;
        }

        return slept;
    }

    /// <summary>A deadline that this epoch's start has passed was honoured then.</summary>
    private ulong? NextDeadline() =>
        _guest.Deadline is { } deadline && deadline > _guest.GuestTime ? deadline : null;

    private void Enqueue(Order order)
    {
        _orders.Enqueue(order);
        _wakeup.Signal();
    }

    private enum OrderKind
    {
        Begin,
        Execute,
        TakeOver,
    }

    private struct Order
    {
        public OrderKind Kind;
        public ulong Epoch;
        public ClockPair Clock;
        public Interrupt[]? Batch;
        public TakeOverOrder? TakeOver;
    }
}

/// <summary>What the guest's thread asks of and tells its surroundings; called on that thread.</summary>
internal interface IExecutorHooks
{
    /// <summary>Whether anything outside can still wake a waiting guest whose last output has this number.</summary>
    bool CanWake(ulong lastOutput);

    /// <summary>The guest waits for what can never come.</summary>
    void OnStuck(ulong epoch);

    /// <summary>The survivor's first epoch as primary begins.</summary>
    void OnGoingOn(ulong epoch, ulong instructions);

    /// <summary>An invariant broke.</summary>
    void OnFailed(Exception exception);
}
