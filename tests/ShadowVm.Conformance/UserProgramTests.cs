using ShadowVm.Engine;
using ShadowVm.Isa;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Random programs on a bare processor, on each tier, and as Linux processes under QEMU where it is installed: all
/// registers at each checkpoint, and the memory they wrote. SHADOWVM_CONFORMANCE_INSTRUCTIONS makes the runs longer.
/// </summary>
public class UserProgramTests(ITestOutputHelper log)
{
    private const int PerProgram = 10_000;

    private static readonly int Instructions = RandomRun.Instructions(otherwise: 1000);

    // How else than on the reference interpreter as one epoch.
    private static readonly (string Name, EngineSettings Engine, long EpochLength)[] Ways =
    [
        ("cold", Definitions.Forced(Tier.Cold), long.MaxValue),
        ("block", Definitions.Forced(Tier.Block), long.MaxValue),
        ("block, short epochs", Definitions.Forced(Tier.Block), 37),
        ("region", Definitions.Forced(Tier.Region), long.MaxValue),
        ("region, short epochs", Definitions.Forced(Tier.Region), 37),
        ("as it comes", new EngineSettings { WarmUp = 1000, HotAfter = 3, Background = false }, 1000),
    ];

    private static readonly Dictionary<string, (string Qemu, Func<IsaDefinition, ulong, int, UserProgram> Make)> Kinds = new()
    {
        ["mips32"] = ("qemu-mips", (isa, seed, count) => new MipsProgram(isa, seed, count)),
        ["mips32el"] = ("qemu-mipsel", (isa, seed, count) => new MipsProgram(isa, seed, count)),
    };

    /// <summary>Variants that are compared here.</summary>
    internal static IEnumerable<string> Compared => Kinds.Keys;

    public static TheoryData<string> Variants() => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Variants))]
    [Trait(RandomRun.Trait, RandomRun.WithQemu)]
    public void All_tiers_and_qemu_come_to_the_same_registers(string variant)
    {
        var isa = Definitions.Load(variant);
        var (qemu, make) = Kinds[variant];
        var (executed, translated) = (0UL, 0L);
        var (programs, each) = (RandomRun.Programs(Instructions, PerProgram), Math.Min(Instructions, PerProgram));
        long? compared = 0;
        for (var i = 0; i < programs; i++)
        {
            var seed = RandomRun.FirstSeed + (ulong)i;
            var program = make(isa, seed, each);
            using var reference = Processor(isa, program, Definitions.Forced(Tier.Reference));
            var total = RunToEnd(reference, program);
            var expected = Result(reference, program);
            // Of many programs each takes the cold tier and one way through blocks or regions.
            foreach (var (name, engine, length) in i < 2 ? Ways : [Ways[0], Ways[1 + (i % 4)]])
            {
                using var other = Processor(isa, program, engine);
                for (var left = total; left > 0; left -= Math.Min(left, length)) other.RunEpoch(Math.Min(left, length));
                var ours = Result(other, program);
                Assert.True(ours.SequenceEqual(expected), Difference(variant, name, seed, program, ours, expected));
                Assert.Equal(reference.Cpu.Slots, other.Cpu.Slots);
                Assert.True(
                    reference.Cpu.Retired == other.Cpu.Retired,
                    $"{variant} on {name} counted {other.Cpu.Retired} instructions, not {reference.Cpu.Retired}; {RandomRun.Repeat(seed)}");
                executed += other.Cpu.Retired;
                translated += other.Statistics.InstructionsTranslated;
            }

            var theirs = compared is null ? null : QemuUser.Run(qemu, program.Image);
            compared = theirs is null ? null : compared + each;
            if (theirs is not null) Assert.True(theirs.SequenceEqual(expected), Difference(variant, qemu, seed, program, expected, theirs));
        }

        Assert.True(translated > programs * each, $"only {translated} instructions were translated");
        log.WriteLine($"{variant}: {executed} executed, {translated} translated");
        log.WriteLine(RandomRun.Report(variant, programs * each, Instructions, qemu, compared));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_counter_that_expires_at_each_instruction_changes_nothing(string variant)
    {
        var isa = Definitions.Load(variant);
        var program = Kinds[variant].Make(isa, RandomRun.FirstSeed, 300);
        using var whole = Processor(isa, program, Definitions.Forced(Tier.Reference));
        var total = RunToEnd(whole, program);
        foreach (var tier in Enum.GetValues<Tier>())
        {
            using var pieces = Processor(isa, program, Definitions.Forced(tier));
            for (var i = 0L; i < total; i++) pieces.RunEpoch(1);
            Assert.Equal(whole.Cpu.Slots, pieces.Cpu.Slots);
            Assert.Equal(Result(whole, program), Result(pieces, program));
        }
    }

    private static EdgeProcessor Processor(IsaDefinition isa, UserProgram program, EngineSettings engine)
    {
        var processor = new EdgeProcessor(isa, engine, UserProgram.Start, UserProgram.MemoryBytes);
        var at = UserProgram.Start;
        foreach (var word in program.Code) at = processor.Write(at, word);
        Assert.True(processor.Memory.TryCopyIn(UserProgram.Result - (ulong)program.Table.Length, program.Table));
        processor.Reset();
        return processor;
    }

    /// <summary>Runs to the loop at the program's end; gives the number of instructions.</summary>
    private static long RunToEnd(EdgeProcessor processor, UserProgram program)
    {
        var total = 0L;
        for (; processor.Cpu[processor.Isa.PcSlot] != program.End; total++)
        {
            Assert.True(total < 10_000_000, "the program does not end");
            processor.RunEpoch(1);
        }

        return total;
    }

    private static byte[] Result(EdgeProcessor processor, UserProgram program)
    {
        var bytes = new byte[program.ResultBytes];
        Assert.True(processor.Memory.TryCopyOut(UserProgram.Result, bytes));
        return bytes;
    }

    private static string Difference(
        string variant, string other, ulong seed, UserProgram program, byte[] ours, byte[] theirs) =>
        $"{variant} differs from {other} at {program.PlaceOf(ours, theirs)}; {RandomRun.Repeat(seed)}";
}
