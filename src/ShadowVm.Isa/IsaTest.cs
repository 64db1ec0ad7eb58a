namespace ShadowVm.Isa;

/// <summary>A value of a register or of memory, before or after a test's instruction.</summary>
/// <param name="Register">Register file by its name in <see cref="RegisterFile.Name"/>, or null for memory.</param>
/// <param name="Index">Element of the register file.</param>
/// <param name="Address">Address, for memory.</param>
/// <param name="Width">Width in bits, of the register or the memory access.</param>
/// <param name="Value">The value, no bit above the width.</param>
public sealed record IsaTestValue(string? Register, int Index, ulong Address, int Width, ulong Value);

/// <summary>One line of a <c>test</c> block: registers before, one instruction, registers after.</summary>
/// <param name="Name">Title of the block.</param>
/// <param name="Place">file:line of the line.</param>
/// <param name="Before">What is set before; everything else has its reset value, pc is 0x1000.</param>
/// <param name="Instruction">The instruction, a name in <see cref="IsaDefinition.Instructions"/>.</param>
/// <param name="Fields">Operand values for <see cref="IsaDefinition.Encode"/>.</param>
/// <param name="After">What must hold after; everything that isn't named here is free.</param>
/// <param name="Raises">Value of the cause that must be raised, or null where none may be.</param>
public sealed record IsaTest(
    string Name,
    string Place,
    IReadOnlyList<IsaTestValue> Before,
    string Instruction,
    IReadOnlyList<(string Name, long Value)> Fields,
    IReadOnlyList<IsaTestValue> After,
    ulong? Raises);
