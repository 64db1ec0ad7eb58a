using System.Runtime.CompilerServices;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Tests;

/// <summary>A processor with 64 KiB of RAM, one device register, and instructions put together by the definition.</summary>
internal sealed class RiscvBench : IBus, IDisposable
{
    public const ulong Ram = 0x8000_0000;
    public const ulong RamBytes = 64 << 10;
    public const ulong Device = 0x1000_0000;

    private readonly RegisterFile _x;

    public RiscvBench(string variant = "rv64im_zicsr_zifencei")
    {
        Isa = variant.StartsWith("rv64", StringComparison.Ordinal) ? Definitions.Wide : Definitions.Narrow;
        Cpu = new CpuState(Isa.SlotCount);
        Memory = new GuestMemory(Ram, RamBytes);
        Engine = new ReferenceInterpreter(Isa, Cpu, Memory, this, new EpochClock());
        _x = Isa.Registers.First(file => file.Name == "x");
        foreach (var file in Isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) Cpu[file.FirstSlot + i] = file.Reset;
        }

        Pc = Ram;
    }

    public IsaDefinition Isa { get; }

    public CpuState Cpu { get; }

    public GuestMemory Memory { get; }

    public ReferenceInterpreter Engine { get; }

    public List<(ulong Address, ulong Value)> DeviceWrites { get; } = [];

    public ulong Lines { get; set; }

    public ulong Pc
    {
        get => Cpu[Isa.PcSlot];
        set => Cpu[Isa.PcSlot] = value;
    }

    public ulong this[int register]
    {
        get => Cpu[_x.FirstSlot + register];
        set => Cpu[_x.FirstSlot + register] = value;
    }

    public ulong Register(string name) => Cpu[Isa.Registers.First(file => file.Name == name).FirstSlot];

    public void SetRegister(string name, ulong value) =>
        Cpu[Isa.Registers.First(file => file.Name == name).FirstSlot] = value;

    /// <summary>Puts instructions at the start of RAM.</summary>
    public RiscvBench Program(params uint[] words)
    {
        for (var i = 0; i < words.Length; i++) Assert.True(Memory.TryWrite(Ram + (4 * (ulong)i), 4, words[i]));
        return this;
    }

    public uint Word(string name, params (string, long)[] fields) => Isa.Encode(name, fields);

    public uint Addi(int rd, int rs1, long imm) => Word("addi", ("rd", rd), ("rs1", rs1), ("imm", imm));

    public ExitReason Run(long count) => Run(ref count);

    public ExitReason Run(ref long count) => Engine.Run(ref count);

    bool IBus.IsDevice(ulong address) => address >> 12 == Device >> 12;

    bool IBus.TryRead(ulong address, int bytes, out ulong value)
    {
        value = 0x55;
        return address == Device;
    }

    bool IBus.TryWrite(ulong address, int bytes, ulong value)
    {
        if (address != Device) return false;
        DeviceWrites.Add((address, value));
        return true;
    }

    public void Dispose()
    {
        Engine.Dispose();
        Cpu.Dispose();
        Memory.Dispose();
    }

    private static class Definitions
    {
        private static readonly IsaSource Source = IsaSource.FromFolder(Path.Combine(FindRoot(), "isa", "riscv"));

        public static IsaDefinition Wide { get; } = IsaDefinition.Load(Source, "rv64im_zicsr_zifencei");

        public static IsaDefinition Narrow { get; } = IsaDefinition.Load(Source, "rv32im_zicsr_zifencei");

        private static string FindRoot([CallerFilePath] string here = "")
        {
            var folder = Path.GetDirectoryName(here)!;
            while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }
}
