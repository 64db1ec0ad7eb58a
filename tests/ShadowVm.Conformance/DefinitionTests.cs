using System.Buffers.Binary;
using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Isa;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>The tests that stand in the definition itself, on the reference interpreter.</summary>
public class DefinitionTests(ITestOutputHelper log)
{
    private const ulong Pc = 0x1000;
    private const ulong MemoryBytes = 1 << 20;

    public static TheoryData<string> Variants() => [.. Definitions.Variants];

    [Theory]
    [MemberData(nameof(Variants))]
    public void The_definition_s_own_tests_hold(string variant)
    {
        var isa = Definitions.Load(variant);
        Assert.NotEmpty(isa.Tests);
        var failures = isa.Tests.Select(test => Run(isa, test)).Where(failure => failure is not null);
        Assert.Empty(failures);
        log.WriteLine($"{variant}: {isa.Tests.Count} tests of the definition");
    }

    /// <summary>
    /// In the last two bytes of RAM a short instruction fits. Of a longer one the part that is missing is what faults.
    /// </summary>
    [Theory]
    [InlineData(0x0001, MemoryBytes, null)]
    [InlineData(0x0003, 0UL, MemoryBytes)]
    public void An_instruction_may_begin_in_the_last_unit_of_memory(uint unit, ulong next, ulong? faultAt)
    {
        const ulong last = MemoryBytes - 2;
        var isa = Definitions.Load(Definitions.BareVariants[0]);
        using var cpu = new CpuState(isa.SlotCount);
        using var memory = new GuestMemory(0, MemoryBytes);
        cpu.GoTo(isa, last);
        Assert.True(memory.TryWrite(last, 2, unit));
        var engine = new ReferenceInterpreter(isa, cpu, memory, new NoDevices(), new EpochClock());
        engine.StepPrivileged();
        Assert.Equal(next, cpu[isa.PcSlot]);
        ulong Register(string name) => cpu[isa.Registers.First(file => file.Name == name).FirstSlot];
        var expected = faultAt is { } address ? (1UL, last, address) : (0, 0, 0);
        Assert.Equal(expected, (Register("mcause"), Register("mepc"), Register("mtval")));
    }

    private static string? Run(IsaDefinition isa, IsaTest test)
    {
        using var cpu = new CpuState(isa.SlotCount);
        using var memory = new GuestMemory(0, MemoryBytes);
        foreach (var file in isa.Registers)
        {
            for (var i = 0; i < file.Count; i++) cpu[file.FirstSlot + i] = file.Reset;
        }

        var pc = test.Before.FirstOrDefault(value => value.Register == "pc")?.Value ?? Pc;
        cpu.GoTo(isa, pc);
        foreach (var value in test.Before) Set(isa, cpu, memory, value);
        var fields = test.Fields.Select(field => (field.Name, field.Value)).ToArray();
        var word = isa.Encode(test.Instruction, fields);
        Assert.True(memory.TryWrite(pc, 4, isa.BigEndian ? BinaryPrimitives.ReverseEndianness(word) : word));
        var engine = new ReferenceInterpreter(isa, cpu, memory, new NoDevices(), new EpochClock());
        engine.StepPrivileged();
        if (test.Raises is { } cause)
        {
            if (cpu.Retired != 0) return $"{test.Place}: {test.Name}: raised nothing, cause {cause} was expected";
        }
        else if (cpu.Retired != 1)
        {
            return $"{test.Place}: {test.Name}: trapped";
        }

        foreach (var value in test.After)
        {
            var found = Get(isa, cpu, memory, value);
            if (found != value.Value)
            {
                return $"{test.Place}: {test.Name}: {value.Register}[{value.Index}] is {found:x}, expected {value.Value:x}";
            }
        }

        return null;
    }

    private static void Set(IsaDefinition isa, CpuState cpu, GuestMemory memory, IsaTestValue value)
    {
        if (value.Register is null) Assert.True(memory.TryWrite(value.Address, value.Width / 8, Ordered(isa, value.Value, value.Width)));
        else cpu[Slot(isa, value)] = value.Value;
    }

    private static ulong Get(IsaDefinition isa, CpuState cpu, GuestMemory memory, IsaTestValue value)
    {
        if (value.Register is not null) return cpu[Slot(isa, value)];
        Assert.True(memory.TryRead(value.Address, value.Width / 8, out var found));
        return Ordered(isa, found, value.Width);
    }

    private static ulong Ordered(IsaDefinition isa, ulong value, int width) =>
        isa.BigEndian ? BinaryPrimitives.ReverseEndianness(value) >> (64 - width) : value;

    private static int Slot(IsaDefinition isa, IsaTestValue value) =>
        isa.Registers.First(file => file.Name == value.Register).FirstSlot + value.Index;

    private sealed class NoDevices : IBus
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
