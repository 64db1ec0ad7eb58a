using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Verification;

/// <summary>A processor with some RAM, no device, and the monitor's part in a few lines.</summary>
public sealed class TestProcessor : IDisposable
{
    /// <summary>Where RAM begins where nobody says otherwise.</summary>
    public const ulong Ram = 0x1000;

    /// <summary>Bytes of RAM where nobody says otherwise.</summary>
    public const ulong RamBytes = 3 * GuestMemory.PageBytes;

    /// <summary>The last page of such RAM.</summary>
    public const ulong Data = Ram + (2 * GuestMemory.PageBytes);

    private readonly ExecutionEngine _engine;

    /// <summary>Makes one with zeros everywhere, which reset replaces by reset values.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="settings">How it carries code out.</param>
    /// <param name="start">Where RAM begins.</param>
    /// <param name="bytes">Bytes of RAM.</param>
    public TestProcessor(IsaDefinition isa, EngineSettings settings, ulong start = Ram, ulong bytes = RamBytes)
    {
        Isa = isa;
        Cpu = new CpuState(isa.SlotCount);
        Memory = new GuestMemory(start, bytes);
        _engine = new ExecutionEngine(isa, Cpu, Memory, new NoBus(), new EpochClock(), settings);
    }

    /// <summary>The definition.</summary>
    public IsaDefinition Isa { get; }

    /// <summary>Its registers.</summary>
    public CpuState Cpu { get; }

    /// <summary>Its memory.</summary>
    public GuestMemory Memory { get; }

    /// <summary>Traps that may be delivered late, since the last reset: nobody delivers them here.</summary>
    public TrapVectors Delayed { get; private set; }

    /// <summary>What its tiers did.</summary>
    public EngineStatistics Statistics => _engine.Statistics;

    /// <summary>Cause of the last trap that an instruction raised, if there was one since the last reset.</summary>
    public UInt128? LastCause => _engine.LastCause;

    /// <summary>Sets registers to their reset values and pc to the first address of RAM.</summary>
    public void Reset() => Reset(Memory.Start);

    /// <summary>Sets registers to their reset values and pc to an address.</summary>
    public void Reset(ulong pc)
    {
        foreach (var file in Isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) Cpu[file.FirstSlot + i] = file.Reset;
        }

        Cpu.GoTo(Isa, pc);
        if (Isa.Hooks.Reset is { } reset) _engine.Perform(reset);
        Cpu.GoTo(Isa, pc);
        Cpu.Retired = 0;
        Delayed = default;
        _engine.LastCause = null;
    }

    /// <summary>Slot of a register, by its name in <see cref="RegisterFile.Name"/>.</summary>
    public int Slot(string register) => Isa.Registers.First(file => file.Name == register).FirstSlot;

    /// <summary>Runs so many instructions and trap entries, kernel instructions included.</summary>
    /// <param name="steps">How many.</param>
    /// <param name="inEpochsOfOne">Whether the recovery counter expires at each.</param>
    public void Run(int steps, bool inEpochsOfOne)
    {
        if (!inEpochsOfOne) RunEpoch(steps);
        for (var i = 0; inEpochsOfOne && i < steps; i++) RunEpoch(1);
    }

    /// <summary>Runs an epoch: the counter ends it, and the monitor carries out what the engine leaves to it.</summary>
    public void RunEpoch(long counter)
    {
        while (_engine.Run(ref counter) is var reason && reason != ExitReason.Counter)
        {
            if (reason != ExitReason.Trapped)
            {
                _engine.StepPrivileged();
                _engine.ClearWaits();
                counter--;
            }

            Delayed = Delayed.With(_engine.TakeDelayed());
        }
    }

    /// <summary>Puts an instruction into memory; gives the address behind it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no RAM.</exception>
    public ulong Write(ulong address, uint word)
    {
        var length = Isa.Decode(word).Length;
        if (!TryPut(address, length, word)) throw new ArgumentOutOfRangeException(nameof(address), address, "no RAM");
        return address + (ulong)length;
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
