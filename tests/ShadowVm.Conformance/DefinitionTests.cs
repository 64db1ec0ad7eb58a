using ShadowVm.Engine;
using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Interpreter;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Verification;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>The tests that stand in the definition itself, on every tier.</summary>
public class DefinitionTests(ITestOutputHelper log)
{
    private const ulong MemoryBytes = 1 << 20;

    public static TheoryData<string> Variants() => [.. Definitions.Variants];

    [Theory]
    [MemberData(nameof(Variants))]
    public void The_definition_s_own_tests_hold(string variant)
    {
        var isa = Definitions.Load(variant);
        Assert.NotEmpty(isa.Tests);
        var failures = from mode in TestMode.All
                       from test in isa.Tests
                       let failure = VectorTest.Run(isa, test, mode)
                       where failure is not null
                       select $"{mode}: {failure}";
        Assert.Empty(failures);
        log.WriteLine($"{variant}: {isa.Tests.Count} tests of the definition, in {TestMode.All.Count} ways");
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
        var isa = Definitions.OfName("riscv", "rv64gc");
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
