using System.Globalization;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Spaces and control registers.</content>
internal sealed partial class Loader
{
    private static readonly string[] ControlClauses =
        ["fields", "derived", "writable", "access", "legal", "read", "modify", "write", "on"];

    private void ReadSpace(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var name = header.ExpectName("the space's name");
        header.Expect("[", "after the space's name");
        var parameters = ReadParameters(header, "]");
        header.Expect(":", "after the number");
        var width = Width(header.ParseExpression());
        header.ExpectLineEnd("the space");
        if (parameters.Length != 1 || parameters[0].Width > 30)
            throw _bag.Fail(name, $"The space '{name.Text}' has one number of at most 30 bits");
        Unique(name);
        var space = new SpaceDeclaration
        {
            Name = name.Text,
            At = name,
            Parameter = parameters[0].Name,
            NumberWidth = parameters[0].Width,
            Width = width,
        };
        Model.Spaces[name.Text] = space;
        var body = BodyOf(extent, bodyStart);
        Lines(body, first =>
        {
            body.Take();
            switch (first.Text)
            {
                case "access":
                    space.Access.Add(ReadAccess(body));
                    break;
                case "absent":
                    space.Absent = body.ParseBlockOrStatement();
                    break;
                default:
                    throw _bag.Fail(
                        first,
                        $"{first.Shown} is no clause of 'space'",
                        Suggestion.For(first.Text, ["access", "absent"]));
            }
        });
        if (space.Absent is null)
            _bag.Error(
                name,
                $"The space '{name.Text}' doesn't say what a number without a control does",
                "add 'absent STATEMENT'");
        var number = parameters[0];
        space.Reader = Generated(name, $"{name.Text}.read", [number], width, l => SpaceFunctions.Read(space, l, false));
        space.Modifier = Generated(
            name, $"{name.Text}.modify", [number], width, l => SpaceFunctions.Read(space, l, true));
        space.Writer = Generated(
            name, $"{name.Text}.write", [number, ("value", width)], 0, l => SpaceFunctions.Write(space, l));
        space.Checker = Generated(
            name, $"{name.Text}.check", [number, ("writing", 1)], 0, l => SpaceFunctions.Check(space, l));
    }

    private static (Expression Condition, Statement[] Else) ReadAccess(StatementParser body)
    {
        var condition = body.ParseExpression();
        body.Expect("else", "after the condition of 'access'");
        return (condition, body.ParseBlockOrStatement());
    }

    private void ReadControl(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var name = header.ExpectName("the control's name");
        string? index = null;
        var (from, to) = (0, 0);
        if (header.TryTake("["))
        {
            index = header.ExpectName("the index").Text;
            header.Expect("in", "after the index");
            from = Bounded(header.ParseExpression(), "The first index", 0, 4095);
            header.Expect("..", "between the indices");
            to = Bounded(header.ParseExpression(), "The last index", from, 4095);
            header.Expect("]", "after the indices");
        }

        header.Expect("at", "after the control's name");
        var spaceName = header.ExpectName("a space");
        if (!Model.Spaces.TryGetValue(spaceName.Text, out var space))
            throw _bag.Fail(
                spaceName, $"There is no space '{spaceName.Text}'", Suggestion.For(spaceName.Text, Model.Spaces.Keys));
        var number = header.ParseExpression();
        header.Expect(":", "after the number");
        var width = Width(header.ParseExpression());
        if (width > 64)
            throw _bag.Fail(name, $"A control register has at most 64 bits, not {width}");
        Expression? when = null;
        Expression? reset = null;
        var (split, computed) = (false, false);
        string? viewOf = null;
        var viewFields = new List<Token>();
        (int, int)? viewBits = null;
        while (!header.Current.EndsLine)
        {
            if (header.TryTake("when"))
                when = header.ParseExpression();
            else if (header.TryTake("split"))
                split = true;
            else if (header.TryTake("computed"))
                computed = true;
            else if (header.TryTake("="))
                reset = header.ParseExpression();
            else if (header.TryTake("view"))
                (viewOf, viewBits) = ReadViewOf(header, viewFields);
            else
                throw _bag.Fail(
                    header.Current,
                    $"{header.Current.Shown} is left over after the control",
                    "possible are 'when', 'split', 'computed', 'view of', '='");
        }

        if (index is null && !Holds(when))
            return;
        Unique(name, true);
        var state = new StateDeclaration
        {
            Name = name.Text,
            At = name,
            Width = width,
            Count = index is null ? 1 : to + 1,
            IsArray = index is not null,
            IsSplit = split && !computed && viewOf is null,
        };
        var control = new ControlDeclaration
        {
            Name = name.Text,
            At = name,
            Width = width,
            Space = space,
            IndexName = index,
            State = state,
            IsComputed = computed,
            ViewOf = viewOf,
            ViewBits = viewBits,
        };
        control.ViewFields.AddRange(viewFields);
        state.Control = control;
        Model.State[name.Text] = state;
        Model.Controls[name.Text] = control;
        if (split && index is not null)
            throw _bag.Fail(
                name, "Families of split control registers are not carried out by this version of the language");
        var body = BodyOf(extent, bodyStart);
        Lines(body, first => ReadControlLine(body, first, control));
        if (computed && control.Read is null)
            throw _bag.Fail(name, $"'{name.Text}' is computed but has no 'read'");
        if (!computed && viewOf is null)
        {
            var value = reset is null
                ? 0UL
                : (ulong)ConstantFolder.At(Number(reset, "The reset value"), width, reset, _bag).Value;
            Place(state, -1, value, []);
        }

        for (var i = from; i <= to; i++)
            AddInstance(control, i, number, when);
    }

