using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Translation.Specialization;

/// <summary>What is known of an instruction where it is specialised.</summary>
internal abstract class Operands
{
    /// <summary>Value of an operand, cut to a width.</summary>
    public abstract Node Operand(int index, int width);

    /// <summary>Whether an operand that isn't known has another value all the same.</summary>
    public virtual bool Differs(int index, ulong value) => false;

    /// <summary>The instruction's address.</summary>
    public abstract Node Pc(int width);

    /// <summary>The address behind it.</summary>
    public abstract Node Next(int width);

    /// <summary>The word, or null where it isn't known.</summary>
    public abstract Node? Word(int width);

    /// <summary>Whether it stands in a delay slot, or null where that isn't known.</summary>
    public abstract bool? InSlot { get; }
}

/// <summary>One instruction at one address: everything is a constant.</summary>
internal sealed class KnownOperands(DecodedInstruction instruction, ulong pc, bool inSlot = false) : Operands
{
    public override bool? InSlot => inSlot;

    public override Node Operand(int index, int width) => Fold.Const((ulong)instruction.Operands[index], width);

    public override Node Pc(int width) => Fold.Const(pc, width);

    public override Node Next(int width) => Fold.Const(pc + (ulong)instruction.Length, width);

    public override Node Word(int width) => Fold.Const(instruction.Word, width);
}

/// <summary>
/// An instruction wherever it stands: operands are read from the record at run time, but for some that are fixed
/// because code is better without a question about them (a destination that is the zero register). One that has such a
/// value in another handler hasn't got it in this one.
/// </summary>
internal sealed class RecordOperands(
    int length, IReadOnlyDictionary<int, long> known, IReadOnlyDictionary<int, long> elsewhere) : Operands
{
    public override bool Differs(int index, ulong value) =>
        !known.ContainsKey(index) && elsewhere.TryGetValue(index, out var other) && (ulong)other == value;

    public override bool? InSlot => null;

    public override Node Operand(int index, int width) => known.TryGetValue(index, out var value)
        ? Fold.Const((ulong)value, width)
        : new Node { Op = Op.Operand, Index = index, Width = width };

    public override Node Pc(int width) => new() { Op = Op.Pc, Width = width };

    public override Node Next(int width) => Fold.Binary(Op.Add, Pc(width), Fold.Const((ulong)length, width));

    public override Node? Word(int width) => null;
}
