using ShadowVm.Host.Replica;
using ShadowVm.Machine;
using ShadowVm.Replication;

namespace ShadowVm.Host.Tests.Replica;

/// <summary>
/// A guest of a few lines: each epoch retires some instructions; what it does at its end is a script. Its digest is a
/// hash over all that was ever delivered, clocks included.
/// </summary>
internal sealed class FakeGuest : IGuest
{
    private readonly List<DeviceOutput> _outputs = new(4);
    private ulong _hash = 14695981039346656037;
    private ulong _numbers;
    private ClockPair _clock;
    private ulong _retiredAtStart;
    private bool _begun;

    public ulong InstructionsPerEpoch { get; init; } = 100;

    /// <summary>Runs at an epoch's end, on the guest's thread.</summary>
    public Action<FakeGuest>? Script { get; init; }

    public List<DeviceInput> Delivered { get; } = [];

    public List<ClockPair> Clocks { get; } = [];

    public bool KeepsClocks { get; init; }

    public ulong Epoch { get; private set; }

    public ulong Retired { get; private set; }

    public bool Waiting { get; set; }

    public int? ExitCode { get; set; }

    public ulong? Deadline { get; set; }

    public ulong GuestTime => _clock.Base + (ulong)((UInt128)(Retired - _retiredAtStart) * _clock.Rate >> 32);

    public ReadOnlySpan<DeviceOutput> Outputs => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_outputs);

    public IReadOnlyList<GuestDevice> Devices { get; init; } = [new(0, "console", BackendKind.Console)];

    public bool Disposed { get; private set; }

    public void Emit(ushort device, byte kind, bool bound, params byte[] data) =>
        _outputs.Add(new DeviceOutput(++_numbers, device, kind, bound, data));

    public void BeginEpoch(ReadOnlySpan<DeviceInput> batch, ClockPair clock)
    {
        Assert.False(_begun);
        Assert.True(clock.Base >= GuestTime, "guest time went back");
        foreach (var input in batch)
        {
            Delivered.Add(input);
            foreach (var value in input.Data) Mix(value);
            Waiting = false;
        }

        Mix(clock.Base);
        Mix(clock.Rate);
        _clock = clock;
        if (KeepsClocks) Clocks.Add(clock);
        if (Deadline is { } deadline && clock.Base >= deadline)
        {
            Deadline = null;
            Waiting = false;
        }

        _retiredAtStart = Retired;
        _outputs.Clear();
        Epoch++;
        _begun = true;
    }

    public void RunEpoch()
    {
        Assert.True(_begun);
        _begun = false;
        if (Waiting) return;
        Retired += InstructionsPerEpoch;
        Script?.Invoke(this);
    }

    public Digest Digest() => new(_hash, Retired);

    public void AddDisconnects(ICollection<DeviceInput> batch) => batch.Add(new DeviceInput(9, 2, true, [0xdc]));

    public void Dispose() => Disposed = true;

    private void Mix(ulong value) => _hash = (_hash ^ value) * 1099511628211;
}
