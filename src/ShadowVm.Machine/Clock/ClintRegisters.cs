namespace ShadowVm.Machine.Clock;

/// <summary>Registers of the core-local interruptor by offset (SiFive E31/U54 manuals, "CLINT").</summary>
public static class ClintRegisters
{
    /// <summary>Software interrupt of processor 0: bit 0, 32 bits.</summary>
    public const ulong SoftwareInterrupt = 0x0000;

    /// <summary>End of the software interrupt registers: those of other processors read 0 and ignore writes.</summary>
    public const ulong SoftwareInterruptEnd = 0x4000;

    /// <summary>Time compare of processor 0, 64 bits.</summary>
    public const ulong TimeCompare = 0x4000;

    /// <summary>Time in ticks, 64 bits. Behind the compare registers of other processors, which read 0.</summary>
    public const ulong Time = 0xbff8;

    /// <summary>End of the registers: nothing answers from here on.</summary>
    public const ulong End = 0xc000;
}
