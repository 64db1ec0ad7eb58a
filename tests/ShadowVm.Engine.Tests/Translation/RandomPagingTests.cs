using ShadowVm.Isa;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>
/// Loops through pages, against the reference interpreter, which walks at each access: random guests that change their page tables
/// between the loops and in them, without a fence.
/// </summary>
public class RandomPagingTests
{
    private static readonly IsaDefinition Isa = Duel.Variant("rv64imas_zicsr_zifencei");

    /// <summary>One that is stopped seldom enough to see that an access comes to another page at each turn.</summary>
    private static readonly EngineSettings Patient = Duel.Engines["hot region"] with { LookEvery = 10_000 };

    [Theory]
    [InlineData("hot region", 100, 300, 20)]
    [InlineData("hot region", 5003, 20, 20)]
    [InlineData("patient", 100, 300, 20)]
    [InlineData("patient", 100_003, 4, 6)]
    public void What_is_remembered_of_pages_never_shows(string engine, long length, int epochs, int seeds)
    {
        for (var seed = 1; seed <= seeds; seed++)
        {
            var text = new PagedProgram(new Random(seed)).Text;
            try
            {
                Duel.Fight(text, engine == "patient" ? Patient : Duel.Engines[engine], epochs, length, isa: Isa);
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}, epochs of {length}: {exception.Message}\n{text}");
            }
        }
    }

    /// <summary>They are worth something only if ranges of pages are looked for in them, and pages fault.</summary>
    [Fact]
    public void They_fault_and_come_to_another_page_at_each_turn()
    {
        var (traps, others) = (0L, 0L);
        for (var seed = 2; seed <= 4; seed++)
        {
            var statistics = Duel.Fight(new PagedProgram(new Random(seed)).Text, Patient, 3, 100_003, isa: Isa);
            others += statistics.Exits[EngineStatistics.ExitNames.IndexOf("another page")];
            traps += statistics.Traps;
        }

        Assert.InRange(others, 5, 100);
        Assert.InRange(traps, 100, 30_000);
    }
}
