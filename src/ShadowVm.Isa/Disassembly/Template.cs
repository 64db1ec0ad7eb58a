using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Disassembly;

internal enum PartKind : byte
{
    /// <summary>Text as it stands.</summary>
    Literal,

    /// <summary>A number: signed decimal for signed operands, else unsigned.</summary>
    Number,

    /// <summary>A number in hexadecimal.</summary>
    Hex,

    /// <summary>An address in hexadecimal.</summary>
    Target,

    /// <summary>The name of a register.</summary>
    Register,

    /// <summary>The name of a control register at its number.</summary>
    Control,

    /// <summary>The spelling of a choice's row.</summary>
    Choice,
}

/// <summary>A piece of an assembly template.</summary>
internal sealed class Part
{
    public required PartKind Kind { get; init; }

    public string Text { get; init; } = "";

    /// <summary>What a pseudo instruction calls the operand.</summary>
    public string Name { get; init; } = "";

    public Node? Value { get; init; }

    public bool IsSigned { get; init; }

    /// <summary>Element names of a register file, or none.</summary>
    public string[] Names { get; init; } = [];

    public SpaceDeclaration? Space { get; init; }

    public ChoiceDeclaration? Choice { get; init; }

    /// <summary>Number of the optional group that it is in, 0 for none.</summary>
    public int Group { get; init; }
}
