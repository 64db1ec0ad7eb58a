using System.Globalization;
using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Assembly;

/// <summary>
/// Finds operands such that the template prints what was written. Sums, shifts, slices and the like are turned
/// round; what else there may be is tried out, value by value.
/// </summary>
internal sealed class Inverse(IsaDefinition definition, Encoding encoding, ulong pc)
{
    private const int BitsTried = 14;
    private readonly long?[] _operands = new long?[encoding.Operands.Length];

    /// <summary>The instruction word of a form with these operands.</summary>
    /// <exception cref="AsmException">They can't be encoded; the message says what can.</exception>
    public uint Encode(Form form, List<Capture> captures, AsmToken mnemonic)
    {
        foreach (var (operand, value) in form.Fixed)
            _operands[operand] = value;
        var targets = new UInt128[captures.Count];
        for (var i = 0; i < captures.Count; i++)
        {
            targets[i] = Target(captures[i]);
            if (!Solve(captures[i].Part.Value!, targets[i]))
                throw OutOfRange(captures[i]);
        }

        var values = Array.ConvertAll(_operands, o => o ?? 0);
        var word = encoding.Value;
        for (var i = 0; i < values.Length; i++)
            word |= encoding.Operands[i].Insert(values[i]);
        for (var i = 0; i < captures.Count; i++)
        {
            if (Evaluate(captures[i].Part.Value!, values, word) != targets[i])
                throw OutOfRange(captures[i]);
        }

        if (!DecodeTree.Holds(encoding, encoding.Where, word, definition.Functions))
            throw new AsmException(mnemonic, $"'{encoding.Name}' can't have these operands: {encoding.WhereText}");
        if (!DecodeTree.Holds(encoding, form.Where, word, definition.Functions))
            throw new AsmException(mnemonic, $"'{form.Mnemonic}' can't have these operands: {form.WhereText}");
        if (definition.Decode(word).Definition is { } other && other != encoding.Instruction)
            throw new AsmException(mnemonic, $"'{encoding.Name}' with these operands is '{other.Name}'");
        return word;
    }

    /// <summary>What the template's value must come to.</summary>
    private UInt128 Target(Capture capture)
    {
        var (part, value) = (capture.Part, capture.Value.Number);
        var width = part.Value!.Width;
        if (part.Kind == PartKind.Target)
        {
            var limit = Int128.One << definition.AddressBits;
            if (value >= limit || value < -(limit >> 1))
            {
                throw new AsmException(
                    capture.At, $"The address {Quantity.Shown(value)} does not fit {definition.AddressBits} bits");
            }

            return (UInt128)value & Nodes.MaskOf(width);
        }

        var operand = part.Value.Op == Op.Operand ? encoding.Operands[part.Value.Index] : null;
        if (operand?.Sign == Sign.Signed && part.Kind is PartKind.Number or PartKind.Hex)
        {
            // A negative number may be written as an address of its width.
            if (value >= Int128.One << (definition.AddressBits - 1) && value < Int128.One << definition.AddressBits)
                value -= Int128.One << definition.AddressBits;
            else if (part.Kind == PartKind.Hex && value >= Int128.One << (width - 1) && value < Int128.One << width)
                value -= Int128.One << width;
            if (value < long.MinValue || value > long.MaxValue || !operand.Fits((long)value))
                throw OutOfRange(capture);
            return (UInt128)value & Nodes.MaskOf(width);
        }

        if (value < 0 || (width < 127 && value >= Int128.One << width))
            throw OutOfRange(capture);
        return (UInt128)value;
    }

    private bool Solve(Node node, UInt128 target)
    {
        if (!HasUnknown(node))
            return Evaluate(node, Array.ConvertAll(_operands, o => o ?? 0), 0) == target;
        var mask = Nodes.MaskOf(node.Width);
        var (a, b) = (node.A, node.B);
        switch (node.Op)
        {
            case Op.Operand:
                return Assign(node, target);
            case Op.Not:
                return Solve(a!, ~target & mask);
            case Op.Negate:
                return Solve(a!, (UInt128.Zero - target) & mask);
            case Op.Add when !HasUnknown(a!):
                return Solve(b!, (target - Known(a!)) & mask);
            case Op.Add when !HasUnknown(b!):
                return Solve(a!, (target - Known(b!)) & mask);
            case Op.Subtract when !HasUnknown(a!):
                return Solve(b!, (Known(a!) - target) & mask);
            case Op.Subtract when !HasUnknown(b!):
                return Solve(a!, (target + Known(b!)) & mask);
            case Op.Xor when !HasUnknown(a!):
                return Solve(b!, target ^ Known(a!));
            case Op.Xor when !HasUnknown(b!):
                return Solve(a!, target ^ Known(b!));
            case Op.ZeroExtend or Op.SignExtend:
                return Solve(a!, target & Nodes.MaskOf(a!.Width));
            case Op.Concat:
                return Solve(a!, target >> b!.Width) && Solve(b, target & Nodes.MaskOf(b.Width));
            case Op.Slice:
                return Solve(a!, target << node.Index & Nodes.MaskOf(a!.Width));
            case Op.ShiftLeft when !HasUnknown(b!):
                // The bits that are shifted out are copies of the sign, or zero.
                var by = (int)UInt128.Min(Known(b!), (UInt128)127);
                var up = 128 - node.Width;
                var signed = (UInt128)((Int128)(target << up) >> up >> by) & mask;
                return Attempt(a!, signed) || Attempt(a!, target >> by);
            default:
                return TryOut(node, target);
        }
    }

