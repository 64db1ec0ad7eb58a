using System.IO.Hashing;
using System.Runtime.InteropServices;
using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Translation.Listing;
using ShadowVm.Events;
using ShadowVm.Isa;
using ShadowVm.Isa.Numerics;
using ShadowVm.Machine;
using ShadowVm.Machine.Description;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Vmm;

/// <summary>
/// One guest and the monitor around it: the virtual processor runs user instructions, the monitor carries out kernel
/// instructions and device accesses on this machine's own state, and time is cut into epochs (patent fig. 3).
/// <para>
/// The life of an epoch: <see cref="BeginEpoch"/> delivers what was buffered for the boundary and sets the recovery
/// counter (steps 206 and 200), <see cref="RunEpoch"/> runs to its end (steps 202 and 204), and between the two
/// stands the boundary, where <see cref="Digest"/>, <see cref="Outputs"/> and <see cref="GuestTime"/> may be read.
/// Everything is a function of image, settings and what is delivered. Nothing here knows a role: who may emit what
/// is decided above.
/// </para>
/// </summary>
public sealed partial class VirtualMachine : IDisposable, IDeviceHost
{
    private readonly IsaDefinition _isa;
    private readonly CpuState _cpu;
    private readonly EpochClock _clock = new();
    private readonly Bus _bus;
    private readonly ExecutionEngine _engine;
    private readonly MemoryDigest _memoryDigest;
    private readonly RegisterDigest _registerDigest;
    private readonly StateWriter _state = new();
    private readonly StateWriter _deviceState = new();
    private readonly List<DeviceOutput> _outputs = [];
    private readonly ulong _noInterrupt;
    private readonly long _stateSeed;
    private ulong _outputNumber;
    private long _deviceVersion = -1;
    private Wide _deviceDigest;
    private bool _begun;

    /// <summary>Builds a machine with its image loaded and the processor at reset.</summary>
    /// <param name="isa">The guest's instruction set.</param>
    /// <param name="description">The machine around the processor.</param>
    /// <param name="image">An ELF file.</param>
    /// <param name="settings">Settings; both replicas need the same.</param>
    /// <exception cref="ImageException">The image can't be loaded: one sentence says why.</exception>
    public VirtualMachine(
        IsaDefinition isa, MachineDescription description, ReadOnlyMemory<byte> image, VirtualMachineSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.EpochLength, VirtualMachineSettings.EpochLengthMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.EpochLength, VirtualMachineSettings.EpochLengthMax);
        _isa = isa;
        EpochLength = settings.EpochLength;
        var abi = description.Abi is null ? null : AbiOf(isa);
        Memory = new GuestMemory(abi?.MemoryStart ?? description.RamStart, settings.MemoryBytes ?? description.RamSize);
        _cpu = new CpuState(isa.SlotCount);
        _bus = new Bus(
            description, this, abi is null ? null : (first, host) => MakeProgram(abi, settings.Program, first, host));
        _engine = new ExecutionEngine(
            isa, _cpu, Memory, _bus, _clock, settings.Engine with { CallCause = abi?.CallCause });
        _memoryDigest = new MemoryDigest(Memory);
        _registerDigest = new RegisterDigest(isa.SlotCount);
        _drainPolicy = settings.DrainPolicy;
        if (isa.Hooks.Deliver is not null)
        {
            var hardware = new TrapHardware(settings.Engine.TrapHardware);
            _traps = new DelayedTrapMonitor(hardware, settings.Protected, settings.DrainPriv ?? settings.Protected);
        }

        var interruptBits = isa.Hooks.Interrupt.ResultWidth;
        _noInterrupt = interruptBits == 64 ? ulong.MaxValue : (1UL << interruptBits) - 1;
        _stateSeed = HashOfLayout();

        var target = new ElfTarget((ushort)isa.ElfMachine, isa.ElfClass, isa.BigEndian);
        if (_program is not null)
        {
            StartProgram(settings.ImageName, image.Span, target);
            return;
        }

