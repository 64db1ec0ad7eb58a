using System.Collections.Concurrent;
using System.Net.Sockets;
using ShadowVm.Events;
using ShadowVm.Host.Arbitration;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Channel;
using ShadowVm.Host.Clocks;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.Replica;
using ShadowVm.Machine;
using ShadowVm.Replication;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Host.LifeCycle;

/// <summary>
/// A replica's parts put together: role thread, guest's thread, backends, arbiter, fence. The same for both roles; a
/// backup gets its guest when the primary's configuration has come.
/// </summary>
internal sealed class ReplicaParts : IReplicaSurroundings, IBackendHost, IExecutorHooks, IDisposable
{
    private const int ArbiterRetryMilliseconds = 50;

    /// <summary>Exit code of a guest that waits for what can never come.</summary>
    private const int StuckExitCode = 1;

    private readonly ReplicaOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly Wakeup _guestWakeup = new();
    private readonly InterruptBuffer _inputs;
    private readonly BlockingCollection<Action> _errands = [];
    private PairConfiguration? _configuration;
    private Executor? _executor;
    private BackendSet? _backends;
    private LockFileArbiter? _arbiter;
    private ulong _generation = 1;
    private string _peer = "";
    private string? _stuck;
    private int _engaged;

    /// <summary>Puts a replica together; it has no guest yet.</summary>
    public ReplicaParts(ReplicaOptions options)
    {
        _options = options;
        _inputs = new InterruptBuffer(_guestWakeup);
        Role = new RoleThread(this) { OnTick = ReportProgress };
        // Answers that take time (a build, a kill, a slow share) are worked out here, one after the other.
        new Thread(RunErrands) { IsBackground = true, Name = "shadowvm errands" }.Start();
    }

    /// <summary>The role's thread.</summary>
    public RoleThread Role { get; }

    /// <summary>Builds the guest and what belongs to it. Starts nothing.</summary>
    /// <exception cref="HostException">It can't be built.</exception>
    public (Executor Executor, Digest Initial, ClockPair FirstClock) Build(PairConfiguration configuration)
    {
        var disks = configuration.Disks.Select(d => Disk(d.Name)).ToList();
        if (_options.ArbiterFolder is { } folder)
        {
            LockFileArbiter.Prepare(folder);
            var self = ProcessIdentity.Current;
            var asker = $"{self} on {self.Host}, started {self.StartTime}";
            _arbiter = new LockFileArbiter(folder, configuration.Pair, asker);
        }

        var guest = _options.Guests.Build(configuration, _options.Observer.Trouble);
        try
        {
            _backends = new BackendSet(guest, _options.Console, disks, _options.Files, configuration.Pair, this);
        }
        catch (HostException)
        {
            guest.Dispose();
            throw;
        }

        IGuestClock clock = configuration.Clock == ClockMode.Host ? new HostGuestClock() : new InstructionGuestClock();
        var sink = new RingSink(Role.Ring, Role.Wakeup, _guestWakeup, _stop.Token);
        var initial = guest.Digest();
        _configuration = configuration;
        _executor = new Executor(guest, clock, sink, _guestWakeup, _inputs, this, _stop);
        return (_executor, initial, clock.First);
    }

    /// <summary>
    /// Any thread: a connection to a peer stands. It is dropped where there is a session already, or was one.
    /// </summary>
    public void Connect(Socket socket)
    {
        if (Interlocked.Exchange(ref _engaged, 1) != 0)
        {
            socket.Dispose();
            return;
        }

        var channel = new TcpChannel(socket, ReplicationCodec.Instance, _options.Channel);
        Volatile.Write(ref _peer, channel.Peer?.ToString() ?? "");
        Role.PostConnected(channel);
    }

    /// <summary>The primary emits from the start.</summary>
    /// <exception cref="HostException">A backend can't be reached.</exception>
    public void OpenBackends() => _backends!.Open(_generation);

    /// <summary>Runs the role to its end, and sees what it let out on its way.</summary>
    public RoleOutcome Run(CancellationToken stop)
    {
        const int DrainMilliseconds = 10_000;
        using var registration = stop.Register(Role.PostStop);
        var outcome = Role.Run();
        _executor?.Stop(1000);
        if (_backends is { } backends && !backends.Drain(DrainMilliseconds))
        {
            Trouble("Not all of the console's output got out.");
        }

        return _stuck is { } stuck && outcome.Reason == RoleEnd.Stopped
            ? new RoleOutcome(RoleEnd.Failed, StuckExitCode, stuck)
            : outcome;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _errands.CompleteAdding();
        _executor?.Dispose();
        _backends?.Dispose();
        Role.Dispose();
    }

    void IReplicaSurroundings.Configure(byte[] configuration) => _errands.Add(() =>
    {
        try
        {
            if (!ConfigurationCodec.TryDecode(configuration, out var read, out var sentence))
            {
                throw new HostException(sentence);
            }

            foreach (var disk in read!.Disks) DiskIdentity.Check(Disk(disk.Name), disk.Identity);
            RequireConsole(read);
            RequireFiles(read);
            var (executor, initial, _) = Build(read);
            executor.Start(primary: false);
            Role.PostConfigured(executor, initial, read.Role);
        }
        catch (HostException e)
        {
            Role.PostRefused(e.Message);
        }
    });

