using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>A processor with RAM at address 0, no device, and the monitor's part in a few lines.</summary>
public sealed class TestProcessor : IDisposable
{
    private readonly ExecutionEngine _engine;

    /// <summary>Makes one with all state at its reset values and zeros in memory.</summary>
    public TestProcessor(IsaDefinition isa, TestMode mode, ulong memoryBytes)
    {
        Isa = isa;
        Mode = mode;
        Cpu = new CpuState(isa.SlotCount);
        Memory = new GuestMemory(0, memoryBytes);
        _engine = new ExecutionEngine(isa, Cpu, Memory, new NoBus(), new EpochClock(), mode.Settings);
    }

    /// <summary>The definition.</summary>
    public IsaDefinition Isa { get; }

    /// <summary>How it carries code out.</summary>
    public TestMode Mode { get; }

    /// <summary>Its registers.</summary>
    public CpuState Cpu { get; }

    /// <summary>Its memory.</summary>
    public GuestMemory Memory { get; }

    /// <summary>What its tiers did.</summary>
    public EngineStatistics Statistics => _engine.Statistics;

    /// <summary>Cause of the last trap that an instruction raised, if there was one since <see cref="Reset"/>.</summary>
    public UInt128? LastCause => _engine.LastCause;

    /// <summary>Sets registers to their reset values and pc to an address.</summary>
    public void Reset(ulong pc)
    {
        foreach (var file in Isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) Cpu[file.FirstSlot + i] = file.Reset;
        }

        Cpu[Isa.PcSlot] = pc;
        if (Isa.Hooks.Reset is { } reset) _engine.Perform(reset);
        Cpu[Isa.PcSlot] = pc;
        Cpu.Retired = 0;
        _engine.LastCause = null;
    }

    /// <summary>Runs so many instructions and trap entries, kernel instructions included.</summary>
    public void Run(int steps)
    {
        if (!Mode.InEpochsOfOne) RunEpoch(steps);
        for (var i = 0; Mode.InEpochsOfOne && i < steps; i++) RunEpoch(1);
    }

    /// <summary>Puts a value into memory in the definition's byte order; false where no RAM is.</summary>
    public bool TryPut(ulong address, int bytes, ulong value) =>
        Memory.TryWrite(address, bytes, Ordered(value, bytes));

    /// <summary>Reads memory in the definition's byte order; false where no RAM is.</summary>
    public bool TryGet(ulong address, int bytes, out ulong value)
    {
        var found = Memory.TryRead(address, bytes, out value);
        value = Ordered(value, bytes);
        return found;
    }

    /// <summary>Frees what lies outside of the collected heap.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        Memory.Dispose();
        Cpu.Dispose();
    }

    private void RunEpoch(long counter)
    {
        while (_engine.Run(ref counter) != ExitReason.Counter)
        {
            _engine.StepPrivileged();
            _engine.ClearWaits();
            counter--;
        }
    }

    private ulong Ordered(ulong value, int bytes) =>
        Isa.BigEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value) >> (64 - (8 * bytes)) : value;

    private sealed class NoBus : IBus
    {
        public ulong Lines => 0;

        public bool IsDevice(ulong address) => false;

        public bool TryRead(ulong address, int bytes, out ulong value)
        {
            value = 0;
            return false;
        }

        public bool TryWrite(ulong address, int bytes, ulong value) => false;
    }
}