        var loaded = ElfLoader.Load(settings.ImageName, image.Span, target, Memory);
        GuestParameters.Apply(settings.Parameters, loaded.Entry, Memory);
        Reset(loaded.Entry);
    }

    /// <summary>What the recovery counter is set to at the start of each epoch.</summary>
    public long EpochLength { get; }

    /// <summary>The epoch that runs or has just ended; 0 before the first <see cref="BeginEpoch"/>.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Guest instructions retired since the start; trap entries are left out.</summary>
    public ulong Retired => _cpu.Retired;

    /// <summary>
    /// True where the guest waits for the outside. While it does, epochs have no instructions, until something that
    /// wakes it is delivered.
    /// </summary>
    public bool Waiting { get; private set; }

    /// <summary>The guest's exit code once it has ended.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Guest time in nanoseconds after the last retired instruction.</summary>
    public ulong GuestTime => _clock.At(_cpu.Retired);

    /// <summary>Guest time in nanoseconds at which a device wants a boundary, or null.</summary>
    public ulong? Deadline => _bus.Deadline == ulong.MaxValue ? null : _bus.Deadline;

    /// <summary>What the epoch that just ended asked of the outside, in order of number.</summary>
    public ReadOnlySpan<DeviceOutput> Outputs => CollectionsMarshal.AsSpan(_outputs);

    /// <summary>Number of the last output, 0 before the first.</summary>
    public ulong LastOutput => _outputNumber;

    /// <summary>Devices by index, as inputs and outputs name them.</summary>
    public IReadOnlyList<IDevice> Devices => _bus.Devices;

    /// <summary>Guest RAM.</summary>
    public GuestMemory Memory { get; }

    /// <summary>The processor's registers, for tests and debuggers.</summary>
    public CpuState Cpu => _cpu;

    /// <summary>What the engine did so far, for whoever tunes it; no part of guest state.</summary>
    public EngineStatistics Statistics => _engine.Statistics;

    /// <summary>
    /// The translated blocks that may run now, by guest address; asked for while no epoch runs. The list outlives
    /// the machine.
    /// </summary>
    public IReadOnlyList<HostCode> TranslatedBlocks() => _engine.TranslatedBlocks();

    /// <summary>The same for regions.</summary>
    public IReadOnlyList<HostCode> TranslatedRegions() => _engine.TranslatedRegions();

    /// <summary>What was made of the code at some guest addresses, for people to read; asked for while no epoch runs.</summary>
    public IReadOnlyList<TranslationListing> ListingsAt(ulong pc, ulong bytes) => _engine.ListingsAt(pc, bytes);

    /// <summary>The guest's instruction set.</summary>
    public IsaDefinition Isa => _isa;

    ulong IDeviceHost.Time => GuestTime;

    /// <summary>
    /// Delivers a batch in its order at the boundary where the machine stands and begins the next epoch.
    /// </summary>
    /// <param name="batch">The buffered interrupts; empty at the first boundary.</param>
    /// <param name="clock">Guest time of the new epoch.</param>
    public void BeginEpoch(ReadOnlySpan<DeviceInput> batch, GuestClock clock)
    {
        if (_begun) throw new InvalidOperationException($"epoch {Epoch} has not ended");
        if (ExitCode is not null) throw new InvalidOperationException($"the guest ended in epoch {Epoch}");
        if (clock.Base < GuestTime)
        {
            throw new InvalidOperationException($"guest time went back from {GuestTime} to {clock.Base} ns");
        }

        _outputs.Clear(); // before the delivery: what a device asks for anew is the next epoch's
        foreach (ref readonly var input in batch) _bus.Deliver(input);
        _clock.Begin(clock.Base, clock.Rate, _cpu.Retired);
        _bus.AtBoundary(clock.Base);
        if (_program is not null) Waiting = _program.IsBlocked;
        else if (Waiting && _engine.Ask(_isa.Hooks.Awake) != 0) Waiting = false;
        Epoch++;
        _begun = true;
    }

    /// <summary>Runs the epoch to its end, exact to the instruction.</summary>
    public EpochEnd RunEpoch()
    {
        if (!_begun) throw new InvalidOperationException($"epoch {Epoch} has ended; begin the next one first");
        var end = Waiting ? EpochEnd.Wait : Run();
        _traps?.Flush(); // the end of an epoch is a context switch (patent p. 15)
        _bus.EndEpoch();
        _begun = false;
        ShadowVmEventSource.Log.EpochEnded((long)Epoch, (long)_cpu.Retired);
        return end;
    }

    /// <summary>
    /// Digest of all state that the guest can observe, at a boundary: registers, counters, clock, devices, memory.
    /// The role is no part of it.
    /// </summary>
    /// <param name="withMemory">
    /// Whether memory is looked at now. If not, its part is that of the last time; replicas must do the same.
    /// </param>
    public UInt128 Digest(bool withMemory = true)
    {
        var registers = _registerDigest.Update(_cpu.Slots);
        var devices = DeviceDigest();
        var memory = withMemory ? _memoryDigest.Update() : _memoryDigest.Value;
        // Traps before delivery, as all else; how they are shared between processor and monitor is no part of it.
        var traps = _traps?.All ?? default;
        _state.Clear();
        _state.Write([
            (ulong)registers, (ulong)(registers >> 64), (ulong)devices, (ulong)(devices >> 64), (ulong)memory, (ulong)(memory >> 64),
            traps.Classes, traps.Registers, _cpu.Retired,
            GuestTime, // not the base: epochs of other lengths with the same clock are the same state
            _clock.Rate, Waiting ? 1UL : 0, ExitCode is { } code ? 1UL + (uint)code : 0UL,
        ]);
        return XxHash128.HashToUInt128(_state.Written, _stateSeed);
    }

    /// <summary>
    /// Adds a "disconnected" for each connection that is open or being opened now (patent fig. 7, step 314).
    /// </summary>
    public void AddDisconnects(ICollection<DeviceInput> batch) => _bus.AddDisconnects(batch);

    /// <summary>Frees guest memory and state.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        Memory.Dispose();
        _cpu.Dispose();
    }

    void IDeviceHost.Emit(ushort device, byte kind, bool bound, byte[] data) =>
        _outputs.Add(new DeviceOutput(++_outputNumber, device, kind, bound, data));

    void IDeviceHost.Exit(int code) => ExitCode ??= code;

    /// <summary>Devices change seldom: their part of the digest is kept while the bus's version stands.</summary>
    private Wide DeviceDigest()
    {
        if (_deviceVersion == _bus.Version) return _deviceDigest;
        _deviceState.Clear();
        _bus.Save(_deviceState);
        _deviceVersion = _bus.Version;
        return _deviceDigest = XxHash128.HashToUInt128(_deviceState.Written);
    }

    private EpochEnd Run()
    {
        if (_program is not null) return RunProgram(_program);
        var counter = EpochLength;
        DeliverAll(ref counter);
        TakeInterrupt(ref counter);
        while (RunUser(ref counter) is var reason && reason != ExitReason.Counter)
        {
            // Kernel instructions, drains and device accesses: the monitor carries the one instruction out.
            if (TrapsBefore(reason, ref counter)) continue;
            _engine.StepPrivileged();
            counter--;
            var drained = TrapsBehind(reason, ref counter);
            if (ExitCode is not null) return EpochEnd.Exit;
            if (_engine.Waits)
            {
                _engine.ClearWaits();
                // With something pending it waits for nothing.
                Waiting = _engine.Ask(_isa.Hooks.Awake) == 0 && DelayedTraps.IsEmpty;
                return EpochEnd.Wait;
            }

            if (drained) return EpochEnd.Drain;
            TakeInterrupt(ref counter);
        }

        return EpochEnd.Counter;
    }

    /// <summary>
    /// Takes the interrupt that the definition calls due. One that falls due on the last instruction of an epoch is
    /// taken first thing in the next.
    /// </summary>
    private void TakeInterrupt(ref long counter)
    {
        if (counter == 0) return;
        var cause = _engine.DueInterrupt();
        if (cause == _noInterrupt) return;
        if (DeliverAll(ref counter))
        {
            // Traps go first; their handler may have been entered with the interrupt masked.
            if (counter == 0) return;
            cause = _engine.DueInterrupt();
            if (cause == _noInterrupt) return;
        }

        _engine.EnterInterrupt(cause);
        _traps?.Advance(1);
        counter--;
    }

    private void Reset(ulong entry)
    {
        foreach (var file in _isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) _cpu[file.FirstSlot + i] = file.Reset;
        }

        _cpu.GoTo(_isa, entry);
        if (_isa.Hooks.Reset is { } reset) _engine.Perform(reset);
        _cpu.Retired = 0;
    }

    /// <summary>
    /// Registers count by name: the layout's names go into the seed once, so that each boundary hashes bare numbers.
    /// </summary>
    private long HashOfLayout()
    {
        var names = new StateWriter();
        foreach (var file in _isa.Registers)
        {
            names.Write(file.Name, (ulong)file.FirstSlot);
            names.Write((ulong)file.Count);
        }

        return (long)XxHash3.HashToUInt64(names.Written);
    }
}
