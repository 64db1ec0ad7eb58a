using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Lowering;

/// <content>Reading and writing registers, by whatever way they are named.</content>
internal sealed partial class BodyLowering
{
    private Node ReadState(Expression e, StateDeclaration state, Expression? index)
    {
        Note(Effects.Reads, e.Token);
        if (state.IsArray && index is null)
            throw bag.Fail(e.Token, $"'{state.Name}' is {state.Count} registers", $"write {state.Name}[number]");
        WarnIfWritten(e.Token, KeyOf(state, index?.ToString()));
        if (index is null)
            return StoredValue(state, null, e.Token);
        CheckElement(state, index);
        return StoredValue(state, LowerAnyWidth(index), e.Token);
    }

    private void CheckElement(StateDeclaration state, Expression index)
    {
        if (Fold(index) is { } known && (known.Value < 0 || known.Value >= state.Count))
            throw bag.Fail(index.First, $"'{state.Name}' has elements 0 to {state.Count - 1}, not {index}");
    }

    /// <summary>What a register holds; a control register that holds nothing is computed.</summary>
    public Node StoredValue(StateDeclaration state, Node? element, Token at)
    {
        if (state.Control is { } control && (control.IsComputed || control.ViewOf is not null))
            return ReadControl(control, element, at);
        if (state.IsSplit)
            return Pack(state, at);
        return element is null
            ? new Node { Op = Op.Register, Index = state.Slot, Width = state.Width }
            : new Node { Op = Op.RegisterAt, Index = state.File, Width = state.Width, A = element };
    }

    /// <summary>A split register as one value: fields at their places, zeros between.</summary>
    private Node Pack(StateDeclaration state, Token at)
    {
        var fields = new List<Field>(state.Fields);
        fields.Sort((a, b) => b.Low.CompareTo(a.Low));
        Node? result = null;
        var top = state.Width;
        foreach (var field in fields)
        {
            var gap = top - field.High - 1;
            if (gap > 0)
                result = Join(result, Nodes.Const(0, gap));
            result = Join(result, FieldValue(state, field, at));
            top = field.Low;
        }

        if (top > 0)
            result = Join(result, Nodes.Const(0, top));
        return result!;

        static Node Join(Node? high, Node low) => high is null ? low : Nodes.Concat(high, low);
    }

    private Node FieldValue(StateDeclaration state, Field field, Token at)
    {
        if (field.Derived is not null)
        {
            Charge(1, at);
            return Isolated(at, () => Lower(field.Derived, field.Width));
        }

        return state.IsSplit
            ? new Node { Op = Op.Register, Index = field.Slot, Width = field.Width }
            : Nodes.Slice(StoredValue(state, null, at), field.Low, field.Width);
    }

    private Node LowerMember(Expression e)
    {
        var target = e.Parts[0];
        if (target.Kind == ExpressionKind.Name && target.Text is "zeros" or "ones")
        {
            var width = WidthSuffix(e.Token);
            return Nodes.Const(target.Text == "ones" ? UInt128.MaxValue : 0, width);
        }

        if (target.Kind == ExpressionKind.Name && target.Text is "rounding" or "f32" or "f64")
            return FloatConstant(e, target.Text);

        if (target.Kind == ExpressionKind.Name && FindLocal(target.Text) is { } local)
        {
            var value = local.Value ?? throw new GiveUpException();
            var field = FieldOf(local.Fields, e.Token, target.Text);
            return Nodes.Slice(value, field.Low, field.Width);
        }

        if (target.Kind == ExpressionKind.Name && FindOperand(target.Text) is null
            && model.State.TryGetValue(target.Text, out var state))
        {
            var field = FieldOf(state.Fields, e.Token, target.Text);
            Note(Effects.Reads, e.Token);
            WarnIfWritten(e.Token, KeyOf(state, null));
            WarnIfWritten(e.Token, KeyOf(state, "." + field.Name));
            return FieldValue(state, field, e.Token);
        }

        if (e.Path is { } path && path.IndexOf('.', StringComparison.Ordinal) is var dot
            && Array.IndexOf(BuiltIns.Later, path[..dot]) >= 0)
            throw bag.Fail(e.First, $"'{path[..dot]}' is not carried out by this version of the language");
        if (target.Kind == ExpressionKind.Name && !BuiltIns.Names.Contains(target.Text)
            && !model.Spaces.ContainsKey(target.Text))
            throw Unknown(target.Token, target.Text);
        throw bag.Fail(e.Token, $"'{e}' is no value");
    }

