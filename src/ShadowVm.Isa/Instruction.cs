using System.Globalization;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Isa;

/// <summary>One instruction of the definition, with its semantics lowered on first use.</summary>
public sealed class Instruction(
    string name, InstructionClass declaredClass, string[] operandNames, Func<(Node Body, int LocalCount)> lower)
{
    private readonly LazyBody _lowered = new(lower);

    /// <summary>Mnemonic, unique within the definition.</summary>
    public string Name { get; } = name;

    /// <summary>
    /// The class as written; <see cref="DecodedInstruction.Class"/> has it refined by the word's fields.
    /// </summary>
    public InstructionClass DeclaredClass { get; } = declaredClass;

    /// <summary>
    /// Names of the encoding's own fields, what <see cref="IsaDefinition.Encode"/> asks for. A short form has others than
    /// the instruction that it stands for; else they are the operands.
    /// </summary>
    public string[] FieldNames => IsShortForm
        ? Array.ConvertAll(Encoding!.Operands, operand => operand.Name) : OperandNames;

    /// <summary>Whether it is another encoding of an instruction that there is, with that one's body.</summary>
    public bool IsShortForm => Encoding?.Short is not null;

    /// <summary>file:line of its declaration; its name where it was made without a text.</summary>
    public string Place => Encoding is { } text
        ? string.Create(CultureInfo.InvariantCulture, $"{text.At.Source.Name}:{text.At.Source.Position(text.At.Offset).Line}")
        : Name;

    /// <summary>Names of the operands in the order of <see cref="DecodedInstruction.Operands"/>.</summary>
    public string[] OperandNames { get; } = operandNames;

    /// <summary>
    /// Operands (by their place in <see cref="OperandNames"/>) on whose values it depends whether a word has another class
    /// than the declared one.
    /// </summary>
    public IReadOnlyList<int> ClassOperands => field ??= FindClassOperands();

    /// <summary>The lowered semantics, a statement.</summary>
    /// <exception cref="IsaException">The text of this body has errors; a checked definition has none.</exception>
    public Node Body => _lowered.Get().Body;

    /// <summary>Locals that one execution needs.</summary>
    /// <exception cref="IsaException">The text of this body has errors; a checked definition has none.</exception>
    public int LocalCount => _lowered.Get().LocalCount;

    /// <summary>
    /// Whether its body enters a handler or returns from one, and so changes the guest's own mode or process.
    /// </summary>
    /// <exception cref="IsaException">The text of this body has errors; a checked definition has none.</exception>
    public bool Enters => Body is not null
        && ((Encoding?.Short?.Target ?? Encoding)?.Lowered?.Effects ?? 0).HasFlag(Lowering.Effects.Enters);

    /// <summary>The encoding behind it; null where the instruction was made without a text.</summary>
    internal Model.Encoding? Encoding { get; init; }

    private int[] FindClassOperands()
    {
        var found = new SortedSet<int>();
        foreach (var (_, _, condition) in Encoding?.Refinements ?? [])
            Visit(condition);
        return [.. found];

        void Visit(Node? node)
        {
            if (node is null)
                return;
            if (node.Op == Op.Operand)
                found.Add(node.Index);
            Visit(node.A);
            Visit(node.B);
            Visit(node.C);
            foreach (var item in node.Items)
                Visit(item);
        }
    }
}
