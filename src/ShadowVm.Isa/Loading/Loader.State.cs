using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Registers and views.</content>
internal sealed partial class Loader
{
    private void ReadRegister(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var names = new List<Token> { header.ExpectName("the register's name") };
        while (header.Current.Kind == TokenKind.Name)
            names.Add(header.Take());
        var count = 1;
        var isArray = header.TryTake("[");
        if (isArray)
        {
            var size = header.ParseExpression();
            header.Expect("]", "after the number of registers");
            count = Bounded(size, "The number of registers", 1, Limits.Slots);
        }

        header.Expect(":", "after the register's name");
        var widthText = header.ParseExpression();
        var width = Width(widthText);
        if (width > 64)
            throw _bag.Fail(widthText.First, $"A register has at most 64 bits, not {width}");
        var zero = -1;
        var split = false;
        Expression? reset = null;
        while (!header.Current.EndsLine)
        {
            if (header.TryTake("zero"))
                zero = header.ExpectNumber("the zero register's index", count - 1);
            else if (header.TryTake("split"))
                split = true;
            else if (header.TryTake("="))
                reset = header.ParseExpression();
            else
                throw _bag.Fail(
                    header.Current,
                    $"{header.Current.Shown} is left over after the register",
                    "possible are 'zero', 'split', '='");
        }

        if (split && isArray)
            throw _bag.Fail(names[0], "Arrays of split registers are not carried out by this version of the language");
        var resetValue = reset is null
            ? 0UL
            : (ulong)ConstantFolder.At(Number(reset, "The reset value"), width, reset, _bag).Value;
        foreach (var name in names)
        {
            Unique(name);
            var state = new StateDeclaration
            {
                Name = name.Text,
                At = name,
                Width = width,
                Count = count,
                IsArray = isArray,
                IsSplit = split,
            };
            Model.State[name.Text] = state;
            string[] elements = [];
            var body = BodyOf(extent, bodyStart);
            Lines(body, first =>
            {
                body.Take();
                switch (first.Text)
                {
                    case "names":
                        elements = [.. elements, .. ReadNames(body, state, elements.Length)];
                        if (elements.Length > count)
                            throw _bag.Fail(first, $"There are {elements.Length} names for {count} registers");
                        break;
                    case "fields":
                        ReadFields(body, state, null);
                        break;
                    default:
                        throw _bag.Fail(
                            first,
                            $"{first.Shown} is no clause of 'register'",
                            Suggestion.For(first.Text, ["names", "fields"]));
                }
            });
            if (elements.Length > 0 && elements.Length != count)
                throw _bag.Fail(name, $"There are {elements.Length} names for the {count} registers of '{name.Text}'");
            Place(state, zero, resetValue, elements);
            if (Model.HasDelaySlots && name.Text == "pc")
                PlaceSlot(state);
        }
    }

    /// <summary>
    /// With delay slots the address of the next instruction is state, and whether the one at pc stands in a slot:
    /// an epoch may end between a branch and its slot.
    /// </summary>
    private void PlaceSlot(StateDeclaration pc)
    {
        foreach (var (name, width) in new[] { ("npc", pc.Width), ("slot", 1) })
        {
            var state = new StateDeclaration { Name = name, At = pc.At, Width = width, Count = 1 };
            Model.State[name] = state;
            Place(state, -1, 0, []);
        }
    }

    private int Bounded(Expression e, string what, int min, int max)
    {
        var value = Number(e, what);
        if (value < min || value > max)
            throw _bag.Fail(e.First, $"{what} is {value.ToString(null, null)}, outside {min} to {max}");
        return (int)value;
    }

    /// <summary>Names such as <c>zero ra t0..t2 s0|fp</c>: the first of several is the one that is printed.</summary>
    private List<string> ReadNames(StatementParser body, StateDeclaration state, int before)
    {
        var result = new List<string>();
        while (!body.Current.EndsLine)
        {
            var name = body.ExpectName("a register's name");
            if (body.TryTake(".."))
            {
                var last = body.ExpectName("the last name of the row");
                var (stem, from) = Numbered(name);
                var (other, to) = Numbered(last);
                if (stem != other || to < from || to - from >= 256)
                    throw _bag.Fail(last, $"'{name.Text}..{last.Text}' is no row of names");
                for (var i = from; i <= to; i++)
                    result.Add(stem + i);
            }
            else
            {
                result.Add(name.Text);
            }

            while (body.TryTake("|"))
                state.OtherNames.Add((body.ExpectName("another name of the same register").Text, before + result.Count - 1));
        }

        return result;
    }

    private (string Stem, int Number) Numbered(Token name)
    {
        var digits = name.Text.Length;
        while (digits > 0 && char.IsAsciiDigit(name.Text[digits - 1]))
            digits--;
        if (digits == name.Text.Length || name.Text.Length - digits > 4)
            throw _bag.Fail(name, $"'{name.Text}' has no number at its end");
        var number = int.Parse(name.Text.AsSpan(digits), System.Globalization.CultureInfo.InvariantCulture);
        return (name.Text[..digits], number);
    }

