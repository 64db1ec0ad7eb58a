using System.Buffers.Binary;
using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Conformance;

/// <summary>A processor with a few pages of RAM and no device, and the monitor's part in a few lines.</summary>
internal sealed class EdgeProcessor : IDisposable
{
    public const ulong Ram = 0x1000;
    public const ulong RamBytes = 3 * GuestMemory.PageBytes;
    public const ulong Data = Ram + (2 * GuestMemory.PageBytes);

    private readonly ExecutionEngine _engine;
    private readonly ulong _start;

    public EdgeProcessor(IsaDefinition isa, EngineSettings settings, ulong ram = Ram, ulong ramBytes = RamBytes)
    {
        _start = ram;
        Isa = isa;
        Cpu = new CpuState(isa.SlotCount);
        Memory = new GuestMemory(ram, ramBytes);
        _engine = new ExecutionEngine(isa, Cpu, Memory, new NoBus(), new EpochClock(), settings);
    }

    public IsaDefinition Isa { get; }

    public CpuState Cpu { get; }

    public GuestMemory Memory { get; }

    public EngineStatistics Statistics => _engine.Statistics;

    public void Reset()
    {
        foreach (var file in Isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) Cpu[file.FirstSlot + i] = file.Reset;
        }

        Cpu.GoTo(Isa, _start);
        if (Isa.Hooks.Reset is { } reset) _engine.Perform(reset);
        Cpu.Retired = 0;
    }

    /// <summary>Puts an instruction into memory; gives the address behind it.</summary>
    public ulong Write(ulong address, uint word)
    {
        var length = Isa.Decode(word).Length;
        var bytes = Isa.BigEndian ? BinaryPrimitives.ReverseEndianness(word) >> (32 - (8 * length)) : word;
        Assert.True(Memory.TryWrite(address, length, bytes));
        return address + (ulong)length;
    }

    public int Slot(string register) => Isa.Registers.Single(file => file.Name == register).FirstSlot;

    /// <summary>Runs an epoch: the counter ends it, and the monitor carries out what the engine leaves to it.</summary>
    public void RunEpoch(long counter)
    {
        while (_engine.Run(ref counter) != ExitReason.Counter)
        {
            _engine.StepPrivileged();
            _engine.ClearWaits();
            counter--;
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        Memory.Dispose();
        Cpu.Dispose();
    }

    private sealed class NoBus : IBus
    {
        public ulong Lines => 0;

        public bool IsDevice(ulong address) => false;

        public bool TryRead(ulong address, int bytes, out ulong value) => throw new InvalidOperationException();

        public bool TryWrite(ulong address, int bytes, ulong value) => throw new InvalidOperationException();
    }
}
