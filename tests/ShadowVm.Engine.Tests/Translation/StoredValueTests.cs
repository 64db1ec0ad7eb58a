using System.Text;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Loads of what was stored just before, against the reference interpreter: all widths, at places that meet, by two registers that
/// come to the same memory without translated code knowing.
/// </summary>
public class StoredValueTests
{
    private static readonly string[] Stores = ["sb", "sh", "sw", "sd"];
    private static readonly string[] Loads = ["lb", "lbu", "lh", "lhu", "lw", "lwu", "ld"];

    [Theory]
    [InlineData("block")]
    [InlineData("region")]
    [InlineData("hot region")]
    public void A_load_gives_what_was_stored_last(string engine) =>
        Duel.FightRandom(ProgramOf, engine, 7);

    private static string ProgramOf(Random random)
    {
        var text = new StringBuilder("_start: li s0, 0x9e3779b97f4a7c15\n la s1, memory\n sd s1, 0(s1)\n ld s2, 0(s1)\n li a0, 1\n"
            + "again: mul a0, a0, s0\n xori a1, a0, -1\n srli a2, a0, 9\n add a3, a1, a2\n li s3, 6\nloop:\n");
        for (var i = 0; i < 60; i++) text.Append(Instructions(random, i));
        return text.Append(" addi s3, s3, -1\n bnez s3, loop\n j again\n .balign 256\nmemory: .zero 512\n").ToString();

        static string Instructions(Random random, int index)
        {
            var (a, b) = (Register(random), Register(random));
            var place = $"{8 * random.Next(3)}({(random.Next(5) == 0 ? "s2" : "s1")})";
            var over = $"over{index}";
            return random.Next(10) switch
            {
                0 or 1 => $" s{"wd"[random.Next(2)]} {a}, {place}\n",
                2 or 3 => $" {(random.Next(2) == 0 ? "ld" : "lw")} {a}, {place}\n",
                4 => $" {Stores[random.Next(4)]} {a}, {random.Next(24)}(s{random.Next(1, 3)})\n",
                5 => $" {Loads[random.Next(7)]} {a}, {random.Next(24)}(s{random.Next(1, 3)})\n",
                6 => $" add {a}, {a}, {b}\n",
                7 => $" bltz {a}, {over}\n sw {b}, {place}\n{over}:\n",
                8 => $" amoadd.d {a}, {b}, (s1)\n",
                _ => $" lr.d t0, (s1)\n sc.d t0, {b}, (s1)\n ld {a}, 0(s1)\n",
            };
        }

        static string Register(Random random) => $"a{random.Next(5)}";
    }
}
