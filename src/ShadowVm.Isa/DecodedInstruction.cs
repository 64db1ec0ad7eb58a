namespace ShadowVm.Isa;

/// <summary>
/// An instruction word with its fields taken apart; immutable and free of the address it was fetched from.
/// </summary>
/// <param name="Definition">The instruction that the word encodes, or null where the definition has none.</param>
/// <param name="Word">The bits as fetched, zero-extended.</param>
/// <param name="Length">Length of the encoding in bytes.</param>
/// <param name="Class">The class of this very word: a definition may refine it by fields.</param>
/// <param name="Operands">
/// Values by <see cref="Instruction.OperandNames"/>; signed ones sign-extended to 64 bits, others zero-extended.
/// </param>
public sealed record DecodedInstruction(
    Instruction? Definition, uint Word, int Length, InstructionClass Class, long[] Operands);
