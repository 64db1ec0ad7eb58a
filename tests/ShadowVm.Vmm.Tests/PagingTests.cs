using ShadowVm.Engine;
using ShadowVm.Vmm.Tests.World;

namespace ShadowVm.Vmm.Tests;

/// <summary>
/// What an engine remembers of pages and code must not show. A guest turns translation on, maps pages when they are
/// touched, rewrites tables, clears accessed and dirty bits, and rewrites and moves code, with fences and without any;
/// the reference interpreter, which walks at each access, must agree at every boundary with each tier, warm and cold.
/// </summary>
public class PagingTests
{
    private const string Wide = "paging@rv64imas_zicsr_zifencei";
    private const string Compressed = "paging@rv64imacs_zicsr_zifencei";

    private const int Patient = 10_000;

    private static readonly Dictionary<string, EngineSettings> Engines = new()
    {
        ["cold"] = new EngineSettings { Tier = Tier.Cold, WarmUp = 0 },
        ["block"] = new EngineSettings { Tier = Tier.Block, WarmUp = 0, HotAfter = 1, Background = false },
        ["hot region"] = new EngineSettings
        {
            Tier = Tier.Region,
            WarmUp = 0,
            HotAfter = 3,
            Background = false,
            RegionAfter = 1,
            LookEvery = 500,
        },
        ["patient region"] = new EngineSettings
        {
            Tier = Tier.Region,
            WarmUp = 0,
            HotAfter = 3,
            Background = false,
            RegionAfter = 1,
            LookEvery = Patient,
        },
        ["hot block"] = new EngineSettings { Tier = Tier.Block, WarmUp = 0, HotAfter = 5, Background = false },
        ["cold, forgetting"] = new EngineSettings { Tier = Tier.Cold, WarmUp = 0, Forgets = true },
        ["block, forgetting"] =
            new EngineSettings { Tier = Tier.Block, WarmUp = 0, HotAfter = 20, Background = false, Forgets = true },
    };

