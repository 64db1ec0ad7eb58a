using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <content>Control registers: what reading and writing one through its space means.</content>
internal sealed partial class BodyLowering
{
    /// <summary>What a reader of the space gets, at the control's own width.</summary>
    public Node ReadControl(ControlDeclaration control, Node? element, Token at) =>
        ControlValue(control, element, at, control.Read);

    /// <summary>What read-modify-write instructions combine with.</summary>
    public Node ModifyControl(ControlDeclaration control, Node? element, Token at) =>
        ControlValue(control, element, at, control.Modify ?? control.Read);

    private Node ControlValue(ControlDeclaration control, Node? element, Token at, Expression? clause)
    {
        Charge(1, at);
        return Isolated(at, () =>
        {
            if (control.ViewOf is not null)
                return ReadViewOf(control, at);
            var mark = Mark();
            BindOwn(control, element, at);
            var result = clause is not null ? Lower(clause, control.Width) : OwnValue(control, element, at);
            Release(mark);
            return result;
        });
    }

    private Node OwnValue(ControlDeclaration control, Node? element, Token at)
    {
        if (control.IsComputed)
            throw bag.Fail(control.At, $"'{control.Name}' is computed but has no 'read'");
        var state = control.State;
        Note(Effects.Reads, at);
        if (state.IsSplit)
            return Pack(state, at);
        return element is null
            ? new Node { Op = Op.Register, Index = state.Slot, Width = state.Width }
            : new Node { Op = Op.RegisterAt, Index = state.File, Width = state.Width, A = element };
    }

    /// <summary>In its clauses a family's name is the member at hand, and its index is known.</summary>
    private void BindOwn(ControlDeclaration control, Node? element, Token at)
    {
        if (control.IndexName is null || element is null)
            return;
        if (element.Op == Op.Const)
            Declare(new Local { Name = control.IndexName, Constant = (Int128)element.Value });
        else
            Declare(new Local { Name = control.IndexName, Value = element });
        if (!control.IsComputed)
            Bind(control, control.Name, OwnValue(control, element, at));
    }

    /// <summary>The parent of a view and the bits of it that the view shows: (bit there, width, bit here).</summary>
    private (ControlDeclaration Parent, List<(int There, int Width, int Here)> Parts) PartsOf(ControlDeclaration view)
    {
        if (!model.Controls.TryGetValue(view.ViewOf!, out var parent) || parent.ViewOf is not null
            || parent.IndexName is not null)
        {
            throw bag.Fail(
                view.At, $"'{view.Name}' is a view of '{view.ViewOf}', which is no control register that can be viewed",
                Suggestion.For(view.ViewOf!, model.Controls.Keys));
        }

        var parts = new List<(int, int, int)>();
        if (view.ViewBits is var (high, low))
        {
            if (high >= parent.Width || high - low + 1 != view.Width)
                throw bag.Fail(
                    view.At, $"The bits [{high}:{low}] of '{parent.Name}' are not {view.Width} bits that it has");
            parts.Add((low, view.Width, 0));
            return (parent, parts);
        }

        // As wide as its parent, the fields keep their places; narrower, they stand side by side, first one highest.
        var here = view.Width;
        foreach (var name in view.ViewFields)
        {
            var field = FieldOf(parent.State.Fields, name, parent.Name);
            here -= field.Width;
            if (view.Width != parent.Width && here < 0)
                throw bag.Fail(name, $"The fields of '{view.Name}' have more than its {view.Width} bits");
            parts.Add((field.Low, field.Width, view.Width == parent.Width ? field.Low : here));
        }

        return (parent, parts);
    }

    private Node ReadViewOf(ControlDeclaration view, Token at)
    {
        var (parent, parts) = PartsOf(view);
        var whole = ReadControl(parent, null, at);
        var result = Nodes.Const(0, view.Width);
        foreach (var (there, width, here) in parts)
            result = Nodes.Replace(result, here, Nodes.Slice(whole, there, width));
        return result;
    }

