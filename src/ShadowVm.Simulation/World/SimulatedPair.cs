using ShadowVm.Replication;
using ShadowVm.Replication.Frames;
using ShadowVm.Replication.Roles;
using ShadowVm.Simulation.Checkers;
using ShadowVm.Simulation.Machines;

namespace ShadowVm.Simulation.World;

/// <summary>Primary, backup and the world around them, in one thread under a seed.</summary>
internal sealed class SimulatedPair
{
    private const string Build = "simulated";
    private const long TickMicroseconds = 5_000;
    private const long LimitMicroseconds = 60_000_000;

    private readonly SimulationSettings _settings;
    private readonly Link[] _links;
    private readonly SimulatedReplica[] _replicas;
    private readonly EmissionChecker _emissions;
    private readonly uint _channelClass;
    private readonly bool _cutTail;
    private long _quietAfter;

    public SimulatedPair(SimulationSettings settings)
    {
        _settings = settings;
        Chance = new Chance(settings.Seed);
        Outside = new Outside(Schedule, Chance, Trace, settings.Accidents, Violations);
        Arbiter = new Arbiter(Schedule, Chance, Trace);
        _links = [new Link(Schedule, Chance, Trace, 0), new Link(Schedule, Chance, Trace, 1)];
        _emissions = new EmissionChecker(Violations, settings.Commit);
        // Policy patent relies on the channel to deliver the last message; the others survive without it.
        _cutTail = settings.Commit == CommitPolicy.Patent
            ? settings.Canary == Canary.TailCut
            : settings.Accidents && Chance.OneIn(2);
        var make = settings.Machine ?? MakeFake();
        _replicas = [new SimulatedReplica(0, this, make), new SimulatedReplica(1, this, make)];
        var roles = Roles(settings);
        var initial = Primary.Build();
        _channelClass = Primary.Machine!.ChannelClass;
        var faults = Canaries.FaultsOf(settings.Canary);
        Primary.Role = new PrimaryRole(
            roles, new PairIdentity(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), Build), [1, 2, 3], initial, FirstClock, Primary, faults);
        Backup.Role = new BackupRole(roles, Build, Backup, faults);
    }

    /// <summary>Guest time of epoch 1: zero, a microsecond a step.</summary>
    public static ClockPair FirstClock => new(0, 1000UL << 32);

    public Schedule Schedule { get; } = new();

    public Chance Chance { get; }

    public Trace Trace { get; } = new();

    public Arbiter Arbiter { get; }

    public Outside Outside { get; }

    public List<string> Violations { get; } = [];

    public SimulatedReplica Primary => _replicas[0];

    public SimulatedReplica Backup => _replicas[1];

    public uint ChannelClass => _channelClass;

    public long Events { get; private set; }

    /// <summary>Runs to the guest's end, or to the limit that a hang is known by.</summary>
    public void Run()
    {
        foreach (var replica in _replicas)
        {
            replica.Post(role => role.OnConnected());
            Tick(replica);
        }

        Primary.After(1, Primary.Lead);
        if (_settings.CrashAt is null && _settings.Accidents) PlanAccidents();
        while (Schedule.Next() is { } action && Schedule.Now < LimitMicroseconds && !IsOver())
        {
            Events++;
            if (Events == _settings.CrashAt) Kill(Primary);
            action();
            if (Violations.Count > 8) return;
        }

        _quietAfter = Schedule.Now;
    }

    /// <summary>The replica whose guest reached its end, or null.</summary>
    public SimulatedReplica? Finisher() =>
        _replicas.FirstOrDefault(replica => replica is { Ended: RoleEnd.GuestExit, TookOver: true })
        ?? _replicas.FirstOrDefault(replica => replica.Ended == RoleEnd.GuestExit && replica.Leads);

    public SimulationResult Conclude()
    {
        EndChecker.Check(this);
        var command = _settings.Command();
        return new SimulationResult(
            [.. Violations.Select(violation => $"{violation}; repeat with: {command}")],
            Trace.Hash,
            Events,
            _quietAfter,
            Backup.TookOver,
            Outside.Submissions.Count - Outside.Submissions.Distinct(ByContent.Instance).Count());
    }

    public void Send(SimulatedReplica from, Frame frame)
    {
        var to = _replicas[1 - from.Number];
        _links[from.Number].Send(frame, copy => to.Post(role => role.OnFrame(copy)));
    }

    public void Release(SimulatedReplica replica, Output output)
    {
        Trace.Add(Schedule.Now, 60 + replica.Number, output.Number, Trace.Of(output.Data));
        _emissions.OnRelease(replica, output, _links[0].EndsArrived);
        if (Channels.TryRequest(output, _channelClass, out var request))
        {
            Outside.Request(replica.Number, request, reply => replica.Input(Channels.ToInterrupt(reply, _channelClass, 0)));
            replica.Post(role => role.OnReleased(output.Number));
        }
        else
        {
            Outside.Print(
                replica.Number, replica.Generation, output, () => replica.Post(role => role.OnReleased(output.Number)));
        }
    }

    public void Fence(SimulatedReplica survivor, Action done)
    {
        var other = _replicas[1 - survivor.Number];
        Schedule.After(Chance.Between(200, 3000), () =>
        {
            other.Kill();
            Outside.Fence(other.Number);
            if (survivor.Alive) done();
        });
    }

    /// <summary>A replica ended by itself: it closes its channel after what it sent has left.</summary>
    public void OnEnded(SimulatedReplica replica) => Lose(replica, cutTail: false);

    private void Kill(SimulatedReplica replica)
    {
        if (!replica.Alive || replica.Ended is not null) return;
        replica.Kill();
        Trace.Add(Schedule.Now, 70, (ulong)replica.Number);
        Lose(replica, _cutTail);
    }

    private void Lose(SimulatedReplica replica, bool cutTail)
    {
        var other = _replicas[1 - replica.Number];
        _links[replica.Number].SenderDied(cutTail, () => other.Post(role => role.OnPeerLost("the channel was closed")));
    }

    private void PlanAccidents()
    {
        switch (Chance.Below(8))
        {
            case <= 4:
                Schedule.After(Chance.Below(60_000), () => Kill(Primary));
                break;
            case 5:
                Schedule.After(Chance.Below(60_000), () => Kill(Backup));
                break;
            case 6 when _settings.Commit != CommitPolicy.Patent: // the patent's channel delivers its last message
                Schedule.After(Chance.Below(60_000), () =>
                {
                    foreach (var link in _links) link.Partition();
                });
                break;
        }

        for (var i = Chance.Below(4); i > 0; i--)
        {
            Schedule.After(Chance.Below(60_000), () =>
            {
                var leader = _replicas.FirstOrDefault(replica => replica.Alive && replica.Leads);
                leader?.Input(new Interrupt(0, leader.Machine!.ConsoleClass | 1, Bound: false, [(byte)'x']));
            });
        }
    }

    private void Tick(SimulatedReplica replica) => replica.After(TickMicroseconds, () =>
    {
        if (replica.Ended is not null) return;
        replica.Post(role => role.OnTick(Schedule.Now / 1000));
        Tick(replica);
    });

    private bool IsOver() => Array.TrueForAll(_replicas, replica => !replica.Alive || replica.Ended is not null);

    private Func<ISimulatedMachine> MakeFake()
    {
        var compares = Chance.OneIn(2);
        var steps = (int)Chance.Between(2, 6);
        return () => new FakeMachine(_settings.Records, steps, compares);
    }

    private static RoleSettings Roles(SimulationSettings settings) => new() { Commit = settings.Commit };
}

/// <summary>Submissions of equal content to one sector are the same operation.</summary>
internal sealed class ByContent : IEqualityComparer<Submitted>
{
    public static readonly ByContent Instance = new();

    public bool Equals(Submitted? x, Submitted? y) => x!.Sector == y!.Sector && x.Content == y.Content;

    public int GetHashCode(Submitted obj) => (int)(obj.Content ^ obj.Sector);
}