    public static TheoryData<string, string, long, ulong> Cases()
    {
        var data = new TheoryData<string, string, long, ulong>();
        foreach (var (name, engine) in Engines)
        {
            foreach (var length in new long[] { 1, 2, 3, 7, 100, 4096 })
            {
                // To forget at each instruction takes long, and to compile what is then forgotten takes longer.
                if (engine.LookEvery == Patient) continue;
                if (engine.Forgets && length < (engine.Tier == Tier.Block ? 4096 : 7)) continue;
                data.Add(name, length % 2 == 0 ? Wide : Compressed, length, (ulong)(length & 1));
                if (length >= 100) data.Add(name, Compressed, length, 1);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_remembered_never_shows(string engine, string guest, long length, ulong withoutFences)
    {
        var rounds = length < 100 ? 25UL : 70;
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run(guest, length, reference, Engines[engine], null, (0, rounds), (1, withoutFences));
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("paging: ", run.Console);
    }

    /// <summary>A workload with twice as many pages as have a place: they come and go, and are known again.</summary>
    [Theory]
    [InlineData("cold")]
    [InlineData("hot block")]
    [InlineData("hot region")]
    public void Pages_that_others_took_the_place_of_are_the_same_again(string engine)
    {
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run("paged/pages@rv64ims_zicsr_zifencei", 100_000, reference, Engines[engine], null, (0, 1));
        Assert.Equal(("pages: ce3cd5cf0c904625\n", 0), (run.Console, run.ExitCode));
    }

    [Theory]
    [InlineData("cold", 4096)]
    [InlineData("block", 1)]
    [InlineData("block", 4096)]
    [InlineData("hot block", 4096)]
    [InlineData("hot region", 4096)]
    public void Accesses_across_the_end_of_a_page_meet_both_frames(string engine, long length)
    {
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run("boundary.s@rv64ims_zicsr_zifencei", length, reference, Engines[engine]);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("pages.s+steady.s", "cold", 4096)]
    [InlineData("pages.s+steady.s", "hot block", 4096)]
    [InlineData("pages.s+steady.s", "hot region", 7)]
    [InlineData("pages.s+steady.s", "hot region", 100)]
    [InlineData("pages.s+steady.s", "hot region", 4096)]
    [InlineData("pages.s+scattered.s", "hot block", 4096)]
    [InlineData("pages.s+scattered.s", "hot region", 100)]
    [InlineData("pages.s+scattered.s", "hot region", 4096)]
    [InlineData("pages.s+ranges.s", "cold", 4096)]
    [InlineData("pages.s+ranges.s", "hot block", 4096)]
    [InlineData("pages.s+ranges.s", "hot region", 100)]
    [InlineData("pages.s+ranges.s", "hot region", 4096)]
    [InlineData("pages.s+ranges.s", "patient region", 100_000)]
    [InlineData("pages.s+seldom.s", "hot block", 4096)]
    [InlineData("pages.s+seldom.s", "hot region", 1_000_000)] // the first store to a page in an epoch is given up
    public void Loops_through_pages_keep_each_pages_frame_and_rights(string guest, string engine, long length)
    {
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run($"{guest}@rv64ims_zicsr_zifencei", length, reference, Engines[engine]);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("hot block")]
    [InlineData("hot region")]
    public void A_frame_at_two_pages_is_one_memory(string engine)
    {
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run("pages.s+alias.s@rv64ims_zicsr_zifencei", 4096, reference, Engines[engine]);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void An_access_of_two_blocks_is_in_a_region_twice()
    {
        var reference = new EngineSettings { Tier = Tier.Reference };
        var run = LockstepPair.Run("pages.s+overlap.s@rv64imacs_zicsr_zifencei", 4096, reference, Engines["hot region"]);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void An_access_that_comes_to_another_page_all_the_time_stops_remembering_one()
    {
        const string guest = "pages.s+steady.s@rv64ims_zicsr_zifencei";
        var run = LockstepPair.Run(guest, 100_000, new EngineSettings { Tier = Tier.Reference }, Engines["patient region"]);
        Assert.Equal(0, run.ExitCode);
        using var machine = Guests.Machine(guest, 100_000, Engines["patient region"]);
        RunToEnd(machine);
        var exits = ExitsOf(machine, "another page");
        Assert.InRange(exits, 1, 3);
    }

    [Fact]
    public void An_access_that_comes_to_other_pages_of_one_range_remembers_the_range()
    {
        using var machine = Guests.Machine("pages.s+ranges.s@rv64ims_zicsr_zifencei", 100_000, Engines["patient region"]);
        RunToEnd(machine);
        // Once for each time that the range is another one, if that is in a region; the exits before were of this loop, too.
        var exits = ExitsOf(machine, "another page");
        Assert.InRange(exits, 3, 40);
        Assert.True(machine.Statistics.ReferenceInstructions < 30_000, $"{machine.Statistics.ReferenceInstructions}");
    }

    [Fact]
    public void Loads_from_scattered_frames_stop_going_by_the_last_one()
    {
        using var machine = Guests.Machine("pages.s+scattered.s@rv64ims_zicsr_zifencei", 100_000, Engines["patient region"]);
        RunToEnd(machine);
        var exits = ExitsOf(machine, "another frame");
        Assert.InRange(exits, 200, 300);
    }

    /// <summary>A workload with 1 MiB between its arrays, each of which has a place.</summary>
    [Fact]
    public void Arrays_at_a_power_of_two_have_places_of_their_own()
    {
        using var machine = Guests.Machine("paged/arrays@rv64ims_zicsr_zifencei", 100_000, Engines["hot region"], (0, 10));
        RunToEnd(machine);

        Assert.True(machine.Statistics.ReferenceInstructions < 100_000, $"{machine.Statistics.ReferenceInstructions}");
    }

    [Fact]
    public void Hot_code_is_translated_where_addresses_are()
    {
        using var machine = Guests.Machine(Compressed, 4096, Engines["hot block"], (0, 300), (1, 1));
        RunToEnd(machine);

        Assert.True(machine.Statistics.BlockInstructions > (long)machine.Retired / 4, $"{machine.Statistics.BlockInstructions}");
    }

    private static long ExitsOf(VirtualMachine machine, string why) =>
        machine.Statistics.Exits[EngineStatistics.ExitNames.IndexOf(why)];

    private static void RunToEnd(VirtualMachine machine)
    {
        var clock = InstructionClock.First;
        while (machine.ExitCode is null)
        {
            machine.BeginEpoch([], clock);
            machine.RunEpoch();
            clock = InstructionClock.Next(machine, inputArrives: false);
        }
    }
}
