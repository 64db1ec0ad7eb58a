using System.Runtime.CompilerServices;
using ShadowVm.Engine;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Isa;
using ShadowVm.Isa.Assembly;
using ShadowVm.Machine.Description;
using ShadowVm.Replication;
using ShadowVm.Simulation.Machines;
using ShadowVm.Vmm;

namespace ShadowVm.Simulation.Tests;

/// <summary>
/// Fail-overs of a guest whose processor delivers traps late, each replica's in its own way. Its console tells where each
/// trap was delivered and of which registers, so that a survivor that lived another history would be found out.
/// </summary>
public class DelayedTrapTests
{
    private static readonly string Root = FindRoot();

    private static readonly IsaDefinition Isa = IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", "alpha")));

    private static readonly MachineDescription Bare = MachineDescription.Parse(
        "alpha.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "alpha.machine")));

    private static readonly byte[] Guest = Assemble();

    private static ulong _built;

    [Theory]
    [InlineData(DrainPolicy.Deliver)]
    [InlineData(DrainPolicy.EndEpoch)]
    public void A_kill_at_each_event_shows_no_trap_twice_or_elsewhere(DrainPolicy policy)
    {
        // 97 instructions are no multiple of what lies between two drains: boundaries fall between trap and drain.
        var summary = new Sweep(new SweepSettings
        {
            Seeds = 1,
            Policies = [CommitPolicy.Output],
            EveryCrash = true,
            Base = new SimulationSettings { Machine = () => Make(policy, priv: null), MachineName = "late", Accidents = false },
        }).Run();
        Assert.Empty(summary.Violations);
        Assert.True(summary.FailOvers > 10, $"{summary.FailOvers} fail-overs");
    }

    [Fact]
    public void A_conventional_drain_is_found()
    {
        var result = Simulator.Run(new SimulationSettings
        {
            Machine = () => Make(DrainPolicy.Deliver, priv: false, iterations: 60),
            MachineName = "late",
            Accidents = false,
        });
        Assert.NotEmpty(result.Violations);
    }

    private static VmmMachine Make(DrainPolicy policy, bool? priv, ulong iterations = 4) => new(new VirtualMachine(Isa, Bare, Guest, new()
    {
        EpochLength = 97,
        MemoryBytes = 1 << 20,
        Parameters = [(0, iterations), (1, 20)],
        Protected = true,
        DrainPolicy = policy,
        DrainPriv = priv,
        Engine = new EngineSettings
        {
            TrapHardware = new TrapHardwareSettings { Seed = Interlocked.Increment(ref _built), SwitchEvery = 200 },
        },
    }));

    private static byte[] Assemble()
    {
        var text = File.ReadAllText(Path.Combine(Root, "tests", "Guests", "alpha", "late.s"));
        var assembled = Assembler.Assemble(Isa, "late.s", text, Bare.RamStart);
        Assert.True(assembled.Succeeded, string.Join('\n', assembled.Diagnostics));
        return ElfWriter.Write(Isa, assembled);
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
