using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <content>Traps that the processor may deliver late.</content>
internal sealed partial class BodyLowering
{
    /// <summary><c>delayed NAME classes dest REGISTER</c>: bits of V2, and the register's bit of V1.</summary>
    private Node LowerDelayed(Statement s)
    {
        if (model.Delayed is not { } delayed || delayed.Name != s.Name.Text)
        {
            throw bag.Fail(
                s.Name, $"There is no 'delayed {s.Name.Text}'",
                model.Delayed is null ? null : Suggestion.For(s.Name.Text, [model.Delayed.Name]));
        }

        Note(Effects.Writes | Effects.Delays, s.Token);
        var place = s.B!;
        var mask = delayed.Masks.Find(m => place.Kind == ExpressionKind.Index && m.File.Text == place.Parts[0].Text);
        if (mask.File is null || !model.State.TryGetValue(mask.File.Text, out var state))
        {
            var known = string.Join(", ", delayed.Masks.ConvertAll(m => m.File.Text + "[...]"));
            throw bag.Fail(place.First, $"'{place}' has no bit in the mask of 'delayed {delayed.Name}'", $"known: {known}");
        }

        var index = OneIndex(place);
        CheckElement(state, index);
        var number = Nodes.ZeroExtend(LowerAnyWidth(index), 64);
        var bit = Nodes.Binary(Op.ShiftLeft, Nodes.Const(UInt128.One << mask.First, 64), number);
        return new Node { Op = Op.Delay, A = Lower(s.A!, 64), B = bit };
    }

    /// <summary>Each bit of a value as N bits: a mask of bytes or other units.</summary>
    private Node ExpandMask(Expression e)
    {
        var unit = WidthSuffix(e.Parts[0].Token);
        var value = Twice(e, LowerAnyWidth(Argument(e, 0, 1)));
        if (value.Width * unit > 128)
            throw bag.Fail(e.First, $"'{e}' has {value.Width * unit} bits, more than 128");
        Node? result = null;
        for (var bit = value.Width - 1; bit >= 0; bit--)
        {
            var part = Nodes.SignExtend(Nodes.Slice(value, bit, 1), unit);
            result = result is null ? part : Nodes.Concat(result, part);
        }

        return result!;
    }
}
