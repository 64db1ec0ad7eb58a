using ShadowVm.Machine;
using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Console;
using ShadowVm.Replication;
using ShadowVm.Vmm;

namespace ShadowVm.Simulation.Machines;

/// <summary>The real virtual machine in the simulator's world.</summary>
public sealed class VmmMachine : ISimulatedMachine
{
    private readonly VirtualMachine _machine;
    private readonly List<DeviceInput> _batch = [];

    /// <summary>Wraps a machine that has not begun; disposing disposes it.</summary>
    public VmmMachine(VirtualMachine machine)
    {
        _machine = machine;
        ChannelClass = ClassOf(device => device is ChannelDevice);
        ConsoleClass = ClassOf(device => device is Uart16550);
    }

    /// <inheritdoc/>
    public ulong Epoch => _machine.Epoch;

    /// <inheritdoc/>
    public ulong Instructions => _machine.Retired;

    /// <inheritdoc/>
    public bool Waiting => _machine.Waiting;

    /// <inheritdoc/>
    public int? ExitCode => _machine.ExitCode;

    /// <inheritdoc/>
    public ulong GuestTime => _machine.GuestTime;

    /// <inheritdoc/>
    public ulong? Deadline => _machine.Deadline;

    /// <inheritdoc/>
    public uint ChannelClass { get; }

    /// <inheritdoc/>
    public uint ConsoleClass { get; }

    /// <inheritdoc/>
    public void BeginEpoch(IReadOnlyList<Interrupt> batch, ClockPair clock)
    {
        _batch.Clear();
        foreach (var interrupt in batch)
        {
            _batch.Add(new DeviceInput(
                (ushort)(interrupt.Class >> 16), (byte)interrupt.Class, interrupt.Bound, interrupt.Data));
        }

        _machine.BeginEpoch(_batch.ToArray(), new GuestClock(clock.Base, clock.Rate));
    }

    /// <inheritdoc/>
    public void RunEpoch() => _machine.RunEpoch();

    /// <inheritdoc/>
    public Output[] TakeOutputs()
    {
        var outputs = new Output[_machine.Outputs.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            var output = _machine.Outputs[i];
            outputs[i] = new Output(
                output.Number, Epoch, ((uint)output.Device << 16) | output.Kind, output.Bound, output.Data);
        }

        return outputs;
    }

    /// <inheritdoc/>
    public Digest Digest()
    {
        var digest = _machine.Digest();
        return new Digest((ulong)digest, (ulong)(digest >> 64));
    }

    /// <inheritdoc/>
    public IReadOnlyList<Interrupt> Disconnects()
    {
        var inputs = new List<DeviceInput>();
        _machine.AddDisconnects(inputs);
        return [.. inputs.Select(input =>
            new Interrupt(Epoch, ((uint)input.Device << 16) | input.Kind, input.Bound, input.Data))];
    }

    /// <inheritdoc/>
    public void Dispose() => _machine.Dispose();

    private uint ClassOf(Func<IDevice, bool> wanted)
    {
        for (var i = 0; i < _machine.Devices.Count; i++)
        {
            if (wanted(_machine.Devices[i])) return (uint)i << 16;
        }

        return uint.MaxValue & ~0xffffu;
    }
}