    /// <summary>
    /// Statements that carry a write out: legal values, the stored value, what follows after the commit.
    /// </summary>
    public Node WriteControl(ControlDeclaration control, Node? element, Node value, Token at) =>
        Isolated(at, () => WriteIsolated(control, element, value, at));

    private Node WriteIsolated(ControlDeclaration control, Node? element, Node value, Token at)
    {
        if (control.ViewOf is not null)
        {
            var (parent, parts) = PartsOf(control);
            var keep = NewLocal();
            var merged = ModifyControl(parent, null, at);
            foreach (var (there, width, here) in parts)
                merged = Nodes.Replace(merged, there, Nodes.Slice(value, here, width));
            return Nodes.Block(
                [Nodes.SetLocal(keep, merged), WriteControl(parent, null, Nodes.Local(keep, parent.Width), at)]);
        }

        if (control.IsComputed && control.Write is null)
            return Nodes.Nothing;
        var mark = Mark();
        BindOwn(control, element, at);
        var statements = new List<Node>();
        var old = control.IsComputed ? ReadControl(control, element, at) : OwnValue(control, element, at);
        var given = NewLocal();
        statements.Add(Nodes.SetLocal(given, value));
        var checkedValue = Legal(control, Nodes.Local(given, control.Width), old, at, statements);
        if (control.Write is not null)
        {
            Bind(control, "value", checkedValue);
            Bind(control, "old", old);
            statements.Add(LowerBlock(control.Write));
        }
        else
        {
            Note(Effects.Writes, at);
            statements.Add(SetWhole(control.State, element, checkedValue, control.Writable));
        }

        if (control.OnWrite is not null)
        {
            Note(Effects.Kernel, at);
            var effects = Effects;
            Effects = Effects.None;
            // It runs when this body's locals are gone: it has none but its own.
            var after = Isolated(at, () => LowerBlock(control.OnWrite));
            if ((Effects & (Effects.Raises | Effects.Stores)) != 0)
                bag.Error(control.At, $"'on write' of '{control.Name}' may raise, but the instruction is done by then");
            Effects |= effects;
            statements.Add(new Node { Op = Op.AfterCommit, A = after });
        }

        Release(mark);
        return Nodes.Block(statements);
    }

    private void Bind(ControlDeclaration control, string name, Node value) =>
        Declare(new Local { Name = name, Value = value, Fields = control.State.Fields });

    /// <summary>The value as the register can hold it.</summary>
    private Node Legal(ControlDeclaration control, Node value, Node old, Token at, List<Node> statements)
    {
        if (control.Legal is null && control.FieldLegal.Count == 0)
            return value;
        var mark = Mark();
        Bind(control, "value", value);
        Bind(control, "old", old);
        var result = value;
        if (control.Legal is not null)
            result = Lower(control.Legal, control.Width);
        foreach (var (name, set, otherwise) in control.FieldLegal)
        {
            var field = FieldOf(control.State.Fields, name, control.Name);
            var part = Nodes.Slice(value, field.Low, field.Width);
            Node? test = null;
            foreach (var one in set)
            {
                var equal = Nodes.Compare(Op.Equal, part, Lower(one, field.Width));
                test = test is null ? equal : Nodes.Or(test, equal);
            }

            // 'old' means the old field here, and so does the field's value where it is named.
            var inner = Mark();
            Declare(new Local { Name = "old", Value = Nodes.Slice(old, field.Low, field.Width) });
            var replacement = Lower(otherwise, field.Width);
            Release(inner);
            result = Nodes.Replace(result, field.Low, Nodes.Select(test ?? Nodes.Const(0, 1), part, replacement));
        }

        Release(mark);
        var local = NewLocal();
        statements.Add(Nodes.SetLocal(local, result));
        return Nodes.Local(local, control.Width);
    }
}
