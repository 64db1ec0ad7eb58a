using System.Globalization;
using System.Text;
using ShadowVm.Isa.Numerics.Floating;

namespace ShadowVm.Isa.Ir;

/// <summary>Prints lowered semantics as an indented tree, for people.</summary>
public static class IrPrinter
{
    /// <summary>
    /// The tree below a node, a line for each node; DAG parts that are shared are printed where they are used.
    /// </summary>
    /// <param name="node">Where to begin.</param>
    /// <param name="definition">Gives names to registers and functions.</param>
    /// <param name="operands">Names of the instruction's operands, or null in a function.</param>
    public static string Print(Node node, IsaDefinition definition, string[]? operands = null)
    {
        var text = new StringBuilder();
        Print(text, node, definition, operands ?? [], 1);
        return text.ToString();
    }

    private static void Print(StringBuilder text, Node node, IsaDefinition definition, string[] operands, int depth)
    {
        text.Append(' ', depth * 2).Append(node.Op);
        if (node.Width > 0)
            text.Append('.').Append(node.Width.ToString(CultureInfo.InvariantCulture));
        text.Append(Detail(node, definition, operands)).Append('\n');
        if (depth > 200 || text.Length > 1 << 20)
            return;
        if (node.A is not null)
            Print(text, node.A, definition, operands, depth + 1);
        if (node.B is not null)
            Print(text, node.B, definition, operands, depth + 1);
        if (node.C is not null)
            Print(text, node.C, definition, operands, depth + 1);
        foreach (var item in node.Items)
            Print(text, item, definition, operands, depth + 1);
    }

    private static string Detail(Node node, IsaDefinition definition, string[] operands)
    {
        var index = node.Index.ToString(CultureInfo.InvariantCulture);
        return node.Op switch
        {
            Op.Const => node.Value < 10 ? " " + node.Value.ToString(CultureInfo.InvariantCulture)
                : " 0x" + node.Value.ToString("x", CultureInfo.InvariantCulture),
            Op.Operand => " " + (node.Index < operands.Length ? operands[node.Index] : index),
            Op.Local or Op.SetLocal or Op.For => " %" + index,
            Op.Register or Op.SetRegister => " " + SlotName(definition, node.Index),
            Op.RegisterAt or Op.SetRegisterAt => " " + definition.Registers[node.Index].Name,
            Op.Call => " " + definition.Functions[node.Index].Name,
            Op.Floating => " " + FloatCode.NameOf(node.Index),
            Op.Slice => " from " + index,
            Op.Load or Op.Store => node.Index == 1 ? " aligned" : "",
            _ => "",
        };
    }

    private static string SlotName(IsaDefinition definition, int slot)
    {
        foreach (var register in definition.Registers)
        {
            if (slot >= register.FirstSlot && slot < register.FirstSlot + register.Count)
                return register.Count == 1 ? register.Name : $"{register.Name}[{slot - register.FirstSlot}]";
        }

        return slot.ToString(CultureInfo.InvariantCulture);
    }
}
