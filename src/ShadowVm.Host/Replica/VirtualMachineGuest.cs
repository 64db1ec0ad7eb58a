using ShadowVm.Machine;
using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Console;
using ShadowVm.Replication;
using ShadowVm.Vmm;

namespace ShadowVm.Host.Replica;

/// <summary>The virtual machine as the outside sees it.</summary>
public sealed class VirtualMachineGuest : IGuest
{
    private readonly VirtualMachine _machine;

    /// <summary>Takes over a machine, which lives as long as this.</summary>
    public VirtualMachineGuest(VirtualMachine machine)
    {
        _machine = machine;
        var devices = new GuestDevice[machine.Devices.Count];
        for (var i = 0; i < devices.Length; i++)
        {
            devices[i] = new GuestDevice((ushort)i, machine.Devices[i].Name, KindOf(machine.Devices[i]));
        }

        Devices = devices;
    }

    /// <inheritdoc/>
    public ulong Epoch => _machine.Epoch;

    /// <inheritdoc/>
    public ulong Retired => _machine.Retired;

    /// <inheritdoc/>
    public bool Waiting => _machine.Waiting;

    /// <inheritdoc/>
    public int? ExitCode => _machine.ExitCode;

    /// <inheritdoc/>
    public ulong GuestTime => _machine.GuestTime;

    /// <inheritdoc/>
    public ulong? Deadline => _machine.Deadline;

    /// <inheritdoc/>
    public ReadOnlySpan<DeviceOutput> Outputs => _machine.Outputs;

    /// <inheritdoc/>
    public IReadOnlyList<GuestDevice> Devices { get; }

    /// <inheritdoc/>
    public void BeginEpoch(ReadOnlySpan<DeviceInput> batch, ClockPair clock) =>
        _machine.BeginEpoch(batch, new GuestClock(clock.Base, clock.Rate));

    /// <inheritdoc/>
    public void RunEpoch() => _machine.RunEpoch();

    /// <inheritdoc/>
    public Digest Digest()
    {
        var digest = _machine.Digest();
        return new Digest((ulong)digest, (ulong)(digest >> 64));
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch) => _machine.AddDisconnects(batch);

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();

    private static BackendKind KindOf(IDevice device) => device switch
    {
        Uart16550 => BackendKind.Console,
        ChannelDevice => BackendKind.Disk,
        _ => BackendKind.None,
    };
}
