using BenchmarkDotNet.Attributes;
using ShadowVm.Vmm;

namespace ShadowVm.Benchmarks;

/// <summary>
/// What a boundary with nothing to deliver costs: epochs of so many instructions of an endless compute guest. The
/// allocated bytes must be zero.
/// </summary>
[MemoryDiagnoser]
public class EpochBoundaryBenchmarks
{
    private VirtualMachine _machine = null!;

    [Params(1, 100)]
    public int EpochLength { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _machine = Guests.Machine("compute", EpochLength, (0, ulong.MaxValue));
        _machine.BeginEpoch([], InstructionClock.First);
        for (var i = 0; i < 100_000; i++) Turn(digest: true);
    }

    [GlobalCleanup]
    public void Cleanup() => _machine.Dispose();

    [Benchmark(Baseline = true)]
    public void Epoch() => Turn(digest: false);

    [Benchmark]
    public void EpochWithDigest() => Turn(digest: true);

    private void Turn(bool digest)
    {
        _machine.RunEpoch();
        if (digest) _machine.Digest();
        _machine.BeginEpoch([], InstructionClock.Next(_machine, inputArrives: false));
    }
}
