using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>
/// The primary's side of the protocol.
/// <code>
/// waiting ── hello, configuration, ready ──▶ protected ── backup lost ──▶ holding ── arbiter's word ──▶ solo
/// </code>
/// Protected, each ended epoch becomes its interrupts and an end frame; its outputs are held until the commit policy
/// lets them go. Holding, the guest may run on within the lag limit, but nothing leaves. Solo, outputs leave at once.
/// </summary>
public sealed class PrimaryRole : IRole
{
    private readonly RoleSettings _settings;
    private readonly PairIdentity _identity;
    private readonly byte[] _configuration;
    private readonly Digest _initial;
    private readonly ClockPair _firstClock;
    private readonly IRoleActions _actions;
    private readonly RoleFaults _faults;
    private readonly PeerMonitor _peer;
    private readonly OutputGate _gate;
    private readonly LagControl _lag;
    private State _state = State.Waiting;
    private ulong _generation = 1;
    private ulong _ended;
    private ulong _instructions;
    private ulong _received;
    private ulong _permitted;
    private ulong _reported;
    private int? _exitCode;
    private bool _stopping;
    private bool _begun;

    /// <summary>A primary that has not run its guest yet.</summary>
    /// <param name="settings">What the operator set.</param>
    /// <param name="identity">Who this is.</param>
    /// <param name="configuration">What the backup builds the guest from; opaque.</param>
    /// <param name="initial">Digest of the guest before its first instruction.</param>
    /// <param name="firstClock">Guest time of epoch 1.</param>
    /// <param name="actions">Where actions go.</param>
    public PrimaryRole(
        RoleSettings settings,
        PairIdentity identity,
        byte[] configuration,
        Digest initial,
        ClockPair firstClock,
        IRoleActions actions)
        : this(settings, identity, configuration, initial, firstClock, actions, RoleFaults.None)
    {
    }

    internal PrimaryRole(
        RoleSettings settings,
        PairIdentity identity,
        byte[] configuration,
        Digest initial,
        ClockPair firstClock,
        IRoleActions actions,
        RoleFaults faults)
    {
        Check.That(
            configuration.Length <= FrameLimits.ConfigurationBytesMax,
            $"a configuration of {configuration.Length} bytes, at most {FrameLimits.ConfigurationBytesMax}");
        (_settings, _identity, _configuration) = (settings, identity, configuration);
        (_initial, _firstClock, _actions, _faults) = (initial, firstClock, actions, faults);
        _peer = new PeerMonitor(settings, actions);
        _gate = new OutputGate(actions);
        _lag = new LagControl(settings);
    }

    private enum State
    {
        Waiting,
        Greeting,
        Protected,
        Holding,
        Solo,
        Ended,
    }

    /// <inheritdoc/>
    public void OnConnected()
    {
        if (_state != State.Waiting) return;
        _state = State.Greeting;
        _peer.Watch();
    }

    /// <inheritdoc/>
    public void OnFrame(Frame frame)
    {
        _peer.Heard();
        switch (frame)
        {
            case Hello hello when _state == State.Greeting:
                Greet(hello);
                break;
            case Ready ready when _state == State.Greeting:
                Protect(ready);
                break;
            case Refuse refuse when _state == State.Greeting:
                WaitAgain(refuse.Sentence);
                break;
            case Refuse refuse when _state == State.Protected:
                Lose(refuse.Sentence);
                break;
            case Acknowledge acknowledge when _state == State.Protected:
                OnAcknowledge(acknowledge);
                break;
            case Goodbye goodbye when _state == State.Protected && goodbye.Stopped:
                End(RoleEnd.Stopped, goodbye.ExitCode, "the pair was stopped at the backup");
                break;
            case Heartbeat:
                break;
            default:
                if (_state is State.Greeting or State.Protected) Lose($"the backup sent {frame.GetType().Name} out of turn");
                break;
        }
    }

