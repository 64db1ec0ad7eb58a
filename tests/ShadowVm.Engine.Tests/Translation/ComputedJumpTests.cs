using System.Text;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Computed jumps inside regions, against the reference interpreter: random interpreters, whose instructions each go on to the next
/// by an address that they work out. Some have loops in them, some call, some fault, and some go to where no block begins.
/// </summary>
public class ComputedJumpTests
{
    private const int Bodies = 20; // on two pages

    [Theory]
    [InlineData("region")]
    [InlineData("hot region")]
    [InlineData("as it comes")]
    public void They_go_where_the_guest_says(string engine) => Duel.FightRandom(ProgramOf, engine, 1, 7);

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
            for (var count = random?.Next(1, 6) ?? 3; count > 0; count--) text.Append(Instructions(random?.Next(10) ?? i % 5, i, count));
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
            _ => " slli a6, a0, 3\n sub a7, a7, a6\n",
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
