using System.Globalization;

namespace ShadowVm.Conformance;

/// <summary>
/// What the random tests have in common: how long they are, where they begin, and the trait by which one filter selects
/// those that compare with QEMU.
/// </summary>
internal static class RandomRun
{
    /// <summary>Name of the trait: <c>--filter Compares=RandomWithQemu</c>.</summary>
    public const string Trait = "Compares";

    /// <summary>Value of the trait.</summary>
    public const string WithQemu = "RandomWithQemu";

    /// <summary>Seed of the first program; each further one's is one more. SHADOWVM_CONFORMANCE_SEED, or 1.</summary>
    public static ulong FirstSeed { get; } = ulong.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_CONFORMANCE_SEED"), CultureInfo.InvariantCulture, out var n) ? n : 1;

    /// <summary>Random instructions that each variant takes at least: SHADOWVM_CONFORMANCE_INSTRUCTIONS, or so many.</summary>
    public static int Instructions(int otherwise) => int.TryParse(
        Environment.GetEnvironmentVariable("SHADOWVM_CONFORMANCE_INSTRUCTIONS"), CultureInfo.InvariantCulture, out var n) && n > 0
        ? n : otherwise;

    /// <summary>Programs of a size that have so many instructions together.</summary>
    public static int Programs(int instructions, int perProgram) => (instructions + perProgram - 1) / perProgram;

    /// <summary>The command that repeats what began with a seed.</summary>
    public static string Repeat(ulong seed) =>
        $"repeat with: SHADOWVM_CONFORMANCE_SEED={seed} dotnet test tests/ShadowVm.Conformance -c Release "
        + $"--filter {Trait}={WithQemu}";

    /// <summary>
    /// What a test logs in the end, for each variant alike. It fails where the emulator is there and fewer instructions were
    /// compared than asked for.
    /// </summary>
    /// <param name="variant">The variant.</param>
    /// <param name="random">Random instructions that all tiers ran.</param>
    /// <param name="asked">How many it should be.</param>
    /// <param name="emulator">QEMU's program.</param>
    /// <param name="compared">Random instructions whose results QEMU had too; null where it isn't installed.</param>
    public static string Report(string variant, long random, long asked, string emulator, long? compared)
    {
        Assert.True(random >= asked && random > 0, $"{variant}: only {random} of {asked} instructions were run");
        Assert.True(compared is null || compared >= asked, $"{variant}: only {compared} of {asked} instructions were compared");
        return $"{variant}: {random} random instructions from seed {FirstSeed} on, equal on all tiers; "
            + (compared is null
                ? $"{emulator} is not installed: nothing was compared with it" : $"{compared} compared with {emulator}, equal");
    }
}
