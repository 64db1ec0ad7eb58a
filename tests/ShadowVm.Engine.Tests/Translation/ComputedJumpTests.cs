using System.Text;
using ShadowVm.Isa;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Computed jumps inside regions, against the reference interpreter: random interpreters, whose instructions each go on to the next
/// by an address that they work out. Some have loops in them, some call, some fault, and some go to where no block begins.
/// </summary>
public class ComputedJumpTests
{
    private const int Bodies = 20; // on two pages

    private static readonly IsaDefinition Mips = Duel.Definition("mips");

    private static EngineSettings Quick => new() { Background = false, LookEvery = 500, HotAfter = 2, WarmUp = 0 };

    [Theory]
    [InlineData("region")]
    [InlineData("hot region")]
    [InlineData("as it comes")]
    public void They_go_where_the_guest_says(string engine) => Duel.FightRandom(ProgramOf, engine, 1, 7);

    /// <summary>With delay slots, in which the jump's register is changed, or which fault.</summary>
    [Theory]
    [InlineData("region")]
    [InlineData("hot region")]
    public void They_go_there_behind_their_slots(string engine)
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var text = ProgramWithSlots(new Random(seed));
            foreach (var length in new[] { 1, 7, 5003 })
            {
                try
                {
                    Duel.Fight(text, Duel.Engines[engine] with { RegionInstructions = 240 }, length == 5003 ? 4 : 300, length, isa: Mips);
                }
                catch (Exception exception)
                {
                    Assert.Fail($"seed {seed}, epochs of {length}: {exception.Message}\n{text}");
                }
            }
        }
    }

    /// <summary>Where a region has no room for all bodies, not each of them gets a region with some of the others.</summary>
    [Fact]
    public void Too_many_targets_are_none()
    {
        var statistics = Duel.Fight(Interpreter(32, 20, "", ""), Quick, 100, 20_000);
        Assert.True(statistics.BlocksTranslated >= 32);
        Assert.True(
            statistics.RegionInstructions <= statistics.InstructionsTranslated,
            $"regions of {statistics.RegionInstructions} instructions for blocks of {statistics.InstructionsTranslated}");
    }

    /// <summary>Nor does each get one where all have room, but become hot one after the other.</summary>
    [Fact]
    public void A_region_with_all_of_another_takes_its_place()
    {
        var (boundaries, switches) = (0, 0);
        Duel.Fight(Interpreter(16, 2, "", ""), Quick, 100, 20_000, machine =>
        {
            if (++boundaries != 200) return;
            switches = machine.ListingsAt(Duel.Ram, 0x4000).Count(listing => listing.Il.Contains("    switch ", StringComparison.Ordinal));
        });
        Assert.Equal(1, switches);
    }

    /// <summary>A function that the bodies call is entered at its loop, and lies a page below: the table is one of bodies.</summary>
    [Fact]
    public void Who_enters_elsewhere_does_not_make_the_table_longer()
    {
        const string helper = "helper: andi t2, s0, 3\n addi t2, t2, 1\n"
            + "turn: addi a6, a6, 1\n addi t2, t2, -1\n bnez t2, turn\n ret\n .balign 4096\n";
        var (boundaries, places) = (0, 0);
        Duel.Fight(Interpreter(16, 2, helper, " jal ra, helper\n"), Quick, 20, 20_000, machine =>
        {
            if (++boundaries != 40) return;
            places = machine.ListingsAt(Duel.Ram, 0x4000).SelectMany(listing => listing.Il.Split('\n'))
                .Where(line => line.StartsWith("    switch ", StringComparison.Ordinal)).Max(line => line.Count(letter => letter == 'L'));
        });
        Assert.Equal((15 * 64) + 1, places); // one for two bytes, and 128 bytes to a body
    }

    /// <summary>A region has all of an interpreter's instructions that are near, and each goes on to the next inside.</summary>
    [Fact]
    public void A_region_goes_on_inside()
    {
        var (boundaries, pieces) = (0, 0);
        Duel.Fight(ProgramOf(null), Duel.Engines["hot region"] with { RegionInstructions = 500 }, 30, 5003, machine =>
        {
            if (++boundaries != 60) return; // of both machines
            pieces = machine.ListingsAt(Duel.Ram, 0x4000)
                .Where(listing => listing.Il.Contains("    switch ", StringComparison.Ordinal)).Max(listing => listing.Parts.Count);
        });
        Assert.True(pieces >= 10, $"{pieces} pieces of code in the largest region with computed jumps");
    }

    private static string ProgramOf(Random? random)
    {
        var text = new StringBuilder("_start: la t0, handler\n csrw mtvec, t0\n li s0, 0x9e3779b97f4a7c15\n la s1, memory\n la s2, bodies\n"
            + " la sp, stack\n li s5, 1\n").Append(Next(random));
        text.Append(" .balign 4\nhandler: csrr t6, mepc\n addi t6, t6, 4\n csrw mepc, t6\n addi s11, s11, 1\n mret\n"
            + "helper: xor a0, a0, a1\n addi a2, a2, 5\n ret\n .balign 256\nbodies:\n");
        for (var i = 0; i < Bodies; i++)
        {
            text.Append(" .balign 256\n");
            for (var count = random?.Next(1, 6) ?? 3; count > 0; count--) text.Append(Instructions(random?.Next(11) ?? i % 5, i, count));
            text.Append(Next(random));
        }

        return text.Append(" .balign 256\nmemory: .zero 512\n .zero 256\nstack: .zero 64\n").ToString();

        static string Instructions(int kind, int body, int index) => kind switch
        {
            0 => " add a0, a0, s0\n",
            1 => " xor a1, a1, a0\n addw a2, a2, a1\n",
            2 => $" sd a0, {8 * (body % 8)}(s1)\n",
            3 => $" ld a3, {8 * (index % 8)}(s1)\n add a1, a1, a3\n",
            4 => " mul a4, a0, a1\n srli a0, a4, 7\n",
            5 => $" andi t2, s0, 7\n addi t2, t2, 1\nloop{body}x{index}: addi a5, a5, 3\n addi t2, t2, -1\n bnez t2, loop{body}x{index}\n",
            6 => " jal ra, helper\n",
            7 => " lw a6, -1(x0)\n",
            8 => $" andi t2, s0, 64\n beqz t2, over{body}x{index}\n addi a7, a7, 1\nover{body}x{index}: addi a6, a6, 2\n",
            9 => " ecall\n", // what stands behind it is come to by the handler alone
            _ => " slli a6, a0, 3\n sub a7, a7, a6\n",
        };
    }

    /// <summary>Bodies of 128 bytes, of which each goes on to a random one.</summary>
    private static string Interpreter(int bodies, int length, string prelude, string call)
    {
        var text = new StringBuilder("_start: la sp, stack\n li s0, 0x9e3779b97f4a7c15\n li s4, 0x5851f42d4c957f2d\n la s2, bodies\n"
            + $" j next\n{prelude} .balign 4096\nbodies:\n");
        for (var i = 0; i <= bodies; i++)
        {
            text.Append(i < bodies ? " .balign 128\n" : "next:\n");
            for (var k = 0; k < length; k++) text.Append($" addi a{k % 6}, a{(k + 1) % 6}, {i}\n");
            if (i % 8 == 0) text.Append(call);
            text.Append($" mul s0, s0, s4\n addi s0, s0, {(2 * i) + 1}\n srli t1, s0, 37\n andi t1, t1, {bodies - 1}\n slli t1, t1, 7\n"
                + " add t1, t1, s2\n jr t1\n");
        }

        return text.Append(" .balign 256\n .zero 256\nstack: .zero 64\n").ToString();
    }

    private static string ProgramWithSlots(Random random)
    {
        var text = new StringBuilder(" b start\n nop\n .org 0x80000180\n mfc0 k0, epc\n mfc0 k1, cause\n bltz k1, back\n addiu k0, k0, 8\n"
            + " addiu k0, k0, -4\nback: addiu s7, s7, 1\n mtc0 k0, epc\n eret\n .org 0x80000400\n"
            + "start: li s0, 0x7f4a7c15\n la s1, memory\n la s2, bodies\n").Append(Next()).Append(" .balign 4096\nbodies:\n");
        for (var i = 0; i < 16; i++)
        {
            text.Append(" .balign 128\n");
            for (var count = random.Next(1, 5); count > 0; count--)
            {
                text.Append(random.Next(5) switch
                {
                    0 => " addu a0, a0, s0\n",
                    1 => $" sw a0, {4 * (i % 8)}(s1)\n",
                    2 => $" lw a1, {4 * (count % 8)}(s1)\n xor a0, a0, a1\n",
                    3 => $" andi t2, s0, 7\n addiu t2, t2, 1\n"
                        + $"loop{i}x{count}: addiu t2, t2, -1\n bnez t2, loop{i}x{count}\n addiu t8, t8, 3\n",
                    _ => $" andi t2, s0, 1\n beqzl t2, over{i}x{count}\n addiu a2, a2, 1\n xor a2, a2, a0\n"
                        + $"over{i}x{count}: addu a3, a3, a2\n",
                });
            }

            text.Append(Next());
        }

        return text.Append(" .balign 256\nmemory: .zero 64\n").ToString();

        string Next() => " sll t1, s0, 13\n xor s0, s0, t1\n srl t1, s0, 17\n xor s0, s0, t1\n sll t1, s0, 5\n xor s0, s0, t1\n"
            + " srl t1, s0, 12\n andi t1, t1, 15\n sll t1, t1, 7\n addu t1, t1, s2\n jr t1\n" + random.Next(6) switch
            {
                0 => " nop\n",
                1 => " addiu t1, t1, 4\n",
                2 => " lw a1, 1(zero)\n", // faults
                3 => " sw t1, 32(s1)\n",
                _ => " addu a0, a0, t1\n",
            };
    }

    /// <summary>The next body by a random number, and now and then its second instruction instead of the first.</summary>
    private static string Next(Random? random)
    {
        const string number = " slli t1, s0, 13\n xor s0, s0, t1\n srli t1, s0, 7\n xor s0, s0, t1\n slli t1, s0, 17\n xor s0, s0, t1\n";
        var bodies = random?.Next(3) == 0 ? 4 : 16;
        var second = random?.Next(4) == 0 ? " srli t2, s0, 40\n andi t2, t2, 4\n add t1, t1, t2\n" : "";
        return $"{number} srli t1, s0, 20\n andi t1, t1, {bodies - 1}\n slli t1, t1, 8\n add t1, t1, s2\n{second} jr t1\n";
    }
}
