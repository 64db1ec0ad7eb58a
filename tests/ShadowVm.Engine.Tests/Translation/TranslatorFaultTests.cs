using System.Collections.Concurrent;
using ShadowVm.Engine.Translation;

namespace ShadowVm.Engine.Tests.Translation;

/// <summary>A translator that throws: the guest goes on in the tiers below, unless nobody wants to be told.</summary>
public class TranslatorFaultTests
{
    private const string Loops = "_start: li s0, 1\n"
        + "again: li s1, 50\n"
        + "loop: addi t0, t0, 1\n xor t1, t1, t0\n addi s1, s1, -1\n bnez s1, loop\n jal ra, sum\n j again\n"
        + "sum: add a0, a0, t1\n ret\n";

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public void The_guest_goes_on_in_the_tiers_below(bool regionsFail, bool blocksFail, bool inBackground)
    {
        var faults = new ConcurrentQueue<TranslatorFault>();
        var thread = Environment.CurrentManagedThreadId;
        var statistics = Duel.Fight(Loops, Failing(regionsFail, blocksFail) with
        {
            Background = inBackground,
            OnTranslatorFault = fault =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                faults.Enqueue(fault);
            },
        }, epochs: 200, epochLength: 1009);
        Assert.Equal(!regionsFail && !blocksFail, faults.IsEmpty);
        Assert.Equal(faults.Count, statistics.TranslatorFaults);
        Assert.Equal(regionsFail, statistics.RegionsTranslated == 0);
        Assert.Equal(blocksFail, statistics.BlocksTranslated == 0);
        // Each place is tried a few times at most, not again and again.
        Assert.InRange(faults.Count, 0, 12);
        Assert.All(faults, fault => Assert.Equal((fault.IsRegion, "spoilt"), (!blocksFail, fault.Exception.Message)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_nobody_wants_to_be_told_of_ends_with_the_fault(bool inBackground)
    {
        var thrown = Assert.Throws<InvalidOperationException>(
            () => Duel.Fight(Loops, Failing(regionsFail: true, blocksFail: false) with { Background = inBackground }, 20_000, 1009));
        Assert.StartsWith("The translator failed at the region at 800000", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith(": DivideByZeroException: spoilt.", thrown.Message, StringComparison.Ordinal);
    }

    private static EngineSettings Failing(bool regionsFail, bool blocksFail) => Duel.Engines["hot region"] with
    {
        BeforeTranslation = (_, isRegion) =>
        {
            if (isRegion ? regionsFail : blocksFail) throw new DivideByZeroException("spoilt");
        },
    };
}
