using ShadowVm.Engine;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// How code is carried out must not be seen: a primary on the reference interpreter and a backup on another tier agree
/// at every boundary, at every epoch length.
/// </summary>
public class TierTests
{
    private static readonly long[] Lengths = [1, 2, 3, 7, 100, 4096, 1_000_000];

    private static readonly Dictionary<string, EngineSettings> Engines = new()
    {
        ["cold"] = new EngineSettings { Tier = Tier.Cold, WarmUp = 0 },
        ["block"] = new EngineSettings { Tier = Tier.Block, WarmUp = 0, HotAfter = 1, Background = false },
        ["region"] = new EngineSettings { Tier = Tier.Region, WarmUp = 0, HotAfter = 1, Background = false, RegionAfter = 0 },
        ["hot region"] = new EngineSettings
        {
            Tier = Tier.Region,
            WarmUp = 0,
            HotAfter = 2,
            Background = false,
            RegionAfter = 1,
            LookEvery = 100,
            BlockInstructions = 5,
        },
        ["background"] = new EngineSettings { Tier = Tier.Region, WarmUp = 0, HotAfter = 2, RegionAfter = 1, LookEvery = 100 },
    };

    public static TheoryData<string, string, long> Cases()
    {
        var data = new TheoryData<string, string, long>();
        foreach (var engine in Engines.Keys)
        {
            foreach (var guest in new[] { "hello", "compute", "timer", "journal", "traps", "example" })
            {
                foreach (var length in Lengths)
                {
                    // With so short epochs regions are not much more than blocks.
                    if (engine.EndsWith("region", StringComparison.Ordinal) && length is 2 or 3) continue;
                    data.Add(engine, guest, length);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_backup_on_another_tier_agrees_at_every_boundary(string engine, string guest, long length)
    {
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run(guest, length, reference, Engines[engine], null, Workload.Shortened(guest));
        Assert.Equal(0, run.ExitCode);
    }
}
