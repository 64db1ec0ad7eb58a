using ShadowVm.Replication;
using ShadowVm.Replication.Frames;
using ShadowVm.Simulation.Machines;

namespace ShadowVm.Simulation.World;

/// <summary>
/// A replica as a process: role, executor and machine. The executor behaves as the host's guest thread does; the
/// role's thread sees its reports later, in order. A dead replica does nothing any more.
/// </summary>
internal sealed class SimulatedReplica(int number, SimulatedPair pair, Func<ISimulatedMachine> make) : IRoleActions
{
    private readonly Queue<Action> _orders = new();
    private readonly List<Interrupt> _inputs = [];
    private readonly List<Interrupt> _later = [];
    private IReadOnlyList<Interrupt> _connectedBefore = [];
    private IReadOnlyList<Interrupt> _delivered = [];
    private ulong _permitted;
    private long _roleTime;
    private bool _ordersBusy;
    private bool _stalled;
    private bool _awaiting;
    private int _run;

    public int Number => number;

    public IRole Role { get; set; } = null!;

    public ISimulatedMachine? Machine { get; private set; }

    public History History { get; } = new();

    public bool Alive { get; private set; } = true;

    /// <summary>Whether its guest runs as a primary's.</summary>
    public bool Leads { get; private set; }

    /// <summary>X: the last epoch of the failed primary that its survivor knows of; null before a take-over.</summary>
    public ulong? TookOverAfter { get; private set; }

    public bool TookOver => TookOverAfter is not null;

    public bool Solo { get; private set; }

    public ulong Generation { get; private set; } = 1;

    public RoleEnd? Ended { get; private set; }

    public int ExitCode { get; private set; }

    /// <summary>Builds the guest; gives the digest of its initial state.</summary>
    public Digest Build()
    {
        Machine = make();
        return Machine.Digest();
    }

    /// <summary>SIGKILL: in-flight frames and writes are the world's affair.</summary>
    public void Kill() => Alive = false;

    /// <summary>Plans something that this process does; it does not if it is dead by then.</summary>
    public void After(long microseconds, Action action) => pair.Schedule.After(microseconds, () =>
    {
        if (Alive) action();
    });

    /// <summary>Plans an event for the role; events keep their order.</summary>
    public void Post(Action<IRole> action)
    {
        _roleTime = Math.Max(_roleTime, pair.Schedule.Now + pair.Chance.Between(5, 150));
        pair.Schedule.At(_roleTime, () =>
        {
            if (Alive && Ended is null) action(Role);
        });
    }

    /// <summary>Something from outside: buffered to the end of the epoch.</summary>
    public void Input(Interrupt interrupt)
    {
        if (!Alive || Machine is null) return;
        _inputs.Add(interrupt);
        if (_awaiting) EndWaiting();
    }

    /// <summary>The guest's first epoch, as primary.</summary>
    public void Lead()
    {
        Leads = true;
        Begin([], SimulatedPair.FirstClock);
    }

    void IRoleActions.Send(Frame frame, bool flush)
    {
        if (Alive) pair.Send(this, frame);
    }

    void IRoleActions.Configure(byte[] configuration) => After(pair.Chance.Between(200, 3000), () =>
    {
        var initial = Build();
        Post(role => role.OnConfigured(initial));
    });

    void IRoleActions.PermitThrough(ulong epoch)
    {
        _permitted = Math.Max(_permitted, epoch);
        if (!_stalled || Machine!.Epoch > _permitted) return;
        _stalled = false;
        PlanRun();
    }

    void IRoleActions.Execute(ulong epoch, ClockPair clock, Interrupt[] batch) => Order(() =>
    {
        _connectedBefore = Machine!.Disconnects();
        Machine.BeginEpoch(batch, clock);
        Machine.RunEpoch();
        Report(batch, [], default);
    });

