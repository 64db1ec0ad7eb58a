using System.Globalization;
using ShadowVm.Engine;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Random sequences of Alpha's user instructions on each tier and on qemu-alpha, where it is installed: all registers,
/// the floating-point control register and memory behind each sequence. SHADOWVM_CONFORMANCE_INSTRUCTIONS makes the run
/// longer; blocks are translated of every sixteenth program.
/// </summary>
public class AlphaQemuTests(ITestOutputHelper log)
{
    private const int PerProgram = 1200;

    private static readonly int Instructions = RandomRun.Instructions(otherwise: PerProgram);

    private static readonly (string Name, EngineSettings Engine, long Counter)[] Ways =
    [
        ("cold", Definitions.Forced(Tier.Cold), 1_000_000),
        ("block", Definitions.Forced(Tier.Block), 1_000_000),
        ("block, counter of 1 to 7", Definitions.Forced(Tier.Block), 7),
        ("region", Definitions.Forced(Tier.Region), 1_000_000),
        ("region, short epochs", Definitions.Forced(Tier.Region), 37),
    ];

    /// <summary>The variant that is compared here.</summary>
    internal static string Variant => Definitions.LoadDefault("alpha").Variant;

    [Fact]
    [Trait(RandomRun.Trait, RandomRun.WithQemu)]
    public void All_tiers_and_qemu_come_to_the_same_state()
    {
        var isa = Definitions.LoadDefault("alpha");
        var (count, names) = (0L, new HashSet<string>());
        long? compared = 0;
        for (var seed = RandomRun.FirstSeed; count < Instructions; seed++)
        {
            using var program = new AlphaProgram(isa, seed, PerProgram);
            count += program.Count;
            names.UnionWith(program.Names);
            var (expected, _) = program.Run(new EngineSettings { Tier = Tier.Reference }, 1_000_000);
            foreach (var (name, engine, counter) in Ways)
            {
                // Each block is made for one run of it, which takes the compiler long.
                if (engine.Tier >= Tier.Block && (seed - RandomRun.FirstSeed) % 16 != 0) continue;
                var (found, _) = program.Run(engine, counter);
                if (!expected.AsSpan().SequenceEqual(found)) Assert.Fail(Report(name, expected, found));
            }

            if (compared is null || QemuUser.Run("qemu-alpha", program.Image) is not { } theirs)
            {
                compared = null;
                continue;
            }

            if (!expected.AsSpan().SequenceEqual(theirs)) Assert.Fail(Report("QEMU", expected, theirs));
            compared += program.Count;

            string Report(string name, byte[] ours, byte[] other)
            {
                var difference = AlphaProgram.Difference(ours, other);
                var sequence = int.Parse(difference.AsSpan(9, difference.IndexOf(',') - 9), CultureInfo.InvariantCulture);
                return $"seed {seed}, {name}: {difference}\n{program.Listing(sequence)}\n{RandomRun.Repeat(seed)}";
            }
        }

        Assert.True(names.Count > 120, $"only {names.Count} instructions came up");
        log.WriteLine($"{names.Count} kinds of instructions");
        log.WriteLine(RandomRun.Report(isa.Variant, count, Instructions, "qemu-alpha", compared));
    }
}