    /// <inheritdoc/>
    public void OnPeerLost(string reason)
    {
        _peer.Rest();
        switch (_state)
        {
            case State.Greeting:
                WaitAgain(reason);
                break;
            case State.Protected:
                Lose(reason);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnConfigured(Digest initial) => Check.That(false, "a primary was told that its guest is built");

    /// <inheritdoc/>
    public void OnConfigurationRefused(string sentence) => Check.That(false, "a primary refused its own configuration");

    /// <inheritdoc/>
    public void OnEpochEnded(EpochReport report)
    {
        if (_state == State.Ended) return;
        Check.That(report.Epoch == _ended + 1, $"epoch {report.Epoch} ended after epoch {_ended}");
        (_ended, _instructions, _exitCode) = (report.Epoch, report.Instructions, report.ExitCode);
        _gate.Hold(report.Outputs);
        if (_state == State.Protected) SendEpoch(report);
        if (_state == State.Solo) _gate.Release(ulong.MaxValue);
        Permit();
        if (_stopping) Stop();
        else FinishIfDone();
    }

    /// <inheritdoc/>
    public void OnReleased(ulong number)
    {
        if (!_gate.Confirm(number)) return;
        if (_state == State.Protected && _gate.ReleasedThrough > _reported)
        {
            _reported = _gate.ReleasedThrough;
            _actions.Send(new ReleasedThrough(_reported), flush: false);
        }

        Permit();
        FinishIfDone();
    }

    /// <inheritdoc/>
    public void OnArbiter(ulong generation, bool won)
    {
        if (_state != State.Holding) return;
        if (won)
        {
            _generation = generation;
            GoSolo();
        }
        else
        {
            End(
                RoleEnd.LostArbitration,
                RoleExitCodes.LostArbitration,
                $"the other replica holds generation {generation}; this one ends at epoch {_ended}");
        }
    }

    /// <inheritdoc/>
    public void OnFenced(bool done, string detail) => Check.That(false, "a primary was told of a fence");

    /// <inheritdoc/>
    public void OnTick(long milliseconds)
    {
        if (_state == State.Ended) return;
        Begin();
        if (!_peer.Tick(milliseconds, _ended, _instructions)) return;
        OnPeerLost($"nothing was heard from the backup for {_settings.TimeoutMilliseconds} ms");
    }

    /// <inheritdoc/>
    public void OnStop()
    {
        if (_state == State.Ended) return;
        _stopping = true;
        // With no epoch under way this is a boundary already.
        if (_state is State.Waiting or State.Greeting || _ended >= _permitted || _exitCode is not null) Stop();
    }

    /// <summary>The backup's role goes on as this one, alone, after a take-over.</summary>
    internal static PrimaryRole AfterTakeOver(
        RoleSettings settings,
        PairIdentity identity,
        IRoleActions actions,
        ulong generation,
        ulong endedEpoch,
        ulong instructions,
        ulong releasedThrough,
        IEnumerable<Output> repeat,
        int? exitCode)
    {
        var role = new PrimaryRole(settings, identity, [], default, default, actions, RoleFaults.None)
        {
            _state = State.Solo,
            _begun = true,
            _generation = generation,
            _ended = endedEpoch,
            _instructions = instructions,
            _exitCode = exitCode,
        };
        role._gate.StartAfter(releasedThrough);
        foreach (var output in repeat) role._gate.LetOut(output);
        role.Permit();
        role.FinishIfDone();
        return role;
    }

    private void Begin()
    {
        if (_begun) return;
        _begun = true;
        if (_settings.Solo) GoSolo();
        else _actions.Announce(ReplicaState.Waiting, 0, "for a backup");
    }

    private void Greet(Hello hello)
    {
        if (Hellos.Mismatch(hello, _identity, fromBackup: true) is { } sentence)
        {
            _actions.Send(new Refuse(sentence), flush: true);
            WaitAgain(sentence);
            return;
        }

        _actions.Send(
            new Hello(false, Hello.CurrentVersion, _identity.Build, _identity.Pair, _generation, _firstClock),
            flush: true);
        for (var at = 0; at == 0 || at < _configuration.Length; at += FrameLimits.DataBytesMax)
        {
            var part = _configuration.AsSpan(at, Math.Min(FrameLimits.DataBytesMax, _configuration.Length - at)).ToArray();
            _actions.Send(new ConfigurationPart((uint)at, (uint)_configuration.Length, part), flush: true);
        }
    }

    private void Protect(Ready ready)
    {
        if (ready.Initial != _initial)
        {
            var sentence = $"the backup built another guest: its digest is {ready.Initial}, the primary's is {_initial}";
            _actions.Send(new Refuse(sentence), flush: true);
            WaitAgain(sentence);
            return;
        }

        _state = State.Protected;
        _actions.Announce(ReplicaState.Protected, 1, "");
        Permit();
    }

    /// <summary>A backup that doesn't fit is no reason to end: the guest has not run, another may come.</summary>
    private void WaitAgain(string reason)
    {
        _peer.Rest();
        _state = State.Waiting;
        _actions.Announce(ReplicaState.Waiting, 0, reason);
    }

    private void OnAcknowledge(Acknowledge acknowledge)
    {
        if (acknowledge.Received > _ended || acknowledge.Executed > acknowledge.Received)
        {
            Lose($"the backup acknowledged epoch {acknowledge.Received}, but {_ended} is the last that ended");
            return;
        }

        _received = Math.Max(_received, acknowledge.Received);
        _lag.Executed(acknowledge, _peer.Now);
        var safe = _faults.HasFlag(RoleFaults.ReleaseAtEndOfPrevious) ? _received + 1 : _received;
        if (_settings.Commit != CommitPolicy.Patent) _gate.Release(safe);
        Permit();
        FinishIfDone();
    }

    private void SendEpoch(EpochReport report)
    {
        var bytes = 0L;
        foreach (var interrupt in report.Batch) bytes += InterruptFrames.Send(interrupt, _actions);
        // Somebody waits for what is held, for a guest that idles and for one that may go no further; policy patent relies on
        // the frame being gone.
        var wanted = _gate.Holds || report.Idle || report.ExitCode is not null || _ended >= _permitted
            || _settings.Commit != CommitPolicy.Output;
        _actions.Send(
            new EndOfEpoch(report.Epoch, report.Instructions, report.Digest, report.NextClock, report.ExitCode, wanted),
            flush: wanted);
        _lag.Sent(report.Epoch, bytes + FrameCodec.HeaderBytes);
        if (_settings.Commit == CommitPolicy.Patent) _gate.Release(report.Epoch);
        else if (_faults.HasFlag(RoleFaults.ReleaseAtEndOfPrevious)) _gate.Release(_received + 1);
    }

    private void Permit()
    {
        var through = _state switch
        {
            State.Solo => _gate.PendingBytes > _settings.HeldOutputBytes ? 0UL : ulong.MaxValue,
            State.Protected => _lag.PermittedThrough(_ended, _gate.PendingBytes > _settings.HeldOutputBytes),
            _ => 0UL,
        };
        if (_state == State.Protected && _settings.Commit == CommitPolicy.Epoch) through = Math.Min(through, _received + 1);
        if (through <= _permitted) return;
        _permitted = through;
        _actions.PermitThrough(through);
    }

    private void Lose(string reason)
    {
        _peer.Rest();
        if (_state == State.Greeting)
        {
            WaitAgain(reason);
            return;
        }

        _state = State.Holding;
        _actions.Announce(ReplicaState.BackupLost, _ended, reason);
        if (_faults.HasFlag(RoleFaults.EmitWithoutArbiter)) GoSolo();
        else _actions.AskArbiter(_generation + 1);
    }

    private void GoSolo()
    {
        _state = State.Solo;
        _actions.Announce(ReplicaState.Solo, _ended, "");
        _gate.Release(ulong.MaxValue);
        Permit();
        if (_stopping && _ended >= _permitted) Stop();
        FinishIfDone();
    }

    /// <summary>The guest's exit is an output too: it counts when its epoch is safe and everything else is out.</summary>
    private void FinishIfDone()
    {
        if (_exitCode is not { } code || _state is not (State.Protected or State.Solo) || !_gate.IsEmpty) return;
        if (_state == State.Protected)
        {
            if (_received < _ended && _settings.Commit != CommitPolicy.Patent) return;
            _actions.Send(new Goodbye(code, Stopped: false), flush: true);
        }

        End(RoleEnd.GuestExit, code, "");
    }

    private void Stop()
    {
        // A backup that is being greeted may be ready before this one hears of it: it must not take over.
        if (_state is State.Protected or State.Greeting)
        {
            _actions.Send(new Goodbye(RoleExitCodes.Stopped, Stopped: true), flush: true);
        }

        End(RoleEnd.Stopped, RoleExitCodes.Stopped, $"stopped at the end of epoch {_ended}");
    }

    private void End(RoleEnd reason, int exitCode, string detail)
    {
        _state = State.Ended;
        _peer.Rest();
        _actions.Announce(ReplicaState.Ended, _ended, detail);
        _actions.End(reason, exitCode, detail);
    }
}
