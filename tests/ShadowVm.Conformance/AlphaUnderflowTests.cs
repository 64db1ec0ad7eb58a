using ShadowVm.Engine;
using Xunit.Abstractions;

namespace ShadowVm.Conformance;

/// <summary>
/// Small products with UNDZ, which makes them zero, and without, one after the other, on each tier and on qemu-alpha,
/// where it is installed: what <see cref="AlphaProgram.EndQemuBlock"/> is for.
/// </summary>
public class AlphaUnderflowTests(ITestOutputHelper log)
{
    private const ulong Disabled = 1UL << 62 | 1UL << 61 | 1UL << 51 | 1UL << 50 | 1UL << 49;
    private const ulong Rounding = 2UL << 58;
    private const ulong Zeroing = 1UL << 60;
    private const ulong Underflow = 1UL << 55;

    private static readonly ulong[] Inputs =
    [
        0x3810_0000_2000_0000, 0x3fe0_0000_0000_0000, // the smallest normal single and a bit, and a half
        Disabled | Rounding | Zeroing, Disabled | Rounding,
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Small_results_become_zero_as_the_control_register_says_now(bool zeroingFirst)
    {
        var isa = Definitions.LoadDefault("alpha");
        using var program = Make(AlphaProgram.EndQemuBlock);
        using var oneBlock = Make("");
        const ulong denormal = 0x0008_0000_0000_0000; // a denormal single keeps its exponent of 0 in a register
        const ulong control = Disabled | Rounding;
        ulong[] expected = zeroingFirst
            ? [0, control | Zeroing, denormal, control | Underflow]
            : [denormal, control | Underflow, 0, control | Zeroing];
        foreach (var tier in new[] { Tier.Reference, Tier.Cold, Tier.Block, Tier.Region })
        {
            var settings = tier == Tier.Reference ? new EngineSettings { Tier = tier } : Definitions.Forced(tier);
            Assert.Equal(expected, Words(program.Run(settings, 1000).Results));
            Assert.Equal(expected, Words(oneBlock.Run(settings, 1000).Results));
        }

        if (QemuUser.Run("qemu-alpha", program.Image) is not { } theirs)
        {
            log.WriteLine("qemu-alpha is not installed: nothing was compared with it");
            return;
        }

        Assert.Equal(expected, Words(theirs));

        // A QEMU without the error needs no branch; that is good to know, and no failure.
        var kept = Words(QemuUser.Run("qemu-alpha", oneBlock.Image)!);
        log.WriteLine("Within a block, qemu-alpha goes by UNDZ as it " + (kept.SequenceEqual(expected) ? "is" : "was"));

        AlphaProgram Make(string behind)
        {
            var (first, second) = zeroingFirst ? (16, 24) : (24, 16);
            return new AlphaProgram(isa, $"ldt f1, 0(at)\nldt f2, 8(at)\n{Part(first, 0)}\n{Part(second, 16)}\n", 32, Inputs);

            string Part(int from, int to) => $"""
                ldt f30, {from}(at)
                {AlphaProgram.SetControl}
                {behind}
                muls/su f1, f2, f3
                excb
                mf_fpcr f4
                excb
                stt f3, {to}(s1)
                stt f4, {to + 8}(s1)
                """;
        }
    }

    private static ulong[] Words(byte[] bytes) => [.. bytes.Chunk(8).Select(word => BitConverter.ToUInt64(word))];
}
