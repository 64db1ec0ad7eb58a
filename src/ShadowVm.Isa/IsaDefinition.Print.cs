using System.Globalization;
using System.Text;
using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using Encoding = ShadowVm.Isa.Model.Encoding;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    private Disassembler? _disassembler;

    /// <summary>The instruction in assembly language, by the definition's template or an alias that fits.</summary>
    /// <param name="instruction">A word that was taken apart.</param>
    /// <param name="pc">Its address, for targets of branches.</param>
    /// <exception cref="IsaException">A template has errors; a checked definition has none.</exception>
    public string Disassemble(DecodedInstruction instruction, ulong pc)
    {
        if (Model is null)
            return instruction.Definition?.Name ?? $"0x{instruction.Word:x8}";
        return Printer().Print(instruction, pc);
    }

    /// <summary>
    /// Everything about an instruction, for people: encoding, class, operands, text, lowered semantics.
    /// </summary>
    /// <param name="name">The instruction.</param>
    /// <returns>Lines of text, or null where there is no such instruction.</returns>
    /// <exception cref="IsaException">Its body has errors.</exception>
    public string? Describe(string name)
    {
        if (Model is null || !Model.EncodingsByName.TryGetValue(name, out var e))
            return null;
        var text = new StringBuilder();
        var (line, _) = e.At.Source.Position(e.At.Offset);
        text.Append(CultureInfo.InvariantCulture, $"{e.Name}    {e.At.Source.Name}:{line}\n");
        foreach (var documentation in Documentation(e))
            text.Append(CultureInfo.InvariantCulture, $"  {documentation}\n");
        text.Append(CultureInfo.InvariantCulture, $"syntax    {e.Template}\n");
        text.Append(CultureInfo.InvariantCulture, $"encoding  {Bits(e)}\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"class     {(e.IsReserved ? "reserved" : e.Class.ToString().ToLowerInvariant())}\n");
        foreach (var (refined, condition, _) in e.Refinements)
            text.Append(
                CultureInfo.InvariantCulture, $"          {refined.ToString().ToLowerInvariant()} where {condition}\n");
        if (e.WhereText is not null)
            text.Append(CultureInfo.InvariantCulture, $"where     {e.WhereText}\n");
        if (e.Short is { Target: { } target } form)
        {
            var values = string.Concat(form.Given.ConvertAll(g => $" {g.Field.Text}={g.Value}"));
            text.Append(CultureInfo.InvariantCulture, $"short for {target.Name}{values}\n");
        }

        foreach (var operand in e.Operands)
        {
            var sign = operand.Sign == Sign.Plain ? "" : $", {operand.Sign.ToString().ToLowerInvariant()}";
            text.Append(CultureInfo.InvariantCulture, $"operand   {operand.Name}: {operand.Width} bits{sign}\n");
        }

        var body = e.Short?.Target ?? e;
        var source = body.Extent.Source.Text[body.BodyStart..body.Extent.End].TrimEnd();
        if (source.Length > 0)
            text.Append("text\n").Append(source).Append('\n');
        if (e.Instruction is { } instruction)
            text.Append("meaning\n").Append(IrPrinter.Print(instruction.Body, this, instruction.OperandNames));
        return text.ToString();
    }

    private Disassembler Printer()
    {
        if (_disassembler is { } ready)
            return ready;
        var bag = new DiagnosticBag();
        var made = Disassembler.For(this, bag);
        bag.ThrowIfErrors();
        return _disassembler = made;
    }

    /// <summary>Each bit from the highest: 0, 1, '-' for ignored, else the operand's first letter.</summary>
    private static string Bits(Encoding encoding)
    {
        var text = new StringBuilder();
        for (var bit = encoding.Bits - 1; bit >= 0; bit--)
        {
            var one = 1u << bit;
            var shown = '-';
            if ((encoding.Mask & one) != 0)
                shown = (encoding.Value & one) != 0 ? '1' : '0';
            foreach (var operand in encoding.Operands)
            {
                if ((operand.Mask & one) != 0)
                    shown = operand.Name[0];
            }

            text.Append(shown);
            if (bit % 4 == 0 && bit > 0)
                text.Append(' ');
        }

        return text.ToString();
    }

    /// <summary>Lines that begin with two hashes, right above the declaration.</summary>
    private static List<string> Documentation(Encoding encoding)
    {
        var text = encoding.Extent.Source.Text;
        var result = new List<string>();
        var end = encoding.Extent.Start - encoding.Extent.Indent;
        while (end > 0)
        {
            var start = text.LastIndexOf('\n', Math.Max(0, end - 2)) + 1;
            if (start >= end)
                break;
            var line = text[start..end].Trim();
            if (!line.StartsWith("##", StringComparison.Ordinal))
                break;
            result.Insert(0, line[2..].Trim());
            end = start;
        }

        return result;
    }
}
