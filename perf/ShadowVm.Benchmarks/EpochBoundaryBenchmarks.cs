using BenchmarkDotNet.Attributes;
using ShadowVm.Engine;
using ShadowVm.Vmm;

namespace ShadowVm.Benchmarks;

/// <summary>
/// What a boundary with nothing to deliver costs: epochs of so many instructions of an endless compute guest, the end of
/// one and the re-entry of the next counted. Epochs of one instruction show the fixed part; from epochs of a thousand
/// the thousand instructions are to be taken off (see ExecuteBenchmarks). The allocated bytes must be zero.
/// </summary>
[MemoryDiagnoser]
public class EpochBoundaryBenchmarks
{
    private VirtualMachine _machine = null!;

    [Params(1, 1000)]
    public int EpochLength { get; set; }

    [Params(Tier.Cold, Tier.Block, Tier.Region)]
    public Tier Tier { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _machine = Guests.Machine("compute", EpochLength, Tier, (0, ulong.MaxValue));
        _machine.BeginEpoch([], InstructionClock.First);
        for (var i = 0; i < 100_000; i++) EpochWithMemoryDigest();
    }

    [GlobalCleanup]
    public void Cleanup() => _machine.Dispose();

    [Benchmark(Baseline = true)]
    public void Epoch() => Turn();

    /// <summary>As a protected guest's boundaries are, but for one in a million instructions.</summary>
    [Benchmark]
    public void EpochWithDigest()
    {
        Turn();
        _machine.Digest(withMemory: false);
    }

    [Benchmark]
    public void EpochWithMemoryDigest()
    {
        Turn();
        _machine.Digest();
    }

    private void Turn()
    {
        _machine.RunEpoch();
        _machine.BeginEpoch([], InstructionClock.Next(_machine, inputArrives: false));
    }
}
