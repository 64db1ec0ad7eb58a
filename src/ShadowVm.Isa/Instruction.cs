using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa;

/// <summary>One instruction of the definition, with its semantics lowered on first use.</summary>
public sealed class Instruction(
    string name, InstructionClass declaredClass, string[] operandNames, Func<(Node Body, int LocalCount)> lower)
{
    private (Node Body, int LocalCount)? _lowered;

    /// <summary>Mnemonic, unique within the definition.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The class as written; <see cref="DecodedInstruction.Class"/> has it refined by the word's fields.
    /// </summary>
    public InstructionClass DeclaredClass { get; } = declaredClass;

    /// <summary>Names of the operands in the order of <see cref="DecodedInstruction.Operands"/>.</summary>
    public string[] OperandNames { get; } = operandNames;

    /// <summary>The lowered semantics, a statement.</summary>
    public Node Body => (_lowered ??= lower()).Body;

    /// <summary>Locals that one execution needs.</summary>
    public int LocalCount => (_lowered ??= lower()).LocalCount;
}
