using ShadowVm.Machine;
using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Console;
using ShadowVm.Machine.Programs;
using ShadowVm.Replication;
using ShadowVm.Vmm;

namespace ShadowVm.Host.Replica;

/// <summary>The virtual machine as the outside sees it.</summary>
public sealed class VirtualMachineGuest : IGuest
{
    // Registers and devices are compared at every boundary. Memory is at the first one after so many instructions: a
    // page's hash, and the first store to it after that, cost more than all else at a boundary. The same on both
    // replicas, since both are of one build and count the same instructions.
    private const ulong MemoryDigestInstructions = 1_000_000;

    private readonly VirtualMachine _machine;
    private ulong _nextMemoryDigest;

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
        var withMemory = _machine.Retired >= _nextMemoryDigest || _machine.ExitCode is not null;
        if (withMemory) _nextMemoryDigest = _machine.Retired + MemoryDigestInstructions;
        var digest = _machine.Digest(withMemory);
        return new Digest((ulong)digest, (ulong)(digest >> 64));
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch) => _machine.AddDisconnects(batch);

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();

    private static BackendKind KindOf(IDevice device) => device switch
    {
        Uart16550 => BackendKind.Console,
        ProgramConsole => BackendKind.Console,
        ChannelDevice => BackendKind.Disk,
        LinuxProgram => BackendKind.Files,
        _ => BackendKind.None,
    };
}
