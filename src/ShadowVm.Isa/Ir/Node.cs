namespace ShadowVm.Isa.Ir;

/// <summary>
/// One node of a body's semantic IR: a tree over bit-vectors of 1 to 128 bits with every width resolved by the
/// checker. Interpreter, translator, assembler and reference pages all read this and nothing else.
/// Invariant: a value never has bits set above its width.
/// </summary>
public sealed class Node
{
    private static readonly Node[] NoItems = [];

    /// <summary>What the node does.</summary>
    public required Op Op { get; init; }

    /// <summary>Width in bits of the value; for <see cref="Op.Store"/> of the access; 0 for other statements.</summary>
    public int Width { get; init; }

    /// <summary>Slot, register file, local, operand, function, low bit or flag: see each <see cref="Op"/>.</summary>
    public int Index { get; init; }

    /// <summary>The value of a <see cref="Op.Const"/>.</summary>
    public UInt128 Value { get; init; }

    /// <summary>First part, where the op has one.</summary>
    public Node? A { get; init; }

    /// <summary>Second part, where the op has one.</summary>
    public Node? B { get; init; }

    /// <summary>Third part, where the op has one.</summary>
    public Node? C { get; init; }

    /// <summary>Statements of a block, arguments of a call or a raise.</summary>
    public Node[] Items { get; init; } = NoItems;
}
