using ShadowVm.Engine;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// A Linux program's traps that may come late (tests/Guests/alpha/arithmetic.s): they come at once, so that the program ends
/// at the same instruction on every tier and at every epoch length. What software completes is no trap.
/// </summary>
public class ArithmeticTrapTests
{
    private const int Killed = 128 + 8;

    private static readonly EngineSettings Reference = new() { Tier = Tier.Reference };

    private static readonly EngineSettings[] Engines =
    [
        Reference,
        new() { Tier = Tier.Cold, WarmUp = 0 },
        new() { Tier = Tier.Block, WarmUp = 0, HotAfter = 1, Background = false },
    ];

    private static readonly byte[] Image = LateTraps.Program("arithmetic.s");

    [Theory]
    [InlineData("a", "dze")] // 1 / 0
    [InlineData("b", null)] // completed by software
    [InlineData("c", "iov")] // addq/v
    [InlineData("d", "iov")] // addl/v
    [InlineData("e", "iov")] // cvttq/v
    [InlineData("f", null)]
    [InlineData("g", "swc, dze")] // where the control register wants it
    [InlineData("h", "inv")] // a denormal operand
    [InlineData("i", null)]
    [InlineData("j", "inv")] // 0 / 0
    [InlineData("k", null)]
    [InlineData("l", "swc, dze")] // where the program has asked its system for it
    [InlineData("m", null)] // for something else
    [InlineData("n", "swc, ine")]
    [InlineData("o", null)]
    [InlineData("p", "inv")] // infinity
    [InlineData("q", "ovf")]
    [InlineData("r", "unf")]
    [InlineData("s", null)]
    [InlineData("t", "iov")] // mulq/v
    public void A_trap_ends_the_program_with_a_sentence_and_the_signal_s_code(string which, string? classes)
    {
        ulong? instructions = null;
        var sentence = $"shadowvm: the program was ended by signal 8: arithmetic trap ({classes}) before 0x";
        foreach (var engine in Engines)
        {
            foreach (var length in new long[] { 1, 2, 7, 1_000_000 })
            {
                using var primary = ProgramWorld.Machine(LateTraps.Isa, Image, length, Reference, "arithmetic", which);
                using var backup = ProgramWorld.Machine(LateTraps.Isa, Image, length, engine, "arithmetic", which);
                var result = new ProgramWorld().Run(primary, backup);
                Assert.Equal(classes is null ? 3 : Killed, result.ExitCode);
                if (classes is null) Assert.Equal("", result.Console);
                else Assert.StartsWith(sentence, result.Console);
                Assert.Equal(instructions ??= result.Instructions, result.Instructions);
            }
        }
    }
}
