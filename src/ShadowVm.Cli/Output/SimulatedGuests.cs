using ShadowVm.Cli.CommandLine;
using ShadowVm.Engine;
using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Isa;
using ShadowVm.Machine.Elf;
using ShadowVm.Simulation.Machines;
using ShadowVm.Vmm;

namespace ShadowVm.Cli.Output;

/// <summary>Real guests for simulated worlds: small memory, short epochs, and parameters that keep a journal short.</summary>
internal static class SimulatedGuests
{
    private const long EpochLength = 400;
    private const ulong MemoryBytes = 16 << 20;

    // The bundled journal: 8 records, 3 outstanding, a tick each 300 µs, a line each 2 records.
    private static readonly (int, ulong)[] ShortJournal = [(0, 8), (1, 3), (2, 3000), (3, 2)];

    public static Func<ISimulatedMachine> Factory(string image, IsaLibrary library)
    {
        var (name, bytes) = GuestImages.Find(image);
        var isa = Definitions.LoadFor(library, ElfHeader.Read(name, bytes));
        var machine = Definitions.MachineFor(library, isa.Name);
        var settings = new VirtualMachineSettings
        {
            EpochLength = EpochLength,
            MemoryBytes = MemoryBytes,
            ImageName = name,
            Parameters = image == "journal" ? ShortJournal : [],
            Protected = true,
        };
        new VirtualMachine(isa, machine, bytes, settings).Dispose(); // what can't be loaded is told before any world begins
        var built = 0UL;
        return () =>
        {
            // No two processors delay traps alike.
            var engine = new EngineSettings { TrapHardware = new TrapHardwareSettings { Seed = Interlocked.Increment(ref built) } };
            return new VmmMachine(new VirtualMachine(isa, machine, bytes, settings with { Engine = engine }));
        };
    }
}
