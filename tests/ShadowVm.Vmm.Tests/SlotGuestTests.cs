using ShadowVm.Engine;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// A guest with delay slots, in both byte orders: replicas on different tiers agree at every boundary, wherever between a
/// branch and its slot epochs end.
/// </summary>
public class SlotGuestTests
{
    private static readonly long[] Lengths = [1, 2, 3, 7, 100];

    public static TheoryData<string, long> GuestsAndLengths()
    {
        var data = new TheoryData<string, long>();
        foreach (var guest in new[] { "board-mips", "board-mipsel" })
        {
            foreach (var length in Lengths) data.Add(guest, length);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(GuestsAndLengths))]
    public void A_backup_on_another_tier_agrees_at_every_boundary(string guest, long length)
    {
        foreach (var tier in new[] { Tier.Cold, Tier.Block, Tier.Region })
        {
            var run = Run(guest, length, tier);
            Assert.Equal(0, run.ExitCode);
            Assert.EndsWith("board: ticks 00000005 ok\nboard: done\n", run.Console, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("board-mips")]
    [InlineData("board-mipsel")]
    public void Without_interrupts_it_ends_the_same_at_every_epoch_length(string guest)
    {
        var runs = new long[] { 1, 7, 100 }.Select(length => Run(guest, length, Tier.Block, (0, 1))).ToArray();
        Assert.All(runs, run => Assert.EndsWith("board: done\n", run.Console, StringComparison.Ordinal));
        Assert.Single(runs.Select(run => run.FinalDigest).Distinct());
        Assert.Single(runs.Select(run => run.Instructions).Distinct());
    }

    private static RunResult Run(string guest, long length, Tier tier, params (int, ulong)[] set) => LockstepPair.Run(
        guest,
        length,
        new EngineSettings { Tier = Tier.Reference },
        new EngineSettings { Tier = tier, WarmUp = 0, HotAfter = 1, Background = false },
        null,
        set);
}