    void IRoleActions.TakeOver(TakeOverOrder order) => Order(() =>
    {
        Leads = true;
        var batch = new List<Interrupt>();
        if (order.Disconnects == DisconnectPlacement.First) batch.AddRange(Machine!.Disconnects());
        batch.AddRange(order.Batch);
        // Those that X's own interrupts end are not open any more when it comes to the disconnects.
        if (order.Disconnects == DisconnectPlacement.Last)
        {
            batch.AddRange(Machine!.Disconnects().Where(disconnect => !order.Batch.Any(disconnect.IsSameAs)));
        }

        if (order.Disconnects == DisconnectPlacement.BeforeFinish) batch.AddRange(_connectedBefore);
        _later.AddRange(order.Later.Select(interrupt => interrupt with { Epoch = Machine!.Epoch + 1 }));
        Begin(batch, order.Clock with { Base = Math.Max(order.Clock.Base, Machine!.GuestTime) });
    });

    void IRoleActions.Release(Output output)
    {
        if (Alive) pair.Release(this, output);
    }

    void IRoleActions.AskArbiter(ulong generation) => pair.Arbiter.Ask(generation, number, won =>
    {
        if (won) Generation = generation;
        Post(role => role.OnArbiter(generation, won));
    });

    void IRoleActions.Fence() => pair.Fence(this, () => Post(role => role.OnFenced(true, "")));

    void IRoleActions.Announce(ReplicaState state, ulong epoch, string detail)
    {
        Solo |= state == ReplicaState.Solo;
        if (state == ReplicaState.TookOver) TookOverAfter = epoch;
        pair.Trace.Add(pair.Schedule.Now, 50 + (int)state, epoch, (ulong)number);
    }

    void IRoleActions.End(RoleEnd reason, int exitCode, string detail)
    {
        (Ended, ExitCode) = (reason, exitCode);
        pair.OnEnded(this);
    }

    private void Order(Action action)
    {
        _orders.Enqueue(action);
        if (!_ordersBusy) NextOrder();
    }

    private void NextOrder()
    {
        _ordersBusy = _orders.Count != 0;
        if (!_ordersBusy) return;
        After(pair.Chance.Between(20, 600), () =>
        {
            _orders.Dequeue()();
            NextOrder();
        });
    }

    private void Begin(List<Interrupt> batch, ClockPair clock)
    {
        Machine!.BeginEpoch(batch, clock);
        _delivered = batch;
        if (Machine.Epoch > _permitted) _stalled = true;
        else PlanRun();
    }

    private void PlanRun() => After(pair.Chance.Between(20, 300), RunLeading);

    private void RunLeading()
    {
        var machine = Machine!;
        var waiting = machine.Waiting;
        machine.RunEpoch();
        if (!waiting || machine.ExitCode is not null || _inputs.Count != 0 || _later.Count != 0)
        {
            Close();
            return;
        }

        // The guest waits: the epoch ends with input or at its deadline.
        _awaiting = true;
        var run = ++_run;
        if (machine.Deadline is not { } deadline) return;
        var now = (ulong)pair.Schedule.Now * 1000;
        After(deadline > now ? (long)((deadline - now) / 1000) + 1 : 1, () =>
        {
            if (_awaiting && _run == run) EndWaiting();
        });
    }

    private void EndWaiting()
    {
        _awaiting = false;
        Close();
    }

    private void Close()
    {
        var machine = Machine!;
        List<Interrupt> batch = [.. _later, .. _inputs.Select(interrupt => interrupt with { Epoch = machine.Epoch })];
        _later.Clear();
        _inputs.Clear();
        if (machine.ExitCode is not null) batch.Clear();
        var clock = new ClockPair(Math.Max(machine.GuestTime, (ulong)pair.Schedule.Now * 1000), SimulatedPair.FirstClock.Rate);
        Report(_delivered, [.. batch], clock);
        if (machine.ExitCode is null) Begin(batch, clock);
    }

    private void Report(IReadOnlyList<Interrupt> delivered, Interrupt[] batch, ClockPair next)
    {
        var machine = Machine!;
        var report = new EpochReport
        {
            Epoch = machine.Epoch,
            Instructions = machine.Instructions,
            Digest = machine.Digest(),
            Outputs = machine.TakeOutputs(),
            Batch = batch,
            NextClock = next,
            Idle = machine.Waiting,
            ExitCode = machine.ExitCode,
        };
        History.Epochs.Add(new LivedEpoch(delivered, report.Outputs, report.Digest));
        pair.Trace.Add(pair.Schedule.Now, 10 + number, report.Epoch, report.Digest.Low);
        Post(role => role.OnEpochEnded(report));
    }
}