    /// <summary><c>mpp[12:11] mie[3] ... when CONDITION</c>; derived fields have <c>= EXPRESSION</c> each.</summary>
    private void ReadFields(StatementParser body, StateDeclaration state, List<Field>? derived)
    {
        var fields = new List<Field>();
        while (body.Current.Kind == TokenKind.Name && !body.Current.IsWord("when"))
        {
            var name = body.Take();
            body.Expect("[", "after the field's name");
            var high = body.ExpectNumber("the upper bit", 127);
            var low = body.TryTake(":") ? body.ExpectNumber("the lower bit", 127) : high;
            body.Expect("]", "after the field's bits");
            Expression? value = null;
            if (derived is not null)
            {
                body.Expect("=", "after a derived field");
                value = body.ParseExpression();
            }

            if (high < low)
                throw _bag.Fail(name, $"The field '{name.Text}[{high}:{low}]' has its lower bit first");
            fields.Add(new Field(name.Text, low, high - low + 1, -1, value, name));
        }

        if (body.TryTake("when") && !Holds(body.ParseExpression()))
            return;
        foreach (var field in fields)
        {
            if (field.High >= state.Width)
                throw _bag.Fail(
                    field.At,
                    $"The field '{field.Name}' needs bit {field.High}, '{state.Name}' has {state.Width} bits");
            foreach (var other in state.Fields)
            {
                if (other.Name == field.Name)
                    throw _bag.Fail(field.At, $"'{state.Name}' has a field '{field.Name}' already");
                if (other.Low <= field.High && field.Low <= other.High)
                    throw _bag.Fail(
                        field.At, $"The fields '{other.Name}' and '{field.Name}' of '{state.Name}' share bits");
            }

            state.Fields.Add(field);
        }
    }

    /// <summary>Gives a register its slots, in text order.</summary>
    private void Place(StateDeclaration state, int zero, ulong reset, string[] names)
    {
        if (!state.IsSplit)
        {
            state.File = Model.Registers.Count;
            state.Slot = Model.SlotCount;
            Model.Registers.Add(
                new RegisterFile(state.Name, state.Width, state.Count, state.Slot, zero, reset, names)
                {
                    IsPlain = state.Control is null,
                });
            Model.SlotCount += state.Count;
        }
        else
        {
            if (!state.Fields.Exists(f => f.Derived is null))
                throw _bag.Fail(state.At, $"'{state.Name}' is split but has no fields");
            for (var i = 0; i < state.Fields.Count; i++)
            {
                var field = state.Fields[i];
                if (field.Derived is not null)
                    continue;
                var value = (ulong)((UInt128)(reset >> Math.Min(field.Low, 63)) & Nodes.MaskOf(field.Width));
                state.Fields[i] = field with { Slot = Model.SlotCount };
                Model.Registers.Add(
                    new RegisterFile($"{state.Name}.{field.Name}", field.Width, 1, Model.SlotCount, -1, value, [])
                    {
                        IsPlain = state.Control is null,
                    });
                Model.SlotCount++;
            }
        }

        if (Model.SlotCount > Limits.Slots)
            throw _bag.Fail(state.At, $"There are more than {Limits.Slots} registers");
    }

    private void ReadView(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var name = header.ExpectName("the view's name");
        header.Expect("[", "after the view's name");
        var parameters = ReadParameters(header, "]");
        header.Expect(":", "after the indices");
        var width = Width(header.ParseExpression());
        Unique(name);
        var view = new ViewDeclaration { Name = name.Text, At = name, Parameters = parameters, Width = width };
        Model.Views[name.Text] = view;
        if (header.TryTake("="))
            view.Read = header.ParseExpression();
        header.ExpectLineEnd("the view");
        var body = BodyOf(extent, bodyStart);
        Lines(body, first =>
        {
            body.Take();
            switch (first.Text)
            {
                case "read":
                    view.Read = body.ParseExpression();
                    break;
                case "write":
                    view.Write = body.ParseStatement();
                    break;
                default:
                    throw _bag.Fail(
                        first, $"{first.Shown} is no clause of 'view'", Suggestion.For(first.Text, ["read", "write"]));
            }
        });
        if (view.Read is not null)
        {
            view.Reader = Generated(name, $"{name.Text}.read", parameters, width, lowering =>
            {
                return new Ir.Node { Op = Ir.Op.Return, A = lowering.Lower(view.Read, width) };
            });
        }

        if (view.Write is not null)
        {
            view.Writer = Generated(name, $"{name.Text}.write", [.. parameters, ("value", width)], 0,
                lowering => lowering.LowerBlock([view.Write]));
        }
    }

    /// <summary><c>a : 64, b : 1)</c>: the opening bracket is taken already.</summary>
    private (string Name, int Width)[] ReadParameters(StatementParser header, string close)
    {
        var result = new List<(string, int)>();
        while (!header.Current.Is(close))
        {
            var name = header.ExpectName("a parameter's name");
            header.Expect(":", "after the parameter's name");
            result.Add((name.Text, Width(header.ParseExpression())));
            if (!header.TryTake(","))
                break;
        }

        header.Expect(close, "after the parameters");
        if (result.Count > Limits.Parameters)
            throw _bag.Fail(header.Current, $"There are more than {Limits.Parameters} parameters");
        return result.ToArray();
    }

    private readonly List<FunctionDeclaration> _generated = [];

    private FunctionDeclaration Generated(
        Token at, string name, (string, int)[] parameters, int width, Func<BodyLowering, Ir.Node> make)
    {
        var function = new FunctionDeclaration
        {
            Name = name,
            At = at,
            Kind = FunctionKind.Generated,
            Parameters = parameters,
            ResultWidth = width,
            Generate = make,
        };
        _generated.Add(function);
        return function;
    }
}
