using System.Globalization;
using System.Numerics;
using System.Text;
using ShadowVm.Isa.Decoding;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using Encoding = ShadowVm.Isa.Model.Encoding;

namespace ShadowVm.Isa.Disassembly;

/// <summary>
/// Prints instructions by their templates; an alias that matches goes before, the most fixed bits first.
/// </summary>
internal sealed class Disassembler
{
    private readonly IsaDefinition _definition;
    private readonly Dictionary<Encoding, List<Part>> _templates = [];
    private readonly Dictionary<Encoding, List<Alias>> _aliases = [];

    private Disassembler(IsaDefinition definition) => _definition = definition;

    private sealed record Alias(List<Part> Parts, (int Operand, long Value)[] Fixed, Ir.Node? Where);

    /// <summary>Reads all templates and aliases; what is wrong goes to the bag.</summary>
    public static Disassembler For(IsaDefinition definition, DiagnosticBag bag)
    {
        var result = new Disassembler(definition);
        var model = definition.Model!;
        lock (model.Gate)
        {
            foreach (var encoding in model.Encodings)
            {
                if (encoding.IsReserved)
                    continue;
                result._templates[encoding] = [];
                Guard(bag, () => result._templates[encoding] = TemplateParser.Parse(
                    encoding.Template, encoding.At, encoding, model, definition.Functional!, bag));
            }

            foreach (var alias in model.Aliases)
                Guard(bag, () => result.Add(alias, bag));
        }

        return result;
    }

    private static void Guard(DiagnosticBag bag, Action step)
    {
        try
        {
            step();
        }
        catch (GiveUpException)
        {
            if (bag.Full)
                throw;
        }
    }

    private void Add(AliasDeclaration alias, DiagnosticBag bag)
    {
        var model = _definition.Model!;
        if (alias.Hidden || !model.EncodingsByName.TryGetValue(alias.Target, out var encoding) || encoding.IsReserved)
            return;
        var values = new List<(int, long)>();
        foreach (var (field, written) in alias.Fixed)
        {
            var operand = encoding.Find(field.Text)
                ?? throw bag.Fail(
                    field, $"'{encoding.Name}' has no field '{field.Text}'",
                    Text.Suggestion.For(field.Text, Array.ConvertAll(encoding.Operands, o => o.Name)));
            if (ConstantFolder.Fold(written, model, bag) is not { } folded
                || folded.Value < long.MinValue || folded.Value > long.MaxValue || !operand.Fits((long)folded.Value))
                throw bag.Fail(written.First, $"'{written}' is no value of the field '{field.Text}'");
            values.Add((Array.IndexOf(encoding.Operands, operand), (long)folded.Value));
        }

        var where = alias.Where is null ? null : _definition.Functional!.LowerCondition(encoding, alias.Where, bag);
        var parts = TemplateParser.Parse(alias.Text, alias.At, encoding, model, _definition.Functional!, bag);
        if (!_aliases.TryGetValue(encoding, out var list))
            _aliases[encoding] = list = [];
        var made = new Alias(parts, values.ToArray(), where);
        // In text order among equals.
        var index = list.FindIndex(other => FixedBits(other, encoding) < FixedBits(made, encoding));
        list.Insert(index < 0 ? list.Count : index, made);
    }

    private static int FixedBits(Alias alias, Encoding encoding)
    {
        var bits = alias.Where is null ? 0 : 1;
        foreach (var (operand, _) in alias.Fixed)
            bits += BitOperations.PopCount(encoding.Operands[operand].Mask);
        return bits;
    }

    public string Print(DecodedInstruction decoded, ulong pc, Func<ulong, string?>? symbols = null)
    {
        if (decoded.Definition?.Encoding is not { } encoding)
            return Unknown(decoded.Length, decoded.Word);
        var operands = encoding.Short is null ? decoded.Operands : encoding.Extract(decoded.Word);
        return Print(encoding, operands, decoded.Word, pc, true, symbols);
    }

    private static string Unknown(int length, uint word) =>
        $".{length}byte 0x{word.ToString("x" + length * 2, CultureInfo.InvariantCulture)}";

    public string Print(
        Encoding encoding, long[] operands, uint word, ulong pc, bool aliases, Func<ulong, string?>? symbols = null)
    {
        if (encoding.IsReserved)
            return encoding.Template;
        if (aliases && _aliases.TryGetValue(encoding, out var list))
        {
            foreach (var alias in list)
            {
                if (Array.TrueForAll(alias.Fixed, f => operands[f.Operand] == f.Value)
                    && DecodeTree.Holds(encoding, alias.Where, word, _definition.Functions))
                    return Fill(alias.Parts, encoding, operands, word, pc, symbols);
            }
        }

        return Fill(_templates[encoding], encoding, operands, word, pc, symbols);
    }

    private string Fill(
        List<Part> parts, Encoding encoding, long[] operands, uint word, ulong pc, Func<ulong, string?>? symbols)
    {
        var text = new StringBuilder();
        var values = new UInt128[parts.Count];
        var evaluation = new DecodeTime(_definition.Functions, operands, word, pc, encoding.Bits);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Value is { } node)
                values[i] = evaluation.Value(node, []);
        }

        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Group == 0 || !AllDefault(parts, values, parts[i].Group))
                Print(text, parts[i], values[i]);
            if (parts[i].Kind == PartKind.Target && symbols?.Invoke((ulong)values[i]) is { } symbol)
                text.Append(symbol);
        }

        return text.ToString();
    }

    private static bool AllDefault(List<Part> parts, UInt128[] values, int group)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Group != group || parts[i].Choice is not { } choice)
                continue;
            if (!choice.Rows.Exists(r => r.Bits == (uint)values[i] && r.IsDefault))
                return false;
        }

        return true;
    }

    private static void Print(StringBuilder text, Part part, UInt128 value)
    {
        var culture = CultureInfo.InvariantCulture;
        switch (part.Kind)
        {
            case PartKind.Literal:
                text.Append(part.Text);
                break;
            case PartKind.Register:
                text.Append(
                    value < (UInt128)part.Names.Length ? part.Names[(int)value] : part.Text + value.ToString(culture));
                break;
            case PartKind.Control:
                text.Append(part.Space!.Controls.TryGetValue((int)value, out var control)
                    ? control.Name
                    : "0x" + value.ToString("x", culture));
                break;
            case PartKind.Choice:
                text.Append(part.Choice!.Rows.Find(r => r.Bits == (uint)value)?.Text ?? value.ToString(culture));
                break;
            case PartKind.Target or PartKind.Hex:
                text.Append("0x").Append(value.ToString("x", culture));
                break;
            default:
                text.Append(part.IsSigned ? ((long)(ulong)value).ToString(culture) : value.ToString(culture));
                break;
        }
    }
}
