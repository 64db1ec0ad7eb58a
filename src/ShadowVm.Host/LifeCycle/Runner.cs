using System.Runtime.ExceptionServices;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Clocks;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.Replica;
using ShadowVm.Machine;
using ShadowVm.Replication;
using ShadowVm.Replication.Roles;

namespace ShadowVm.Host.LifeCycle;

/// <summary>A guest without a pair: its outputs go straight to the backends.</summary>
public static class Runner
{
    /// <summary>Exit code after an operator's stop.</summary>
    public const int StoppedExitCode = 130;

    /// <summary>Runs a guest to its end.</summary>
    /// <returns>How it ended; the exit code is the guest's, 130 after a stop.</returns>
    /// <exception cref="HostException">It can't be built, or a file can't be used.</exception>
    public static RoleOutcome Run(RunnerOptions options, CancellationToken stop)
    {
        foreach (var disk in options.Disks) DiskFile.Prepare(disk);
        using var run = new UnprotectedRun(options);
        return run.ToEnd(stop);
    }
}

/// <summary>One unprotected guest at work.</summary>
internal sealed class UnprotectedRun : IBackendHost, IExecutorHooks, IBoundarySink, IDisposable
{
    private const int StuckExitCode = 1;
    private const int ProgressMilliseconds = 100;

    private readonly RunnerOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Wakeup _wakeup = new();
    private readonly InterruptBuffer _inputs;
    private readonly BackendSet _backends;
    private readonly Executor _executor;
    private RoleOutcome? _outcome;
    private Exception? _failure;
    private ulong _epoch;
    private ulong _instructions;

    public UnprotectedRun(RunnerOptions options)
    {
        _options = options;
        _inputs = new InterruptBuffer(_wakeup);
        var guest = options.Guests.Build(options.Configuration, options.Observer.Trouble);
        try
        {
            _backends = new BackendSet(guest, options.Console, options.Disks, options.Files, options.Configuration.Pair, this);
        }
        catch (HostException)
        {
            guest.Dispose();
            throw;
        }

        IGuestClock clock = options.Configuration.Clock == ClockMode.Host
            ? new HostGuestClock()
            : new InstructionGuestClock();
        _executor = new Executor(guest, clock, this, _wakeup, _inputs, this, _stopping);
    }

    bool IBoundarySink.WantsDigest => _options.OnDigest is not null;

    public RoleOutcome ToEnd(CancellationToken stop)
    {
        const int DrainMilliseconds = 10_000;
        using var registration = stop.Register(() => End(new RoleOutcome(RoleEnd.Stopped, Runner.StoppedExitCode, "")));
        _backends.Open(generation: 1);
        _executor.PermitThrough(long.MaxValue);
        _executor.Start(primary: true);
        while (!_ended.Wait(ProgressMilliseconds, CancellationToken.None)) ReportProgress();
        _executor.Stop(1000);
        ReportProgress();
        if (_failure is HostException) ExceptionDispatchInfo.Throw(_failure);
        if (_failure is not null) throw new InvalidOperationException("the guest stops: " + _failure.Message, _failure);
        if (!_backends.Drain(DrainMilliseconds)) _options.Observer.Trouble("Not all of the console's output got out.");
        return _outcome!;
    }

    public void Dispose()
    {
        _executor.Dispose();
        _backends.Dispose();
    }

    void IBoundarySink.Write(in BoundaryRecord record, bool urgent)
    {
        Volatile.Write(ref _epoch, record.Epoch);
        Volatile.Write(ref _instructions, record.Instructions);
        foreach (var output in record.Outputs) _backends.Release(Wire.FromOutput(output));
        _options.OnDigest?.Invoke(record.Epoch, record.Digest);
        if (record.Exited) End(new RoleOutcome(RoleEnd.GuestExit, record.ExitCode, ""));
        // A guest that writes faster than its console takes waits here, unseen by any register.
        while (record.Outputs.Length != 0 && _backends.PendingBytes > _options.PendingOutputBytes
            && !_stopping.IsCancellationRequested)
        {
            Thread.Sleep(1);
        }
    }

    void IBoundarySink.Hurry()
    {
    }

    void IBackendHost.Post(DeviceInput input) => _inputs.Post(input);

    void IBackendHost.Released(ulong number)
    {
    }

    void IBackendHost.Trouble(string sentence) => _options.Observer.Trouble(sentence);

    void IBackendHost.Failed(string sentence) =>
        ((IExecutorHooks)this).OnFailed(new HostException(sentence, RoleExitCodes.Failed));

    bool IExecutorHooks.CanWake(ulong lastOutput) => _backends.MayRaise;

    void IExecutorHooks.OnStuck(ulong epoch) => End(new RoleOutcome(
        RoleEnd.Failed,
        StuckExitCode,
        $"The guest waits since epoch {epoch} for an interrupt that nothing can raise."));

    void IExecutorHooks.OnGoingOn(ulong epoch, ulong instructions)
    {
    }

    void IExecutorHooks.OnFailed(Exception exception)
    {
        _failure = exception;
        _ended.Set();
    }

    private void ReportProgress() => _options.Observer.Progress(new ReplicaProgress(
        Volatile.Read(ref _epoch),
        Volatile.Read(ref _instructions),
        _backends.OutstandingDiskOperations,
        _executor.LastOutput));

    private void End(RoleOutcome outcome)
    {
        Interlocked.CompareExchange(ref _outcome, outcome, null);
        _ended.Set();
    }
}
