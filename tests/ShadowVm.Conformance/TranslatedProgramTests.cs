using System.Text;
using ShadowVm.Engine;
using ShadowVm.Isa;
using ShadowVm.Vmm;

namespace ShadowVm.Conformance;

/// <summary>
/// Random programs of every user instruction where addresses are translated, to where they would go anyway: each tier
/// comes to what the reference interpreter comes to without translation.
/// </summary>
public class TranslatedProgramTests
{
    private const int Supervisor = 1;
    private const ulong Root = 0x803f_0000;
    private const ulong Devices = 0xcf; // a page as large as there are, with all rights, accessed and dirty
    private const ulong Memory = ((0x8000_0000UL >> 12) << 10) | 0xcf;

    public static TheoryData<string, Tier, long> Cases()
    {
        var data = new TheoryData<string, Tier, long>();
        foreach (var variant in new[] { "rv64imacs_zba_zbb_zbs", "rv32imacs_zba_zbb_zbs", "rv64imas_zbb", "rv32imas_zbb" })
        {
            data.Add(variant, Tier.Cold, VirtualMachineSettings.EpochLengthMax);
            data.Add(variant, Tier.Block, VirtualMachineSettings.EpochLengthMax);
            data.Add(variant, Tier.Block, 37);
            data.Add(variant, Tier.Region, VirtualMachineSettings.EpochLengthMax);
            data.Add(variant, Tier.Region, 37);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Translation_to_the_same_addresses_changes_nothing(string variant, Tier tier, long epochLength)
    {
        var isa = Definitions.OfName("riscv", variant);
        var program = new RandomProgram(isa, 1, 2000);
        using var flat = Definitions.Machine(
            isa, program.Image, VirtualMachineSettings.EpochLengthMax, Definitions.Forced(Tier.Reference));
        using var translated = Definitions.Machine(isa, program.Image, epochLength, Definitions.Forced(tier));
        Translate(isa, translated);
        var expected = Run(flat);
        Assert.NotEqual("", expected);
        Assert.Equal(expected, Run(translated));
        Assert.Equal(flat.Retired, translated.Retired);
        var fast = translated.Statistics.ColdInstructions + translated.Statistics.BlockInstructions;
        Assert.True(fast > (long)translated.Retired / 2, $"{fast} of {translated.Retired} instructions were not interpreted");
    }

    private static void Translate(IsaDefinition isa, VirtualMachine machine)
    {
        var isWide = isa.AddressBits == 64;
        Write(0, Devices);
        if (!isWide) Write(64, ((0x1000_0000UL >> 12) << 10) | Devices);
        Write(isWide ? 2 : 512, Memory);
        Set("pmp_rule", 0x1f);
        Set("pmpaddr", isWide ? ulong.MaxValue : uint.MaxValue);
        Set("satp", (isWide ? 8UL << 60 : 1UL << 31) | (Root >> 12));
        Set("mode", Supervisor);

        void Write(int index, ulong entry) =>
            Assert.True(machine.Memory.TryWrite(Root + (ulong)(index * isa.AddressBits / 8), isa.AddressBits / 8, entry));

        void Set(string register, ulong value) =>
            machine.Cpu[isa.Registers.First(file => file.Name == register).FirstSlot] = value;
    }

    private static string Run(VirtualMachine machine)
    {
        var console = new StringBuilder();
        var clock = InstructionClock.First;
        while (machine.ExitCode is null)
        {
            machine.BeginEpoch([], clock);
            machine.RunEpoch();
            foreach (var output in machine.Outputs) console.Append(Encoding.ASCII.GetString(output.Data));
            clock = InstructionClock.Next(machine, inputArrives: false);
            Assert.True(machine.Retired < 10_000_000, "the program does not end");
        }

        return console.ToString();
    }
}