    /// <summary>Solves, or leaves everything as it was.</summary>
    private bool Attempt(Node node, UInt128 target)
    {
        var before = (long?[])_operands.Clone();
        if (Solve(node, target))
            return true;
        before.CopyTo(_operands, 0);
        return false;
    }

    private bool Assign(Node node, UInt128 target)
    {
        var operand = encoding.Operands[node.Index];
        var width = Math.Min(node.Width, 64);
        var value = operand.Sign == Sign.Signed
            ? (long)((ulong)target << (64 - width)) >> (64 - width)
            : (long)(ulong)target;
        if (target >> 64 != UInt128.Zero || !operand.Fits(value))
            return false;
        _operands[node.Index] = value;
        return true;
    }

    private bool TryOut(Node node, UInt128 target)
    {
        var index = OnlyUnknown(node);
        if (index < 0 || encoding.Operands[index].Width - encoding.Operands[index].ZeroBits > BitsTried)
            return false;
        var values = Array.ConvertAll(_operands, o => o ?? 0);
        foreach (var value in Values(encoding.Operands[index]))
        {
            values[index] = value;
            if (Evaluate(node, values, 0) != target)
                continue;
            _operands[index] = value;
            return true;
        }

        return false;
    }

    private static IEnumerable<long> Values(Operand operand)
    {
        var count = 1L << (operand.Width - operand.ZeroBits);
        if (operand.Bias != 0)
        {
            for (var value = (long)operand.Bias; operand.Fits(value); value++)
                yield return value;
            yield break;
        }

        var first = operand.Sign == Sign.Signed ? -(count / 2) : 0;
        for (var i = 0L; i < count; i++)
            yield return (first + i) << operand.ZeroBits;
    }

    private UInt128 Known(Node node) => Evaluate(node, Array.ConvertAll(_operands, o => o ?? 0), 0);

    private UInt128 Evaluate(Node node, long[] values, uint word) =>
        new DecodeTime(definition.Functions, values, word, pc, encoding.Bits).Value(node, []);

    private bool HasUnknown(Node node)
    {
        if (node.Op == Op.Operand)
            return _operands[node.Index] is null;
        return (node.A is { } a && HasUnknown(a)) || (node.B is { } b && HasUnknown(b))
            || (node.C is { } c && HasUnknown(c)) || Array.Exists(node.Items, HasUnknown);
    }

    private static void Collect(Node node, SortedSet<int> into)
    {
        if (node.Op == Op.Operand)
            into.Add(node.Index);
        foreach (var part in new[] { node.A, node.B, node.C })
        {
            if (part is not null)
                Collect(part, into);
        }

        foreach (var item in node.Items)
            Collect(item, into);
    }

    /// <summary>The only operand without a value in there, or -1.</summary>
    private int OnlyUnknown(Node node)
    {
        var all = new SortedSet<int>();
        Collect(node, all);
        all.RemoveWhere(i => _operands[i] is not null);
        return all.Count == 1 ? all.Min : -1;
    }

    private AsmException OutOfRange(Capture capture)
    {
        var (part, value) = (capture.Part, capture.Value.Number);
        var all = new SortedSet<int>();
        Collect(part.Value!, all);
        var what = part.Kind switch
        {
            PartKind.Register => $"{capture.At.Shown} can't stand here",
            PartKind.Target => $"The target {Quantity.Shown(value)} is out of range",
            _ => $"The value {Quantity.Shown(value)} is out of range",
        };
        if (all.Count != 1)
            return new AsmException(capture.At, what);
        var operand = encoding.Operands[all.Min];
        var values = new long[_operands.Length];
        var (low, high) = (Int128.MaxValue, Int128.MinValue);
        var step = 1L << operand.ZeroBits;
        var top = (1L << (operand.Sign == Sign.Signed ? operand.Width - 1 : operand.Width)) - step;
        var ends = operand.Sign == Sign.Signed ? new[] { -(1L << (operand.Width - 1)), -step, 0, top }
            : operand.Bias != 0 ? [operand.Bias, operand.Bias + (1L << operand.Pieces[0].Width) - 1] : [0, top];
        foreach (var end in ends)
        {
            values[all.Min] = end;
            var shown = part.IsSigned ? end : (Int128)Evaluate(part.Value!, values, encoding.Value);
            (low, high) = (Int128.Min(low, shown), Int128.Max(high, shown));
        }

        if (part.Kind == PartKind.Register)
            return new AsmException(capture.At, $"{what}; possible are {Name(part, low)} to {Name(part, high)}");
        var steps = step > 1 && part.Value!.Op != Op.Slice ? $" in steps of {step}" : "";
        return new AsmException(capture.At, $"{what}: {Shown(low, part)} to {Shown(high, part)}{steps}");
    }

    private static string Name(Part part, Int128 index) =>
        index >= 0 && index < part.Names.Length
            ? part.Names[(int)index] : part.Text + index.ToString(CultureInfo.InvariantCulture);

    private static string Shown(Int128 value, Part part) =>
        part.Kind is PartKind.Hex or PartKind.Target
            ? "0x" + value.ToString("x", CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture);
}
