using BenchmarkDotNet.Attributes;
using ShadowVm.Isa;

namespace ShadowVm.Benchmarks;

/// <summary>From text to a definition, and from words to instructions.</summary>
[MemoryDiagnoser]
public class DecodeBenchmarks
{
    private const int Words = 1024;
    private readonly uint[] _words = new uint[Words];

    [GlobalSetup]
    public void Setup()
    {
        // Every other word is an instruction of the definition, the rest are whatever the multiplier gives.
        var state = 1u;
        var instructions = Guests.Isa.Instructions.Where(instruction => !instruction.IsShortForm).ToArray();
        for (var i = 0; i < Words; i++)
        {
            state = (state * 1664525) + 1013904223;
            var instruction = instructions[state % (uint)instructions.Length];
            var fields = instruction.OperandNames.Select(name => (name, 0L)).ToArray();
            _words[i] = i % 2 == 0 ? Guests.Isa.Encode(instruction.Name, fields) : state;
        }
    }

    [Benchmark(OperationsPerInvoke = Words)]
    public int Decode()
    {
        var known = 0;
        foreach (var word in _words)
        {
            if (Guests.Isa.Decode(word).Definition is not null) known++;
        }

        return known;
    }

    [Benchmark]
    public IsaDefinition Load() => IsaDefinition.Load(Guests.Source);
}
