namespace ShadowVm.Conformance;

/// <summary>The random tests leave no instruction set out.</summary>
public class RandomRunTests
{
    [Fact]
    [Trait(RandomRun.Trait, RandomRun.WithQemu)]
    public void Every_variant_has_random_programs_for_qemu()
    {
        string[] compared = [.. Definitions.BareVariants, .. UserProgramTests.Compared, AlphaQemuTests.Variant];
        Assert.Equal(Definitions.Variants.Order(), compared.Order());
    }

    [Fact]
    public void A_run_without_enough_to_compare_fails()
    {
        Assert.Contains("not installed", RandomRun.Report("toy", 10, 10, "qemu-toy", null));
        Assert.Contains("11 compared with qemu-toy", RandomRun.Report("toy", 12, 10, "qemu-toy", 11));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => RandomRun.Report("toy", 10, 10, "qemu-toy", 0));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => RandomRun.Report("toy", 9, 10, "qemu-toy", null));
        Assert.Equal([1, 1, 2, 100], new[] { 1, 10, 11, 1000 }.Select(instructions => RandomRun.Programs(instructions, 10)));
    }
}
