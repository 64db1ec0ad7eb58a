using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;

namespace ShadowVm.Isa.Assembly;

/// <summary>A piece of what stands behind the mnemonic: words as they are, or an operand.</summary>
/// <param name="Literal">The words; empty for an operand.</param>
/// <param name="Part">The operand, or null.</param>
/// <param name="Group">Number of the optional group that it is in, 0 for none.</param>
internal sealed record FormItem(AsmToken[] Literal, Part? Part, int Group);

/// <summary>One way to write an instruction, an alias or a pseudo instruction.</summary>
internal sealed class Form
{
    public required string Mnemonic { get; init; }

    /// <summary>The template, for messages.</summary>
    public required string Template { get; init; }

    public required FormItem[] Items { get; init; }

    /// <summary>Operands that the mnemonic itself decides.</summary>
    public required (Part Part, uint Bits)[] Presets { get; init; }

    /// <summary>What it encodes; null for a pseudo instruction.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>Operands that an alias decides.</summary>
    public (int Operand, long Value)[] Fixed { get; init; } = [];

    /// <summary>An alias's condition.</summary>
    public Node? Where { get; init; }

    public Expression? WhereText { get; init; }

    public PseudoDeclaration? Pseudo { get; init; }
}
