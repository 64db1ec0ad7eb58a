using System.Runtime.CompilerServices;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Replication;
using ShadowVm.Simulation.Machines;
using ShadowVm.Vmm;

namespace ShadowVm.Simulation.Tests;

/// <summary>The same worlds with the real virtual machine and the journal guest in them.</summary>
public class RealMachineTests
{
    private static readonly string Root = FindRoot();

    private static readonly IsaDefinition Isa =
        IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(Root, "isa", "riscv")));

    private static readonly MachineDescription Virt = MachineDescription.Parse(
        "virt.machine", File.ReadAllBytes(Path.Combine(Root, "isa", "machines", "virt.machine")));

    private static readonly byte[] Journal = File.ReadAllBytes(Path.Combine(Root, "tests", "Guests", "bin", "journal.elf"));

    [Theory]
    [InlineData(CommitPolicy.Output)]
    [InlineData(CommitPolicy.Epoch)]
    public void A_real_guest_survives_worlds_of_chance(CommitPolicy policy)
    {
        var summary = new Sweep(new SweepSettings
        {
            Seeds = 30,
            Policies = [policy],
            EveryCrash = false,
            Base = new SimulationSettings { Machine = Make, MachineName = "journal" },
        }).Run();
        Assert.Empty(summary.Violations);
        Assert.True(summary.FailOvers > 5, $"{summary.FailOvers} fail-overs");
    }

    private static VmmMachine Make() => new(new VirtualMachine(Isa, Virt, Journal, new VirtualMachineSettings
    {
        EpochLength = 400,
        MemoryBytes = 1 << 20,
        Parameters = [(0, 8), (1, 3), (2, 3000), (3, 2)],
    }));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
