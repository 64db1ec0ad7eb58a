using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Tests;

/// <summary>What a role told its surroundings to do, in order.</summary>
internal sealed class RecordedActions : IRoleActions
{
    private readonly List<object> _all = [];

    public IReadOnlyList<object> All => _all;

    public Frame[] Frames => [.. Of<Sent>().Select(sent => sent.Frame)];

    public ulong[] Released => [.. Of<Release>().Select(release => release.Output.Number)];

    public ulong PermittedThrough => Of<Permit>().Select(permit => permit.Epoch).DefaultIfEmpty().Max();

    public ReplicaState[] States => [.. Of<Announced>().Select(announced => announced.State)];

    public Ended? End => Of<Ended>().SingleOrDefault();

    public T[] Of<T>() => [.. _all.OfType<T>()];

    public void Forget() => _all.Clear();

    void IRoleActions.Send(Frame frame, bool flush) => _all.Add(new Sent(frame, flush));

    void IRoleActions.Configure(byte[] configuration) => _all.Add(new Configure(configuration));

    void IRoleActions.PermitThrough(ulong epoch) => _all.Add(new Permit(epoch));

    void IRoleActions.Execute(ulong epoch, ClockPair clock, Interrupt[] batch) =>
        _all.Add(new Execute(epoch, clock, batch));

    void IRoleActions.TakeOver(TakeOverOrder order) => _all.Add(order);

    void IRoleActions.Release(Output output) => _all.Add(new Release(output));

    void IRoleActions.AskArbiter(ulong generation) => _all.Add(new AskArbiter(generation));

    void IRoleActions.Fence() => _all.Add(new Fence());

    void IRoleActions.Announce(ReplicaState state, ulong epoch, string detail) =>
        _all.Add(new Announced(state, epoch, detail));

    void IRoleActions.End(RoleEnd reason, int exitCode, string detail) => _all.Add(new Ended(reason, exitCode, detail));
}

internal sealed record Sent(Frame Frame, bool Flush);

internal sealed record Configure(byte[] Configuration);

internal sealed record Permit(ulong Epoch);

internal sealed record Execute(ulong Epoch, ClockPair Clock, Interrupt[] Batch);

internal sealed record Release(Output Output);

internal sealed record AskArbiter(ulong Generation);

internal sealed record Fence;

internal sealed record Announced(ReplicaState State, ulong Epoch, string Detail);

internal sealed record Ended(RoleEnd Reason, int ExitCode, string Detail);