    void IReplicaSurroundings.Release(Output output)
    {
        OpenAfterTakeOver();
        _backends!.Release(Wire.FromOutput(output));
    }

    void IReplicaSurroundings.AskArbiter(ulong generation) => _errands.Add(() =>
    {
        if (_arbiter is null)
        {
            Trouble("No arbiter is set, so nobody can say which replica may go on: this one doesn't.");
            Role.PostArbiter(generation, won: false);
            return;
        }

        if (WhyNotFenced() is { } sentence)
        {
            // Asked first: a generation that is taken in vain would keep the other replica, which may be well, from going on.
            Role.PostFailure(new HostException(sentence, RoleExitCodes.Failed));
            return;
        }

        bool? won;
        var told = false;
        while ((won = _arbiter.TryTake(generation)) is null && !_stop.IsCancellationRequested)
        {
            if (!told) Trouble("The arbiter doesn't answer; outputs are held and it is asked again.");
            told = true;
            _stop.Token.WaitHandle.WaitOne(ArbiterRetryMilliseconds);
        }

        if (won is not { } answer) return;
        if (answer) _generation = generation;
        Role.PostArbiter(generation, answer);
    });

    void IReplicaSurroundings.Fence() => _errands.Add(() =>
    {
        var (old, address) = (_configuration!.Primary, Volatile.Read(ref _peer));
        var (done, detail) = _options.Fencing is { } fencing
            ? fencing(old, address)
            : new Fence(old, _options.FenceCommand, address).Carry();
        Role.PostFenced(done, detail);
    });

    /// <summary>Why the old primary can't be shut out, where this is a backup and that is known already.</summary>
    private string? WhyNotFenced()
    {
        if (_configuration is not { Primary: var old } || old == ProcessIdentity.Current || old.IsOnThisHost) return null;
        return _options.Fencing is not null || _options.FenceCommand is not null
            ? null
            : $"The old primary at {Volatile.Read(ref _peer)} runs on another host and there is no --fence command: "
                + "this replica ends.";
    }

    void IReplicaSurroundings.TakingOver(TakeOverOrder order) => OpenAfterTakeOver();

    void IReplicaSurroundings.Announce(ReplicaState state, ulong epoch, string detail)
    {
        if (state == ReplicaState.Waiting) Volatile.Write(ref _engaged, 0);
        ShadowVmEventSource.Log.StateChanged(LineObserver.Words(state), (long)epoch);
        _options.Observer.StateChanged(state, epoch, detail);
    }

    void IBackendHost.Post(DeviceInput input) => _inputs.Post(input);

    void IBackendHost.Released(ulong number) => Role.PostReleased(number);

    void IBackendHost.Trouble(string sentence) => Trouble(sentence);

    void IBackendHost.Failed(string sentence) =>
        Role.PostFailure(new HostException(sentence, RoleExitCodes.Failed));

    bool IExecutorHooks.CanWake(ulong lastOutput) => lastOutput > Role.HandedOut || _backends!.MayRaise;

    void IExecutorHooks.OnStuck(ulong epoch)
    {
        _stuck = $"The guest waits since epoch {epoch} for an interrupt that nothing can raise.";
        Trouble(_stuck);
        Role.PostStop();
    }

    void IExecutorHooks.OnGoingOn(ulong epoch, ulong instructions) => _options.Observer.GoingOn(epoch, instructions);

    void IExecutorHooks.OnFailed(Exception exception) => Role.PostFailure(exception);

    private void Trouble(string sentence) => _options.Observer.Trouble(sentence);

    private DiskOptions Disk(string name) =>
        _options.Disks.FirstOrDefault(d => d.Name == name)
        ?? throw new HostException($"The pair's disk '{name}' has no path here: give --disk name={name},path=...");

    private void RequireConsole(PairConfiguration configuration)
    {
        if (configuration.ConsoleRelay && _options.Console.Relay is null)
        {
            throw new HostException("The primary's console goes through a relay, this replica was given none.");
        }
    }

    private void RequireFiles(PairConfiguration configuration)
    {
        if (configuration.FilesIdentity.Length == 0) return;
        if (_options.Files.Root is not { } root)
        {
            throw new HostException("The primary's program has files, this replica was given no --root.");
        }

        DiskIdentity.CheckFolder(root, configuration.FilesIdentity);
    }

    private void OpenAfterTakeOver()
    {
        try
        {
            _backends!.Open(_generation);
        }
        catch (HostException e)
        {
            // Its outputs could never be released: a survivor that nobody hears is none.
            Role.PostFailure(new HostException(e.Message, RoleExitCodes.Failed, e));
        }
    }

    private void ReportProgress(ulong epoch, ulong instructions) =>
        _options.Observer.Progress(new ReplicaProgress(
            epoch, instructions, _backends?.OutstandingDiskOperations ?? 0, Role.HandedOut));

    private void RunErrands()
    {
#pragma warning disable CA1031 // An errand that breaks ends this replica, not the process around it.
        foreach (var errand in _errands.GetConsumingEnumerable())
        {
            try
            {
                errand();
            }
            catch (Exception e)
            {
                Role.PostFailure(e);
            }
        }
#pragma warning restore CA1031
    }
}
