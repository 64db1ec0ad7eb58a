using BenchmarkDotNet.Attributes;
using ShadowVm.Vmm;

namespace ShadowVm.Benchmarks;

/// <summary>The reference interpreter on the bundled compute guest (sort and hash): time per guest instruction.</summary>
[MemoryDiagnoser]
public class InterpretBenchmarks
{
    private const int Instructions = 1_000_000;
    private VirtualMachine _machine = null!;

    [IterationSetup]
    public void Setup()
    {
        _machine?.Dispose();
        _machine = Guests.Machine("compute", Instructions, (0, 1_000_000));
        _machine.BeginEpoch([], InstructionClock.First);
    }

    [Benchmark(OperationsPerInvoke = Instructions)]
    public EpochEnd Compute() => _machine.RunEpoch();

    [GlobalCleanup]
    public void Cleanup() => _machine.Dispose();
}
