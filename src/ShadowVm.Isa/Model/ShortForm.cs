using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Model;

/// <summary>
/// What makes an encoding a short form: the instruction that it stands for, and a value for each of that one's operands.
/// Body and class are the target's; length, operands in text and condition are its own.
/// </summary>
internal sealed class ShortForm
{
    private volatile Node[]? _values;

    public required Token TargetAt { get; init; }

    /// <summary>Operands of the target whose values are written; the others have those of the same name.</summary>
    public required List<(Token Field, Expression Value)> Given { get; init; }

    /// <summary>The encoding it stands for, once all are read.</summary>
    public Encoding? Target { get; set; }

    /// <summary>Operands of the target, from a word of the short form.</summary>
    /// <exception cref="IsaException">A value has errors; a checked definition has none.</exception>
    public long[] Operands(Encoding own, uint word, FunctionLowering functions, IReadOnlyList<Function> pure)
    {
        var operands = Target!.Operands;
        var result = Unchecked(own, word, Values(own, functions), pure);
        for (var i = 0; i < result.Length; i++)
            result[i] = operands[i].Cut(result[i]);
        return result;
    }

    /// <summary>The values as written, whether the target's operands can hold them or not.</summary>
    public static long[] Unchecked(Encoding own, uint word, Node[] values, IReadOnlyList<Function> pure)
    {
        if (values.Length == 0)
            return [];
        var evaluation = new DecodeTime(pure, own.Extract(word), word, 0, own.Bits);
        var result = new long[values.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = (long)(ulong)evaluation.Value(values[i], []);
        return result;
    }

    /// <summary>The target's operands over those of the short form, lowered when first asked for.</summary>
    /// <exception cref="IsaException">A value has errors; a checked definition has none.</exception>
    public Node[] Values(Encoding own, FunctionLowering functions)
    {
        if (_values is { } ready)
            return ready;
        lock (functions.Gate)
        {
            var bag = new DiagnosticBag();
            Node[]? values = null;
            try
            {
                values = Lower(own, functions, bag);
            }
            catch (GiveUpException)
            {
                // Reported in the bag.
            }

            bag.ThrowIfErrors();
            return _values = values!;
        }
    }

    public Node[] Lower(Encoding own, FunctionLowering functions, DiagnosticBag bag)
    {
        foreach (var (field, _) in Given)
        {
            if (Target!.Find(field.Text) is null)
            {
                throw bag.Fail(
                    field, $"'{Target.Name}' has no field '{field.Text}'",
                    Suggestion.For(field.Text, Array.ConvertAll(Target.Operands, o => o.Name)));
            }
        }

        return Array.ConvertAll(Target!.Operands, operand => LowerValue(operand, own, functions, bag));
    }

    private Node LowerValue(Operand operand, Encoding own, FunctionLowering functions, DiagnosticBag bag)
    {
        var index = Given.FindIndex(g => g.Field.Text == operand.Name);
        var name = index < 0 ? operand.Name
            : Given[index].Value is { Kind: ExpressionKind.Name } written ? written.Text : null;
        if (name is not null && own.Find(name) is { } same)
            return new Node { Op = Op.Operand, Index = Array.IndexOf(own.Operands, same), Width = 64 };
        if (index < 0)
        {
            throw bag.Fail(
                TargetAt, $"'{own.Name}' gives no value to the field '{operand.Name}' of '{Target!.Name}'",
                $"write {operand.Name}=VALUE");
        }

        return functions.LowerShort(own, Given[index].Value, bag);
    }
}
