using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>
/// The backup's side of the protocol, and what follows a fail-over.
/// <code>
/// waiting ── hello, configuration ──▶ building ──▶ shadowing
///     ── primary lost ──▶ arbiter ──▶ fence ──▶ finish X ──▶ primary
/// </code>
/// Shadowing, epoch E is executed when its end frame has arrived, so the guest stands in X, the last one that ended, or
/// earlier; the batch of X stays undelivered until the end of X+1 or the take-over decides what belongs to it (patent
/// p. 12 and fig. 7). No output leaves.
/// </summary>
public sealed class BackupRole : IRole
{
    /// <summary>So many executed epochs are acknowledged before a tick does it, though more of them are to be executed.</summary>
    private const ulong AcknowledgedTogether = 128;

    private readonly IRoleActions _actions;
    private readonly RoleFaults _faults;
    private readonly PeerMonitor _peer;
    private readonly InterruptAssembly _incoming = new();
    private readonly Queue<EndOfEpoch> _expected = new(); // ended on the primary, not yet here
    private readonly Queue<Output> _suppressed = new();
    private RoleSettings _settings;
    private PairIdentity _identity;
    private State _state = State.Waiting;
    private byte[] _configuration = [];
    private int _configurationBytes;
    private ulong _generation = 1;
    private ClockPair _nextClock;
    private Interrupt[] _undelivered = []; // the batch of X
    private ulong _received; // X
    private ulong _ordered;
    private ulong _executed;
    private ulong _acknowledged; // of what was executed
    private ulong _instructions;
    private ulong _releasedThrough;
    private int? _exitCode;
    private Goodbye? _goodbye;
    private bool _fenced;
    private bool _begun;
    private PrimaryRole? _primary;

    /// <summary>A backup that knows nothing yet.</summary>
    /// <param name="settings">Times of the fault monitor until <see cref="Adopt"/>.</param>
    /// <param name="build">This program's version.</param>
    /// <param name="actions">Where actions go.</param>
    public BackupRole(RoleSettings settings, string build, IRoleActions actions)
        : this(settings, build, actions, RoleFaults.None)
    {
    }

    internal BackupRole(RoleSettings settings, string build, IRoleActions actions, RoleFaults faults)
    {
        (_settings, _actions, _faults) = (settings, actions, faults);
        _identity = new PairIdentity(Guid.Empty, build);
        _peer = new PeerMonitor(settings, actions);
    }

    private enum State
    {
        Waiting,
        Greeting,
        Building,
        Shadowing,
        AskingArbiter,
        Fencing,
        Finishing,
        Primary,
        Ended,
    }

    /// <summary>
    /// The pair's settings, which came in the configuration; called before <see cref="OnConfigured"/>.
    /// </summary>
    public void Adopt(RoleSettings settings) => _settings = _peer.Settings = settings;

    /// <inheritdoc/>
    public void OnConnected()
    {
        if (_state != State.Waiting) return;
        _state = State.Greeting;
        _peer.Watch();
        _actions.Send(
            new Hello(true, Hello.CurrentVersion, _identity.Build, Guid.Empty, 0, default), flush: true);
    }

    /// <inheritdoc/>
    public void OnFrame(Frame frame)
    {
        if (_state is not (State.Greeting or State.Building or State.Shadowing)) return;
        _peer.Heard();
        switch (frame)
        {
            case Hello hello when _state == State.Greeting:
                OnHello(hello);
                break;
            case ConfigurationPart part when _state == State.Greeting:
                OnConfigurationPart(part);
                break;
            case Refuse refuse:
                End(RoleEnd.Refused, RoleExitCodes.Refused, refuse.Sentence);
                break;
            case InterruptFrame interrupt when _state == State.Shadowing:
                if (_incoming.Add(interrupt, _received + 1) is { } sentence) OnPeerLost(sentence);
                break;
            case EndOfEpoch end when _state == State.Shadowing:
                OnEndOfEpoch(end);
                break;
            case ReleasedThrough released when _state == State.Shadowing:
                Forget(released.Number);
                break;
            case Goodbye goodbye:
                _goodbye = goodbye;
                EndIfDone();
                break;
            case Heartbeat:
                break;
            default:
                OnPeerLost($"the primary sent {frame.GetType().Name} out of turn");
                break;
        }
    }

