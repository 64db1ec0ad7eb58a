using System.Runtime.CompilerServices;
using ShadowVm.Engine.Translation;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Engine.Tests;

/// <summary>A guest that computes makes no garbage, at whatever epoch length.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(Tier.Reference, "compute", 1)]
    [InlineData(Tier.Reference, "compute", 100)]
    [InlineData(Tier.Reference, "timer", 50)]
    [InlineData(Tier.Cold, "compute", 1)]
    [InlineData(Tier.Cold, "compute", 10_000)]
    [InlineData(Tier.Cold, "timer", 50)]
    [InlineData(Tier.Block, "compute", 1)]
    [InlineData(Tier.Block, "compute", 100)]
    [InlineData(Tier.Region, "compute", 100)]
    [InlineData(Tier.Region, "compute", 10_000)]
    [InlineData(Tier.Block, "compute", 10_000)]
    [InlineData(Tier.Block, "timer", 50)]
    public void Epochs_allocate_nothing_once_settled(Tier tier, string guest, long length)
    {
        var root = FindRoot();
        var isa = IsaDefinition.Load(IsaSource.FromFolder(Path.Combine(root, "isa", "riscv")));
        var virt = MachineDescription.Parse(
            "virt.machine", File.ReadAllBytes(Path.Combine(root, "isa", "machines", "virt.machine")));
        var image = File.ReadAllBytes(Path.Combine(root, "tests", "Guests", "bin", guest + ".elf"));
        using var machine = new VirtualMachine(isa, virt, image, new VirtualMachineSettings
        {
            EpochLength = length,
            MemoryBytes = 16 << 20,
            Parameters = [(0, 1_000_000)], // rounds, or ticks: more than are run here
            Engine = new EngineSettings { Tier = tier, WarmUp = 0, HotAfter = 1, Background = false },
        });
        machine.BeginEpoch([], InstructionClock.First);

        // Settled: every page is touched, every body lowered, every word decoded, the JIT has done its work.
        var epochs = (int)Math.Max(1000, 400_000 / length);
        Run(machine, epochs);
        var (settled, allocated) = Run(machine, 1000);
        Assert.True(settled > 500, $"only {settled} of 1000 epochs met nothing new");
        Assert.Equal(0, allocated);
        Assert.Null(machine.ExitCode);
    }

    /// <summary>
    /// Runs epochs; gives how many met no code for the first time, and what those allocated. Code that comes late
    /// (a rare branch) is decoded and translated when it comes, and that does allocate.
    /// </summary>
    private static (int Settled, long Allocated) Run(VirtualMachine machine, int epochs)
    {
        var (settled, allocated) = (0, 0L);
        for (var i = 0; i < epochs; i++)
        {
            var (news, before) = (News(machine), GC.GetAllocatedBytesForCurrentThread());
            machine.RunEpoch();
            machine.Digest();
            machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
            if (News(machine) != news) continue;
            settled++;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (settled, allocated);
    }

    private static long News(VirtualMachine machine) =>
        machine.Statistics.BlocksTranslated + machine.Statistics.RegionsTranslated + machine.Statistics.Exits[(int)HostExit.Decode];

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
