using System.Runtime.CompilerServices;
using ShadowVm.Isa;
using ShadowVm.Machine.Description;
using ShadowVm.Vmm;

namespace ShadowVm.Engine.Tests;

/// <summary>A guest that computes makes no garbage, at whatever epoch length.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData("compute", 1)]
    [InlineData("compute", 100)]
    [InlineData("compute", 10_000)]
    [InlineData("timer", 50)]
    public void Epochs_allocate_nothing_once_settled(string guest, long length)
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
        });
        machine.BeginEpoch([], InstructionClock.First);

        // Settled: every page is touched, every body lowered, every word decoded, the JIT has done its work.
        var epochs = (int)Math.Max(1000, 400_000 / length);
        Run(machine, epochs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(machine, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Null(machine.ExitCode);
    }

    private static void Run(VirtualMachine machine, int epochs)
    {
        for (var i = 0; i < epochs; i++)
        {
            machine.RunEpoch();
            machine.Digest();
            machine.BeginEpoch([], InstructionClock.Next(machine, inputArrives: false));
        }
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        while (!File.Exists(Path.Combine(folder, "ShadowVm.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