    /// <inheritdoc/>
    public void OnPeerLost(string reason)
    {
        _peer.Rest();
        if (_goodbye is not null) return;
        switch (_state)
        {
            case State.Waiting or State.Greeting or State.Building:
                End(RoleEnd.Failed, RoleExitCodes.Failed, $"the primary was lost before the guest ran: {reason}");
                break;
            case State.Shadowing:
                _state = State.AskingArbiter;
                _actions.Announce(ReplicaState.PrimaryLost, _received, reason);
                _actions.AskArbiter(_generation + 1);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnConfigured(Digest initial)
    {
        if (_state != State.Building) return;
        _state = State.Shadowing;
        _actions.Send(new Ready(initial), flush: true);
        _actions.Announce(ReplicaState.Protected, 1, "");
    }

    /// <inheritdoc/>
    public void OnConfigurationRefused(string sentence)
    {
        if (_state != State.Building) return;
        _actions.Send(new Refuse(sentence), flush: true);
        End(RoleEnd.Refused, RoleExitCodes.Refused, sentence);
    }

    /// <inheritdoc/>
    public void OnEpochEnded(EpochReport report)
    {
        if (_primary is not null)
        {
            _primary.OnEpochEnded(report);
            return;
        }

        if (_state == State.Ended) return;
        Check.That(report.Epoch == _executed + 1, $"epoch {report.Epoch} was executed after epoch {_executed}");
        var expected = Expected(report.Epoch);
        if (expected is not null && Differs(report, expected) is { } difference)
        {
            Diverge(report.Epoch, difference);
            return;
        }

        (_executed, _instructions, _exitCode) = (report.Epoch, report.Instructions, report.ExitCode);
        Suppress(report.Outputs);
        if (report.Idle || expected?.Wanted == true) Acknowledge(flush: true);
        else if (_executed == _received || _executed - _acknowledged >= AcknowledgedTogether) Acknowledge(flush: false);

        EndIfDone();
        TakeOverIfDue();
    }

    /// <inheritdoc/>
    public void OnReleased(ulong number) => _primary?.OnReleased(number);

    /// <inheritdoc/>
    public void OnArbiter(ulong generation, bool won)
    {
        if (_state != State.AskingArbiter) return;
        if (!won)
        {
            End(
                RoleEnd.LostArbitration,
                RoleExitCodes.LostArbitration,
                $"the other replica holds generation {generation}; this one ends at epoch {_executed}");
            return;
        }

        _generation = generation;
        _state = State.Fencing;
        if (_faults.HasFlag(RoleFaults.NoFence)) OnFenced(true, "");
        else _actions.Fence();
    }

    /// <inheritdoc/>
    public void OnFenced(bool done, string detail)
    {
        if (_state != State.Fencing) return;
        if (!done)
        {
            End(RoleEnd.Failed, RoleExitCodes.Failed, $"the old primary can't be shut out: {detail}");
            return;
        }

        _fenced = true;
        _state = State.Finishing;
        TakeOverIfDue();
    }

    /// <inheritdoc/>
    public void OnTick(long milliseconds)
    {
        if (_primary is not null)
        {
            _primary.OnTick(milliseconds);
            return;
        }

        if (_state == State.Ended) return;
        if (!_begun) _actions.Announce(ReplicaState.Waiting, 0, "for the primary");
        _begun = true;
        if (_executed != _acknowledged) Acknowledge(flush: false);
        if (!_peer.Tick(milliseconds, _executed, _instructions)) return;
        OnPeerLost($"nothing was heard from the primary for {_settings.TimeoutMilliseconds} ms");
    }

    /// <inheritdoc/>
    public void OnStop()
    {
        if (_primary is not null)
        {
            _primary.OnStop();
            return;
        }

        if (_state == State.Ended) return;
        // The guest of a backup always stands at a boundary as far as the outside can tell.
        if (_state == State.Shadowing) _actions.Send(new Goodbye(RoleExitCodes.Stopped, Stopped: true), flush: true);
        End(RoleEnd.Stopped, RoleExitCodes.Stopped, $"stopped at the end of epoch {_executed}");
    }

    private void OnHello(Hello hello)
    {
        if (Hellos.Mismatch(hello, _identity, fromBackup: false) is { } sentence)
        {
            _actions.Send(new Refuse(sentence), flush: true);
            End(RoleEnd.Refused, RoleExitCodes.Refused, sentence);
            return;
        }

        _identity = _identity with { Pair = hello.Pair };
        (_generation, _nextClock) = (hello.Generation, hello.FirstClock);
    }

    private void OnConfigurationPart(ConfigurationPart part)
    {
        if (_identity.Pair == Guid.Empty)
        {
            OnPeerLost("the primary sent a configuration before its hello");
            return;
        }

        if (part.Total > FrameLimits.ConfigurationBytesMax || part.Offset != _configurationBytes
            || part.Offset + (ulong)part.Data.Length > part.Total || (part.Offset != 0 && part.Total != _configuration.Length))
        {
            OnPeerLost($"the primary sent bytes {part.Offset} to {part.Offset + part.Data.Length} of a configuration of {part.Total}");
            return;
        }

        if (part.Offset == 0) _configuration = new byte[part.Total];
        part.Data.CopyTo(_configuration, part.Offset);
        _configurationBytes += part.Data.Length;
        if (_configurationBytes < _configuration.Length) return;
        _state = State.Building;
        _actions.Configure(_configuration);
        _configuration = [];
    }

    private void OnEndOfEpoch(EndOfEpoch end)
    {
        if (end.Epoch != _received + 1 || _incoming.Partial)
        {
            OnPeerLost($"the end of epoch {end.Epoch} came after the end of epoch {_received}");
            return;
        }

        // Epoch E begins now, with the delivery of what was buffered for the boundary before it.
        var (clock, batch) = (_nextClock, _undelivered);
        (_received, _nextClock, _undelivered) = (end.Epoch, end.NextClock, _incoming.TakeAll());
        _expected.Enqueue(end);
        if (end.Wanted) Acknowledge(flush: true);
        Order(end.Epoch, clock, batch);
        if (_faults.HasFlag(RoleFaults.BackupRunsOn) && end.ExitCode is null)
        {
            Order(end.Epoch + 1, _nextClock, _undelivered);
        }
    }

    private void Acknowledge(bool flush)
    {
        if (_state != State.Shadowing) return;
        _acknowledged = _executed;
        _actions.Send(new Acknowledge(_received, Math.Min(_executed, _received), _instructions), flush);
    }

    private void Order(ulong epoch, ClockPair clock, Interrupt[] batch)
    {
        if (epoch <= _ordered) return; // a canary ran on into it
        _ordered = epoch;
        _actions.Execute(epoch, clock, batch);
    }

    /// <summary>What the primary said of this epoch's end; null where a canary has run on into it.</summary>
    private EndOfEpoch? Expected(ulong epoch)
    {
        while (_expected.TryPeek(out var end) && end.Epoch <= epoch)
        {
            _expected.Dequeue();
            if (end.Epoch == epoch) return end;
        }

        return null;
    }

    private static string? Differs(EpochReport here, EndOfEpoch there)
    {
        if (here.Instructions != there.Instructions)
        {
            return $"{here.Instructions} instructions were retired here, {there.Instructions} on the primary";
        }

        if (here.Digest != there.Digest) return $"the digest is {here.Digest} here, {there.Digest} on the primary";
        return here.ExitCode == there.ExitCode
            ? null
            : $"the exit code is {here.ExitCode?.ToString() ?? "none"} here, {there.ExitCode?.ToString() ?? "none"} there";
    }

    private void Diverge(ulong epoch, string difference)
    {
        var sentence = $"the replicas differ from epoch {epoch} on: {difference}";
        if (_state == State.Shadowing) _actions.Send(new Refuse(sentence), flush: true);
        End(RoleEnd.Diverged, RoleExitCodes.Diverged, sentence);
    }

    private void Suppress(Output[] outputs)
    {
        foreach (var output in outputs)
        {
            if (_faults.HasFlag(RoleFaults.SuppressionEndsWithRole) && _state > State.Shadowing) _actions.Release(output);
            else if (!output.Bound && output.Number > _releasedThrough) _suppressed.Enqueue(output);
        }
    }

    private void Forget(ulong releasedThrough)
    {
        _releasedThrough = Math.Max(_releasedThrough, releasedThrough);
        while (_suppressed.TryPeek(out var output) && output.Number <= _releasedThrough) _suppressed.Dequeue();
    }

    /// <summary>The end that the primary spoke of comes when the guest stands where the primary's stood.</summary>
    private void EndIfDone()
    {
        if (_goodbye is null || _state == State.Ended) return;
        if (_goodbye.Stopped) End(RoleEnd.Stopped, _goodbye.ExitCode, "the pair was stopped at the primary");
        else if (_executed >= _received) End(RoleEnd.GuestExit, _goodbye.ExitCode, "");
    }

    /// <summary>Patent fig. 7, steps 312 to 318.</summary>
    private void TakeOverIfDue()
    {
        if (_state != State.Finishing || !_fenced || _executed < Math.Max(_received, _ordered)) return;
        _state = State.Primary;
        var ranOn = _executed > _received;
        var received = _incoming.TakeAll();
        var kept = _faults.HasFlag(RoleFaults.KeepCompletionsOfFailedEpoch)
            ? received
            : Array.FindAll(received, interrupt => !interrupt.Bound);
        if (_exitCode is null)
        {
            _actions.TakeOver(new TakeOverOrder
            {
                AfterEpoch = _executed,
                Batch = ranOn ? kept : _undelivered,
                Later = ranOn ? [] : kept,
                Clock = _nextClock,
                Disconnects = Placement(ranOn),
            });
        }

        _actions.Announce(ReplicaState.TookOver, _received, "");
        _primary = PrimaryRole.AfterTakeOver(
            _settings, _identity, _actions, _generation, _executed, _instructions, _releasedThrough, _suppressed, _exitCode);
    }

    private DisconnectPlacement Placement(bool ranOn)
    {
        // The disconnects were due at the start of X+1; a guest that has run on is past it.
        if (ranOn || _faults.HasFlag(RoleFaults.DisconnectsLeftOut)) return DisconnectPlacement.None;
        if (_faults.HasFlag(RoleFaults.DisconnectsFirst)) return DisconnectPlacement.First;
        return _faults.HasFlag(RoleFaults.DisconnectsBeforeFinish) ? DisconnectPlacement.BeforeFinish : DisconnectPlacement.Last;
    }

    private void End(RoleEnd reason, int exitCode, string detail)
    {
        _state = State.Ended;
        _peer.Rest();
        _actions.Announce(ReplicaState.Ended, _executed, detail);
        _actions.End(reason, exitCode, detail);
    }
}
