namespace ShadowVm.Fuzzing;

/// <summary>A target that fails on purpose: the harness must report it with the command that repeats it.</summary>
public class Canary
{
    [Fact]
    public void A_target_that_throws_is_reported_with_its_seed()
    {
        var failure = Assert.ThrowsAny<Exception>(() => Fuzz.Run("Canary", 10, chance =>
        {
            if (chance.Next() % 2 == 0) throw new InvalidOperationException("found");
        }));
        Assert.Contains("Canary: InvalidOperationException: found", failure.Message);
        Assert.Matches("SHADOWVM_FUZZ_SEED=[0-9]+ SHADOWVM_FUZZ_RUNS=1", failure.Message);
    }
}
