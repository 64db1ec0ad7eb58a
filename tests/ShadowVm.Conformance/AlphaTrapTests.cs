using ShadowVm.Engine;
using ShadowVm.Isa.Assembly;
using ShadowVm.Vmm;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// A Linux program whose arithmetic traps, or is completed by software (tests/Guests/alpha/arithmetic.s), ends as it does on
/// qemu-alpha, where it is installed.
/// </summary>
public class AlphaTrapTests(ITestOutputHelper log)
{
    private const ulong Start = 0x1_2000_0000;
    private const int Killed = 128 + 8;

    [Fact]
    public void A_trap_ends_a_program_where_it_does_on_qemu()
    {
        var isa = Definitions.LoadDefault("alpha");
        var assembled = Assembler.Assemble(isa, "arithmetic.s", Definitions.GuestText("alpha", "arithmetic.s"), Start);
        Assert.True(assembled.Succeeded, string.Join('\n', assembled.Diagnostics));
        var code = assembled.Sections.Single(section => section.Bytes.Length > 0);
        var image = TinyElf.Build(isa.ElfClass, isa.ElfMachine, isa.BigEndian, 0, Start, (code.Address, code.Bytes));
        var (found, asked) = (new List<string>(), true);
        for (var which = 'a'; which <= 't'; which++)
        {
            using var machine = Definitions.Program(isa, image, Definitions.Forced(Tier.Block), which.ToString());
            var ours = ExitCode(machine);
            Assert.True(ours is 3 or Killed, $"{which} ends with {ours}");
            found.Add($"{which}{ours}");
            if (!asked || QemuUser.RunToEnd("qemu-alpha", image, which.ToString()) is not var (_, theirs))
            {
                asked = false;
                continue;
            }

            Assert.True(ours == theirs, $"arithmetic.s {which} ends with {ours}, on qemu-alpha with {theirs}");
        }

        Assert.Contains(found, each => each.EndsWith("136", StringComparison.Ordinal));
        Assert.Contains(found, each => each[1] == '3');
        log.WriteLine(string.Join(' ', found));
        log.WriteLine(asked ? "as on qemu-alpha" : "qemu-alpha is not installed: nothing was compared with it");
    }

    private static int? ExitCode(VirtualMachine machine)
    {
        var clock = InstructionClock.First;
        for (var epoch = 0; machine.ExitCode is null && epoch < 100; epoch++)
        {
            machine.BeginEpoch([], clock);
            machine.RunEpoch();
            clock = InstructionClock.Next(machine, inputArrives: false);
        }

        return machine.ExitCode;
    }
}
