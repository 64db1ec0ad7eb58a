using ShadowVm.Isa;

namespace ShadowVm.Engine.Cpu;

/// <summary>Where a processor stands, said from outside.</summary>
public static class ProgramCounter
{
    /// <summary>The instruction at an address is the next one; with delay slots, it stands in none.</summary>
    /// <param name="cpu">The processor.</param>
    /// <param name="isa">Its definition.</param>
    /// <param name="address">A guest address.</param>
    public static void GoTo(this CpuState cpu, IsaDefinition isa, ulong address)
    {
        cpu[isa.PcSlot] = address;
        if (isa.NextPcSlot < 0) return;
        cpu[isa.NextPcSlot] = (address + (ulong)isa.UnitBytes) & (ulong.MaxValue >> (64 - isa.AddressBits));
        cpu[isa.DelaySlot] = 0;
    }
}
