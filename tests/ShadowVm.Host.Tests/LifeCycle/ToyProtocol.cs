using System.Buffers;
using System.Text.Json;
using ShadowVm.Host.Channel;
using ShadowVm.Host.Configuration;
using ShadowVm.Host.LifeCycle;
using ShadowVm.Replication;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Host.Tests.LifeCycle;

/// <summary>
/// Roles of a few lines, enough to drive every part of the outside: without heartbeats, lag, divergence, or a reason
/// to trust them.
/// </summary>
internal sealed class ToyProtocol : IPairProtocol, IFrameCodec
{
    public IFrameCodec Codec => this;

    public IRole Primary(IRoleActions actions, PairConfiguration configuration, byte[] encoded, Digest initial) =>
        new ToyPrimary(actions, encoded, initial);

    public IRole Backup(IRoleActions actions) => new ToyBackup(actions);

    public void Write(Frame frame, IBufferWriter<byte> destination)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes((ToyMessage)frame);
        destination.Write(BitConverter.GetBytes(text.Length));
        destination.Write(text);
    }

    public bool TryRead(ref ReadOnlySpan<byte> bytes, out Frame? frame)
    {
        frame = null;
        if (bytes.Length < sizeof(int) || bytes.Length < sizeof(int) + BitConverter.ToInt32(bytes)) return false;
        var length = BitConverter.ToInt32(bytes);
        frame = JsonSerializer.Deserialize<ToyMessage>(bytes.Slice(sizeof(int), length));
        bytes = bytes[(sizeof(int) + length)..];
        return true;
    }
}

internal sealed record ToyMessage(
    string Kind, ulong Number = 0, byte[]? Data = null, ClockPair Clock = default, Interrupt[]? Batch = null) : Frame;

internal sealed class ToyPrimary(IRoleActions actions, byte[] configuration, Digest initial) : IRole
{
    private readonly List<Output> _held = [];
    private (ulong Epoch, int Code)? _exit;
    private bool _alone;

    public void OnConnected() => actions.Send(new ToyMessage("configuration", Data: configuration), flush: true);

    public void OnFrame(Frame frame)
    {
        var message = (ToyMessage)frame;
        if (message.Kind == "refused")
        {
            actions.End(RoleEnd.Refused, 2, "refused");
        }
        else if (message.Kind == "ready")
        {
            if (message.Number != initial.Low) actions.End(RoleEnd.Diverged, 1, "another guest");
            actions.Announce(ReplicaState.Protected, 0, "");
            actions.PermitThrough(ulong.MaxValue);
        }
        else
        {
            Commit(message.Number);
        }
    }

    public void OnPeerLost(string reason)
    {
        actions.Announce(ReplicaState.BackupLost, 0, reason);
        actions.AskArbiter(2);
    }

    public void OnArbiter(ulong generation, bool won)
    {
        if (!won)
        {
            actions.End(RoleEnd.LostArbitration, 3, "lost");
            return;
        }

        _alone = true;
        actions.Announce(ReplicaState.Solo, 0, "");
        Commit(ulong.MaxValue);
    }

    public void OnEpochEnded(EpochReport report)
    {
        _held.AddRange(report.Outputs);
        if (report.ExitCode is { } code) _exit = (report.Epoch, code);
        actions.Send(
            new ToyMessage("end", report.Epoch, Clock: report.NextClock, Batch: report.Batch),
            flush: report.Outputs.Length != 0 || report.Idle || _exit is not null);
        if (_alone) Commit(ulong.MaxValue);
    }

    public void OnStop()
    {
        actions.Send(new ToyMessage("stop"), flush: true);
        actions.End(RoleEnd.Stopped, 130, "");
    }

    public void OnConfigured(Digest initial)
    {
    }

    public void OnConfigurationRefused(string sentence)
    {
    }

    public void OnReleased(ulong number)
    {
    }

    public void OnFenced(bool done, string detail)
    {
    }

    public void OnTick(long milliseconds)
    {
    }

    private void Commit(ulong through)
    {
        foreach (var output in _held.Where(o => o.Epoch <= through)) actions.Release(output);
        _held.RemoveAll(o => o.Epoch <= through);
        if (_exit is { } exit && exit.Epoch <= through) actions.End(RoleEnd.GuestExit, exit.Code, "");
    }
}

internal sealed class ToyBackup(IRoleActions actions) : IRole
{
    private readonly List<Output> _suppressed = [];
    private ClockPair _clock;
    private Interrupt[] _batch = [];
    private ulong _received;
    private ulong _executed;
    private bool _emits;
    private bool _won;

    public void OnConnected()
    {
    }

    public void OnFrame(Frame frame)
    {
        var message = (ToyMessage)frame;
        switch (message.Kind)
        {
            case "configuration":
                actions.Configure(message.Data!);
                break;
            case "stop":
                actions.End(RoleEnd.Stopped, 130, "");
                break;
            default:
                actions.Execute(++_received, _clock, _batch);
                (_clock, _batch) = (message.Clock, message.Batch!);
                actions.Send(new ToyMessage("ack", _received), flush: true);
                break;
        }
    }

    public void OnConfigured(Digest initial)
    {
        actions.Announce(ReplicaState.Protected, 0, "");
        actions.Send(new ToyMessage("ready", initial.Low), flush: true);
    }

    public void OnConfigurationRefused(string sentence)
    {
        actions.Send(new ToyMessage("refused"), flush: true);
        actions.End(RoleEnd.Refused, 2, sentence);
    }

    public void OnPeerLost(string reason)
    {
        actions.Announce(ReplicaState.PrimaryLost, _received, reason);
        actions.AskArbiter(2);
    }

    public void OnArbiter(ulong generation, bool won)
    {
        _won = won;
        if (won) GoOn();
        else actions.End(RoleEnd.LostArbitration, 3, "lost");
    }

    public void OnEpochEnded(EpochReport report)
    {
        _executed = report.Epoch;
        if (_emits) foreach (var output in report.Outputs) actions.Release(output);
        else _suppressed.AddRange(report.Outputs);
        if (report.ExitCode is { } code) actions.End(RoleEnd.GuestExit, code, "");
        else if (_won && !_emits) GoOn();
    }

    public void OnStop() => actions.End(RoleEnd.Stopped, 130, "");

    public void OnReleased(ulong number)
    {
    }

    public void OnFenced(bool done, string detail)
    {
    }

    public void OnTick(long milliseconds)
    {
    }

    private void GoOn()
    {
        if (_executed < _received) return;
        _emits = true;
        actions.Announce(ReplicaState.TookOver, _received, "");
        foreach (var output in _suppressed) actions.Release(output);
        actions.TakeOver(new TakeOverOrder { AfterEpoch = _received, Batch = _batch, Later = [], Clock = _clock });
        actions.PermitThrough(ulong.MaxValue);
    }
}
