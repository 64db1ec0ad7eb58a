using BenchmarkDotNet.Attributes;
using ShadowVm.Engine.Translation;
using ShadowVm.Engine.Translation.Blocks;
using ShadowVm.Engine.Translation.Emission;
using ShadowVm.Engine.Translation.Regions;
using ShadowVm.Isa;

namespace ShadowVm.Benchmarks;

/// <summary>From decoded instructions to host code: additions alone, and a mixture with loads and stores.</summary>
[MemoryDiagnoser]
public class TranslateBenchmarks
{
    // Never run, so these addresses may be anything.
    private static readonly BlockSurroundings Surroundings =
        new(0x8000_0000, 16 << 20, 4096, 4096, 1, static _ => 4096, static _ => 4096);

    private BlockCode _code = null!;

    [Params(1, 5, 20, 64)]
    public int Length { get; set; }

    [Params(false, true)]
    public bool WithMemory { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var isa = Guests.Isa;
        var instructions = new DecodedInstruction[Length];
        for (var i = 0; i < Length; i++)
        {
            instructions[i] = isa.Decode(WithMemory && i % 3 == 0
                ? isa.Encode(i % 2 == 0 ? "ld" : "sd", i % 2 == 0 ? [("rd", 5 + (i % 20)), ("rs1", 2), ("imm", 8)]
                    : [("rs2", 5 + (i % 20)), ("rs1", 2), ("imm", 8)])
                : isa.Encode("add", ("rd", 5 + (i % 20)), ("rs1", 6 + (i % 19)), ("rs2", 7 + (i % 18))));
        }

        _code = new BlockCode(new CodeKey(0x8000_0000, CodeKey.Flat), instructions, 4 * Length);
    }

    [Benchmark]
    public object? Block() => RegionEmitter.Translate(Guests.Isa, RegionShape.OfBlock(Guests.Isa, _code)!, Surroundings, withText: false);
}
