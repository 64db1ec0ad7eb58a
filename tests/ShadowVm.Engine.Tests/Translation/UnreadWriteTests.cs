using System.Text;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Registers that are written and written again before anything reads them, against the reference interpreter: random runs of
/// instructions in few registers, which faults and branches leave in between. The handler of a fault takes all of them in.
/// </summary>
public class UnreadWriteTests
{
    private static readonly IsaDefinition Mips = Duel.Definition("mips");
    private static readonly string[] Registers = ["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s4", "s5", "s6", "s7", "s8", "s9"];

    [Theory]
    [InlineData("block")]
    [InlineData("region")]
    [InlineData("hot region")]
    public void Who_leaves_in_between_has_what_was_written(string engine) =>
        Duel.FightRandom(ProgramOf, engine, 1, 7);

    /// <summary>An addition of constants that overflows: nobody comes to what it writes, or behind it.</summary>
    [Theory]
    [InlineData("add t1, t0, t0", "block")]
    [InlineData("add t1, t0, t0", "region")]
    [InlineData("addi t1, t0, 1", "block")]
    [InlineData("addi t1, t0, 1", "region")]
    public void A_write_behind_a_certain_fault_is_none(string overflows, string engine)
    {
        var text = " b again\n nop\n .org 0x80000180\n mfc0 k0, epc\n addiu k0, k0, 4\n xor s7, s7, t1\n mtc0 k0, epc\n eret\n"
            + " .org 0x80000400\nagain: lui t0, 0x7fff\n ori t0, t0, 0xffff\n addiu s0, s0, 1\n addu t1, s0, s1\n " + overflows
            + "\n addu s2, t1, s0\n xor s4, s4, s2\n j again\n nop\n";
        Duel.Fight(text, Duel.Engines[engine], 40, 61, isa: Mips);
    }

    private static string ProgramOf(Random random)
    {
        var text = new StringBuilder("_start: la t0, handler\n csrw mtvec, t0\n li s0, 0x9e3779b97f4a7c15\n la s1, memory\n li a0, 1\n"
            + "again: mul a0, a0, s0\n xori a1, a0, -1\n srli a2, a0, 9\n add a3, a1, a2\n li s2, 6\nloop:\n");
        for (var i = 0; i < 40; i++)
        {
            if (i == 15) text.Append(" li s3, 3\ninner:\n"); // a loop in the loop, with other registers at hand
            text.Append(Instructions(random, i));
            if (i == 25) text.Append(" addi s3, s3, -1\n bnez s3, inner\n");
        }

        return text.Append(" addi s2, s2, -1\n bnez s2, loop\n j again\n"
            + " .balign 4\nhandler: csrr t6, mepc\n addi t6, t6, 4\n csrw mepc, t6\n").Append(TakeIn()).Append(" mret\n"
            + " .balign 256\nmemory: .zero 512\n").ToString();

        static string TakeIn() =>
            string.Concat(Registers.Select(each => $" slli t6, s11, 1\n srli s11, s11, 63\n add s11, s11, t6\n xor s11, s11, {each}\n"));

        static string Instructions(Random random, int index)
        {
            var first = index < 15 ? 0 : index < 26 ? 6 : 3;
            var (a, b, c) = (Register(random, first), Register(random, first), Register(random, first));
            var over = $"over{index}";
            return random.Next(12) switch
            {
                0 => $" li {a}, {random.Next()}\n",
                1 => $" slliw {a}, {b}, {random.Next(32)}\n",
                2 => $" srli {a}, {b}, {random.Next(64)}\n",
                3 => $" lw {a}, -1(x0)\n", // faults
                4 => $" andi {a}, {b}, 504\n add {a}, {a}, s1\n ld {c}, 0({a})\n",
                5 => $" addi {a}, s1, {random.Next(512)}\n sw {b}, 0({a})\n", // faults where it isn't aligned
                6 => $" blt {a}, {b}, {over}\n addw {a}, {a}, {c}\n{over}:\n",
                7 => $" mul {a}, {b}, {c}\n",
                8 => $" xor {a}, {b}, {c}\n",
                9 => $" slliw {a}, {b}, 9\n srliw {c}, {b}, 23\n or {a}, {a}, {c}\n",
                10 => $" mv {a}, {b}\n",
                _ => $" sub {a}, {b}, {c}\n",
            };
        }

        static string Register(Random random, int first) => Registers[first + random.Next(random.Next(4) == 0 ? 8 : 4)];
    }
}
