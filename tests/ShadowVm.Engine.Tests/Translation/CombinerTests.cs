using System.Text;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Instructions that translated code puts together, against the reference interpreter: random runs of those that can be, divisions
/// with operands in common among them, in the few registers that make them meet.
/// </summary>
public class CombinerTests
{
    private static readonly int[] Amounts = [1, 2, 3, 7, 8, 16, 25, 31, 32, 33, 48, 56, 57, 61, 63];

    [Theory]
    [InlineData("block")]
    [InlineData("region")]
    [InlineData("hot region")]
    public void Combined_instructions_do_what_each_alone_does(string engine) =>
        Duel.FightRandom(ProgramOf, engine, 1, 7);

    /// <summary>The target of a call comes in two parts, and is known all the same.</summary>
    [Fact]
    public void A_call_by_two_instructions_stays_in_its_region()
    {
        const string text = "_start: li s0, 0\n"
            + "again: addi s0, s0, 1\n auipc t1, 0\n jalr ra, 20(t1)\n add s1, s1, a0\n j again\n nop\n"
            + "far: slli a0, s0, 3\n xor a0, a0, s1\n ret\n";
        var statistics = Duel.Fight(text, Duel.Engines["hot region"], 100, 5003);
        Assert.True(statistics.RegionInstructions >= 8, $"{statistics.RegionInstructions} instructions");
    }

    private static string ProgramOf(Random random)
    {
        var text = new StringBuilder("_start: li s0, 0x9e3779b97f4a7c15\n la s1, memory\n li a0, 1\n"
            + "again: mul a0, a0, s0\n xori a1, a0, -1\n srli a2, a0, 9\n add a3, a1, a2\n li s2, 6\nloop:\n");
        for (var i = 0; i < 40; i++) text.Append(Instructions(random, i));
        return text.Append(" addi s2, s2, -1\n bnez s2, loop\n j again\n .balign 256\nmemory: .zero 512\n").ToString();

        static string Instructions(Random random, int index)
        {
            var (a, b, c) = (Register(random), Register(random), Register(random));
            var amount = Amounts[random.Next(Amounts.Length)];
            var other = random.Next(2) == 0 ? amount : random.Next(2) == 0 ? 64 - amount : Amounts[random.Next(Amounts.Length)];
            var (half, otherHalf) = (1 + (amount & 15), 32 - (1 + (amount & 15)));
            var over = $"over{index}";
            return random.Next(14) switch
            {
                0 => $" slli {a}, {b}, {amount}\n srli {c}, {a}, {other}\n",
                1 => $" slli {a}, {b}, {amount}\n srai {a}, {a}, {other}\n",
                2 => $" slli {a}, {b}, {amount}\n srli {c}, {b}, {other}\n or {a}, {a}, {c}\n",
                3 => $" srliw {a}, {b}, {half}\n slliw {c}, {b}, {otherHalf}\n {(random.Next(2) == 0 ? "or" : "xor")} {a}, {c}, {a}\n",
                4 => $" slli {a}, {b}, {random.Next(5)}\n add {c}, {a}, {c}\n",
                5 => $" slt{(random.Next(2) == 0 ? "u" : "")} {a}, {b}, {c}\n"
                    + $" {Question(random)} {a}, {over}\n addi {c}, {c}, 5\n{over}:\n",
                6 => $" {(random.Next(2) == 0 ? "xor" : "sub")} {a}, {b}, {c}\n"
                    + $" {Question(random)} {a}, {over}\n addi {b}, {b}, 3\n{over}:\n",
                7 => $" lui {a}, {random.Next(1 << 20)}\n addi{(random.Next(2) == 0 ? "w" : "")} {a}, {a}, {random.Next(-2048, 2048)}\n"
                    + $" add {b}, {b}, {a}\n",
                8 => $" slli {a}, {b}, 32\n srli {a}, {a}, {random.Next(20, 40)}\n andi {a}, {a}, 255\n add {c}, s1, {a}\n"
                    + $" sb {b}, 0({c})\n lbu {a}, 1({c})\n",
                9 => $" auipc t1, 0\n addi t1, t1, 12\n jr t1\n add {a}, {a}, {b}\n",
                10 => $" andi {c}, {c}, 3\n {Division(random)} {a}, {b}, {c}\n xori {Register(random)}, {a}, 7\n"
                    + $" {Division(random)} {a}, {b}, {c}\n",
                11 => $" li {c}, -{random.Next(1, 3)}\n slli {b}, {c}, {(random.Next(2) == 0 ? 31 : 63)}\n"
                    + $" {Division(random)} {a}, {b}, {c}\n {Division(random)} {b}, {b}, {c}\n",
                12 => $" xori {a}, {b}, {random.Next(-2048, 2048)}\n",
                _ => $" addw {a}, {b}, {c}\n",
            };
        }

        static string Division(Random random) =>
            (random.Next(2) == 0 ? "div" : "rem") + (random.Next(2) == 0 ? "u" : "") + (random.Next(3) == 0 ? "w" : "");

        static string Question(Random random) => random.Next(2) == 0 ? "beqz" : "bnez";
        static string Register(Random random) => $"a{random.Next(5)}";
    }
}
