using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa;

/// <summary>
/// A loaded definition for one variant (such as a width and a set of extensions): everything that decoder,
/// interpreter, translator and disassembler need. Immutable but for bodies, which are lowered on first use.
/// </summary>
public sealed partial class IsaDefinition
{
    /// <summary>Name of the instruction set, its folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>The full variant name that was asked for or is the default.</summary>
    public required string Variant { get; init; }

    /// <summary>
    /// XxHash128 over names and bytes of all files of the definition, in ordinal order of their names.
    /// </summary>
    public required UInt128 Hash { get; init; }

    /// <summary>Size of the fetch unit in bytes: instructions are multiples of it and aligned to it.</summary>
    public required int UnitBytes { get; init; }

    /// <summary>True where memory accesses are big-endian.</summary>
    public required bool BigEndian { get; init; }

    /// <summary>Width of an address in bits, that of the pc register.</summary>
    public required int AddressBits { get; init; }

    /// <summary>The machine number in an ELF header (e_machine).</summary>
    public required int ElfMachine { get; init; }

    /// <summary>32 or 64: the ELF class.</summary>
    public required int ElfClass { get; init; }

    /// <summary>All state in text order of the selected extensions.</summary>
    public required IReadOnlyList<RegisterFile> Registers { get; init; }

    /// <summary>Number of 64-bit state slots.</summary>
    public required int SlotCount { get; init; }

    /// <summary>Slot of the pc register.</summary>
    public required int PcSlot { get; init; }

    /// <summary>
    /// Slot of the register npc, the address of the instruction behind the one at pc; -1 where branches have no delay
    /// slot.
    /// </summary>
    public int NextPcSlot { get; init; } = -1;

    /// <summary>Slot of the register that is 1 where the instruction at pc stands in a delay slot; -1 without.</summary>
    public int DelaySlot { get; init; } = -1;

    /// <summary>All instructions in text order.</summary>
    public required IReadOnlyList<Instruction> Instructions { get; init; }

    /// <summary>Functions and procedures by the index that <see cref="Op.Call"/> uses.</summary>
    public required IReadOnlyList<Function> Functions { get; init; }

    /// <summary>The functions that engine and monitor call.</summary>
    public required IsaHooks Hooks { get; init; }
}