    private void AddInstance(ControlDeclaration control, int index, Expression number, Expression? when)
    {
        (bool, Int128?) Names(string name) => name == control.IndexName ? (true, (Int128?)index) : (false, null);
        if (control.IndexName is not null && !Holds(when, Names))
            return;
        var at = Number(number, "The number of a control", Names);
        if (at < 0 || at >= Int128.One << control.Space.NumberWidth)
            throw _bag.Fail(
                number.First,
                $"The number {at.ToString(CultureInfo.InvariantCulture)} does not fit the space '{control.Space.Name}'");
        var name = control.IndexName is null ? control.Name : control.Name + index;
        if (!control.Space.Controls.TryAdd((int)at, new ControlInstance(control, index, name)))
        {
            var other = control.Space.Controls[(int)at].Name;
            throw _bag.Fail(
                number.First, $"'{name}' and '{other}' are both at 0x{(int)at:x} of '{control.Space.Name}'");
        }

        if (control.Space.Controls.Count > 4096)
            throw _bag.Fail(number.First, "There are more than 4096 control registers");
    }

    private (string, (int, int)?) ReadViewOf(StatementParser header, List<Token> fields)
    {
        header.Expect("of", "after 'view'");
        var parent = header.ExpectName("a control register").Text;
        if (header.TryTake("{"))
        {
            while (header.Current.Kind == TokenKind.Name)
                fields.Add(header.Take());
            header.Expect("}", "after the fields");
            return (parent, null);
        }

        header.Expect("[", "after the control register");
        var high = header.ExpectNumber("the upper bit", 63);
        var low = header.TryTake(":") ? header.ExpectNumber("the lower bit", high) : high;
        header.Expect("]", "after the bits");
        return (parent, (high, low));
    }

    private void ReadControlLine(StatementParser body, Token first, ControlDeclaration control)
    {
        body.Take();
        switch (first.Text)
        {
            case "fields":
                ReadFields(body, control.State, null);
                break;
            case "derived":
                ReadFields(body, control.State, []);
                break;
            case "writable":
                control.Writable ??= [];
                while (body.Current.Kind == TokenKind.Name)
                {
                    var field = body.Take();
                    if (!control.State.Fields.Exists(f => f.Name == field.Text))
                        throw _bag.Fail(
                            field,
                            $"'{control.Name}' has no field '{field.Text}'",
                            Suggestion.For(field.Text, control.State.Fields.ConvertAll(f => f.Name)));
                    control.Writable.Add(field);
                }

                if (!control.State.IsSplit)
                    throw _bag.Fail(first, "'writable' needs a split register", "declare the control 'split'");
                break;
            case "access":
                control.Access.Add(ReadAccess(body));
                break;
            case "legal":
                ReadLegal(body, control);
                break;
            case "read":
                control.Read = body.ParseExpression();
                break;
            case "modify":
                control.Modify = body.ParseExpression();
                break;
            case "write":
                control.Write = body.ParseBlockOrStatement();
                break;
            case "on":
                body.Expect("write", "after 'on'");
                control.OnWrite = body.ParseBlockOrStatement();
                break;
            default:
                throw _bag.Fail(
                    first, $"{first.Shown} is no clause of 'control'", Suggestion.For(first.Text, ControlClauses));
        }
    }

    private void ReadLegal(StatementParser body, ControlDeclaration control)
    {
        var field = body.Current;
        if (!body.Following.IsWord("in") || field.Text is "value" or "old")
        {
            control.Legal = body.ParseExpression();
            return;
        }

        body.Take();
        body.Take();
        body.Expect("{", "after 'in'");
        var set = new List<Expression>();
        while (!body.Current.Is("}") && !body.AtEnd)
            set.Add(body.ParsePostfix());
        body.Expect("}", "after the values");
        body.Expect("else", "after the legal values");
        if (!control.State.Fields.Exists(f => f.Name == field.Text))
            throw _bag.Fail(
                field,
                $"'{control.Name}' has no field '{field.Text}'",
                Suggestion.For(field.Text, control.State.Fields.ConvertAll(f => f.Name)));
        control.FieldLegal.Add((field, set.ToArray(), body.ParseExpression()));
    }
}
