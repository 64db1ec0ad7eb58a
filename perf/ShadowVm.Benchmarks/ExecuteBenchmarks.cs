using BenchmarkDotNet.Attributes;
using ShadowVm.Engine;
using ShadowVm.Vmm;

namespace ShadowVm.Benchmarks;

/// <summary>Each tier on small loops, and on the compute guest (sort and hash): time per guest instruction.</summary>
[MemoryDiagnoser]
public class ExecuteBenchmarks
{
    private const int Instructions = 1_000_000;

    private static readonly Dictionary<string, string> Loops = new()
    {
        // One block that branches to itself.
        ["alu"] = "loop: addi t0, t0, 1\n xor t1, t1, t0\n slli t2, t1, 3\n add t3, t3, t2\n j loop",
        // Blocks of two instructions that go on in each other through slots.
        ["chain"] = "loop: addi t0, t0, 1\n j a\n .balign 64\na: addi t0, t0, 2\n j b\n .balign 64\n"
            + "b: addi t0, t0, 3\n j c\n .balign 64\nc: addi t0, t0, 4\n j loop",
        // A call and a return: one known jump and one through the table.
        ["call"] = "loop: call f\n j loop\n .balign 64\nf: addi t0, t0, 1\n ret",
        ["load"] = "la s0, data\nloop: ld t0, 0(s0)\n ld t1, 8(s0)\n ld t2, 16(s0)\n ld t3, 24(s0)\n j loop\n.data\ndata: .zero 64",
        ["store"] = "la s0, data\nloop: sd t0, 0(s0)\n sd t1, 8(s0)\n sd t2, 16(s0)\n sd t3, 24(s0)\n j loop\n.data\ndata: .zero 64",
    };

    private VirtualMachine _machine = null!;

    [Params("alu", "chain", "call", "load", "store", "compute")]
    public string Code { get; set; } = "";

    [Params(Tier.Reference, Tier.Cold, Tier.Block, Tier.Region)]
    public Tier Tier { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _machine = Loops.TryGetValue(Code, out var text)
            ? Guests.Assembled("_start: " + text, Instructions, Tier)
            : Guests.Machine(Code, Instructions, Tier, (0, ulong.MaxValue));
        _machine.BeginEpoch([], InstructionClock.First);
        for (var i = 0; i < (Tier == Tier.Reference ? 1 : 20); i++) Epoch();
    }

    [Benchmark(OperationsPerInvoke = Instructions)]
    public void Epoch()
    {
        _machine.RunEpoch();
        _machine.BeginEpoch([], InstructionClock.Next(_machine, inputArrives: false));
    }

    [GlobalCleanup]
    public void Cleanup() => _machine.Dispose();
}