    private Field FieldOf(IReadOnlyList<Field> fields, Token name, string owner)
    {
        foreach (var field in fields)
        {
            if (field.Name == name.Text)
                return field;
        }

        var known = new List<string>();
        foreach (var field in fields)
            known.Add(field.Name);
        throw bag.Fail(
            name,
            known.Count == 0 ? $"'{owner}' has no fields" : $"'{owner}' has no field '{name.Text}'",
            Suggestion.For(name.Text, known));
    }

    private Node ReadView(Expression e, ViewDeclaration view)
    {
        if (view.Reader is null)
            throw bag.Fail(e.Token, $"The view '{view.Name}' can't be read", "give it 'read'");
        return Call(view.Reader, ViewIndices(e, view), e.Token);
    }

    private List<Node> ViewIndices(Expression e, ViewDeclaration view)
    {
        if (e.Parts.Length - 1 != view.Parameters.Length)
            throw bag.Fail(e.Token, $"'{view.Name}' takes {view.Parameters.Length} indices, not {e.Parts.Length - 1}");
        var indices = new List<Node>();
        for (var i = 0; i < view.Parameters.Length; i++)
            indices.Add(Lower(e.Parts[i + 1], view.Parameters[i].Width));
        return indices;
    }

    /// <summary>place = value.</summary>
    private Node LowerAssign(Statement s)
    {
        var place = s.A!;
        var value = s.B!;
        var root = place;
        while (root.Kind is ExpressionKind.Index or ExpressionKind.Slice or ExpressionKind.Member)
            root = root.Parts[0];
        if (root.Kind != ExpressionKind.Name)
            throw bag.Fail(place.First, $"'{place}' is no place to write to");
        if (FindLocal(root.Text) is { } local)
            return AssignLocal(place, local, value);
        if (FindOperand(root.Text) is not null)
            throw bag.Fail(place.First, $"'{root.Text}' is a field of the instruction and can't be written");
        if (model.Views.TryGetValue(root.Text, out var view) && place.Kind == ExpressionKind.Index)
        {
            if (view.Writer is null)
                throw bag.Fail(place.First, $"The view '{view.Name}' can't be written", "give it 'write'");
            var arguments = ViewIndices(place, view);
            arguments.Add(Lower(value, view.Width));
            return Call(view.Writer, arguments, place.First);
        }

        if (!model.State.TryGetValue(root.Text, out var state))
        {
            throw model.Constants.ContainsKey(root.Text) || root.Text is "pc" or "next" or "word"
                ? bag.Fail(
                    place.First, $"'{root.Text}' can't be written", root.Text == "pc" ? "use 'goto' or 'enter'" : null)
                : Unknown(root.Token, root.Text);
        }

        if (state.Name == "pc" || model.HasDelaySlots && state.Name is "npc" or "slot")
            throw bag.Fail(place.First, $"'{state.Name}' can't be written", "use 'goto' or 'enter'");
        if (state.Control is { } control)
        {
            if (control.IsComputed || control.ViewOf is not null)
                throw bag.Fail(
                    place.First, $"'{control.Name}' holds no value of its own", "write what it is computed from");
            if ((control.OnWrite is not null || control.Write is not null) && Function?.Kind != FunctionKind.Generated)
                Note(Effects.Kernel, place.First);
        }

        Note(Effects.Writes, place.First);
        return AssignState(place, state, value);
    }

