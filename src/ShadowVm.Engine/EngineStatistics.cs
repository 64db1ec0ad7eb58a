using System.Collections.Immutable;

namespace ShadowVm.Engine;

/// <summary>What the engine did so far. Counted on the guest's thread; never part of guest state.</summary>
public sealed class EngineStatistics
{
    /// <summary>Instructions that the reference interpreter did, trap entries included.</summary>
    public long ReferenceInstructions { get; internal set; }

    /// <summary>Instructions that the cold tier did.</summary>
    public long ColdInstructions { get; internal set; }

    /// <summary>Instructions that translated blocks did.</summary>
    public long BlockInstructions { get; internal set; }

    /// <summary>Time in the reference interpreter, in ticks of the clock that was given, if one was.</summary>
    public long ReferenceTicks { get; internal set; }

    /// <summary>Time in the cold tier.</summary>
    public long ColdTicks { get; internal set; }

    /// <summary>Time in translated blocks.</summary>
    public long BlockTicks { get; internal set; }

    /// <summary>Time in instructions that the monitor carried out, devices included.</summary>
    public long MonitorTicks { get; internal set; }

    /// <summary>Times that the engine stopped at a kernel instruction.</summary>
    public long KernelExits { get; internal set; }

    /// <summary>Times that the engine stopped at a drain instruction.</summary>
    public long DrainExits { get; internal set; }

    /// <summary>Times that the engine stopped before an access to a device.</summary>
    public long DeviceExits { get; internal set; }

    /// <summary>Instructions with a trap that may be delivered late.</summary>
    public long DelayedTraps { get; internal set; }

    /// <summary>Entries into the guest's trap handler that an instruction caused.</summary>
    public long Traps { get; internal set; }

    /// <summary>Entries into the guest's trap handler for interrupts.</summary>
    public long Interrupts { get; internal set; }

    /// <summary>
    /// Time that the translation of blocks took on whichever thread did it, up to the last block that was taken from
    /// there; what was translated in vain counts as well.
    /// </summary>
    public long TranslationTicks { get; internal set; }

    /// <summary>Blocks that were translated and installed.</summary>
    public long BlocksTranslated { get; internal set; }

    /// <summary>Instructions in them.</summary>
    public long InstructionsTranslated { get; internal set; }

    /// <summary>IL bytes of them.</summary>
    public long IlBytes { get; internal set; }

    /// <summary>Regions that were translated and installed.</summary>
    public long RegionsTranslated { get; internal set; }

    /// <summary>Instructions in them.</summary>
    public long RegionInstructions { get; internal set; }

    /// <summary>Blocks dropped because their code was written to, or for want of room.</summary>
    public long BlocksDropped { get; internal set; }

    /// <summary>Blocks that were compiled in vain: their page had been written to meanwhile.</summary>
    public long Outdated { get; internal set; }

    /// <summary>Times that all blocks were dropped for want of room.</summary>
    public long Flushes { get; internal set; }

    /// <summary>Blocks and regions that the translator failed at.</summary>
    public long TranslatorFaults { get; internal set; }

    /// <summary>Stores to bytes that were translated or decoded.</summary>
    public long CodeWrites { get; internal set; }

    /// <summary>Exits from generated code, by cause.</summary>
    public long[] Exits { get; } = new long[ExitNames.Length];

    /// <summary>Names of the causes in <see cref="Exits"/>.</summary>
    public static ImmutableArray<string> ExitNames { get; } =
    [
        "look up", "counter", "block longer than the counter", "to the reference interpreter", "decode", "hot",
        "odd number", "two pages", "another page", "another frame",
    ];

    /// <summary>
    /// Gives a time in ticks, or null where nobody asked for times: the engine itself knows no clock. Set before the
    /// first run.
    /// </summary>
    public Func<long>? Clock { get; set; }

    internal void CountExit(ExitReason reason)
    {
        switch (reason)
        {
            case ExitReason.Kernel: KernelExits++; break;
            case ExitReason.Drain: DrainExits++; break;
            case ExitReason.Device: DeviceExits++; break;
            case ExitReason.Trapped: DelayedTraps++; break;
        }
    }
}
