using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

/// <summary>An instruction's encoding with all that the header says, or a reserved hole.</summary>
internal sealed class Encoding
{
    public required string Name { get; init; }

    public required Token At { get; init; }

    /// <summary>True for a hole that the definition documents: its words are illegal.</summary>
    public bool IsReserved { get; init; }

    public required InstructionClass Class { get; set; }

    /// <summary>Fixed bits.</summary>
    public required uint Mask { get; init; }

    public required uint Value { get; init; }

    /// <summary>Length in bits.</summary>
    public required int Bits { get; init; }

    public required Operand[] Operands { get; init; }

    /// <summary>The pattern as it is written, from the highest bit down.</summary>
    public required IReadOnlyList<Element> Elements { get; init; }

    public Expression? WhereText { get; init; }

    /// <summary>One bit over the operands; null where the pattern alone decides.</summary>
    public Node? Where { get; set; }

    public required List<Token> Over { get; init; }

    /// <summary>How many others must be tried after this one.</summary>
    public int Rank { get; set; }

    /// <summary>Classes of words that meet a condition, first that holds wins.</summary>
    public List<(InstructionClass Class, Expression Text, Node? Condition)> Refinements { get; } = [];

    public required string Template { get; init; }

    public required Extent Extent { get; init; }

    public required int BodyStart { get; init; }

    public Row? Row { get; init; }

    /// <summary>The instruction that this is a short form of, or null.</summary>
    public ShortForm? Short { get; init; }

    /// <summary>The row that this encoding has of a choice with fields, or null.</summary>
    public (ChoiceDeclaration Choice, ChoiceRow Row)? Chosen { get; init; }

    /// <summary>True until the whole header is found to be right.</summary>
    public bool IsBroken { get; set; } = true;

    public LoweredBody? Lowered { get; set; }

    public Instruction? Instruction { get; set; }

    public Operand? Find(string name)
    {
        foreach (var operand in Operands)
        {
            if (operand.Name == name)
                return operand;
        }

        return null;
    }

    /// <summary>Values of all operands in a word.</summary>
    public long[] Extract(uint word)
    {
        if (Operands.Length == 0)
            return [];
        var values = new long[Operands.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = Operands[i].Extract(word);
        return values;
    }
}