    private Node AssignLocal(Expression place, Local local, Expression value)
    {
        if (local.Value is null)
            throw new GiveUpException();
        if (local.Variable < 0)
            throw bag.Fail(
                place.First, $"'{local.Name}' was given its value by 'let' and keeps it", "declare it with 'var'");
        var whole = local.Value;
        if (place.Kind == ExpressionKind.Name)
            return Nodes.SetLocal(local.Variable, Lower(value, whole.Width));
        if (place.Parts[0].Kind != ExpressionKind.Name)
            throw bag.Fail(place.First, $"'{place}' is no place to write to");
        if (place.Kind == ExpressionKind.Slice)
        {
            var high = FoldNumber(place.Parts[1], "The upper bit", 0, whole.Width - 1);
            var low = FoldNumber(place.Parts[2], "The lower bit", 0, high);
            return Nodes.SetLocal(local.Variable, Nodes.Replace(whole, low, Lower(value, high - low + 1)));
        }

        if (place.Kind == ExpressionKind.Member)
        {
            var field = FieldOf(local.Fields, place.Token, local.Name);
            return Nodes.SetLocal(local.Variable, Nodes.Replace(whole, field.Low, Lower(value, field.Width)));
        }

        var index = OneIndex(place);
        if (Fold(index) is not null)
        {
            var bit = FoldNumber(index, "The bit", 0, whole.Width - 1);
            return Nodes.SetLocal(local.Variable, Nodes.Replace(whole, bit, Lower(value, 1)));
        }

        var at = LowerAnyWidth(index);
        var one = Nodes.Binary(Op.ShiftLeft, Nodes.Const(1, whole.Width), at);
        var set = Nodes.Binary(Op.ShiftLeft, Nodes.ZeroExtend(Lower(value, 1), whole.Width), at);
        var cleared = Nodes.Binary(Op.And, whole, Nodes.Not(one));
        return Nodes.SetLocal(local.Variable, Nodes.Binary(Op.Or, cleared, set));
    }

    private Node AssignState(Expression place, StateDeclaration state, Expression value)
    {
        switch (place.Kind)
        {
            case ExpressionKind.Name:
                if (state.IsArray)
                    throw bag.Fail(
                        place.First, $"'{state.Name}' is {state.Count} registers", $"write {state.Name}[number]");
                _written.Add(KeyOf(state, null));
                return SetWhole(state, null, Lower(value, state.Width), null);
            case ExpressionKind.Index when state.IsArray && place.Parts[0].Kind == ExpressionKind.Name:
                var index = OneIndex(place);
                CheckElement(state, index);
                var element = LowerAnyWidth(index);
                var node = new Node
                {
                    Op = Op.SetRegisterAt,
                    Index = state.File,
                    A = element,
                    B = Lower(value, state.Width),
                };
                _written.Add(KeyOf(state, index.ToString()));
                return node;
            case ExpressionKind.Member when place.Parts[0].Kind == ExpressionKind.Name:
                var field = FieldOf(state.Fields, place.Token, state.Name);
                if (field.Derived is not null)
                    throw bag.Fail(place.Token, $"The field '{field.Name}' is derived and can't be written");
                if (!state.IsSplit)
                {
                    throw bag.Fail(
                        place.Token,
                        $"'{state.Name}' is not split, so its fields can't be written one by one",
                        "declare it 'split'");
                }

                var set = new Node { Op = Op.SetRegister, Index = field.Slot, A = Lower(value, field.Width) };
                _written.Add(KeyOf(state, "." + field.Name));
                return set;
            default:
                throw bag.Fail(
                    place.First, $"'{place}' is a part of a register and can't be written by itself",
                    "declare the register 'split' with fields, or write the whole");
        }
    }

    /// <summary>
    /// Writes a register from one value; a split one field by field, only those named where a list is given.
    /// </summary>
    public Node SetWhole(StateDeclaration state, Node? element, Node value, List<Token>? only)
    {
        if (!state.IsSplit)
        {
            return element is null
                ? new Node { Op = Op.SetRegister, Index = state.Slot, A = value }
                : new Node { Op = Op.SetRegisterAt, Index = state.File, A = element, B = value };
        }

        var temporary = NewLocal();
        var statements = new List<Node> { Nodes.SetLocal(temporary, value) };
        foreach (var field in state.Fields)
        {
            if (field.Derived is not null || only is not null && !only.Exists(name => name.Text == field.Name))
                continue;
            var part = Nodes.Slice(Nodes.Local(temporary, value.Width), field.Low, field.Width);
            statements.Add(new Node { Op = Op.SetRegister, Index = field.Slot, A = part });
        }

        return Nodes.Block(statements);
    }

    private static string KeyOf(StateDeclaration state, string? part) => state.Name + "|" + part;

    private void WarnIfWritten(Token at, string key)
    {
        if (_written.Contains(key) && Function?.Kind != FunctionKind.Generated)
        {
            var shown = key.Replace("|", "", StringComparison.Ordinal);
            bag.Warn(
                at,
                $"This reads {shown} as it was before the instruction: this is the old value",
                "keep the new value in a 'let' and use that");
        }
    }
}
