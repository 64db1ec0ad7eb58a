using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>The <c>isa</c> block, constants, enums, operand signs, ABI data.</content>
internal sealed partial class Loader
{
    private readonly List<(string Word, Expression Value, Token At)> _isaClauses = [];
    private Token? _isaAt;

    private void ReadIsa(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        var at = header.Take();
        if (_isaAt is not null)
            throw _bag.Fail(at, "There is an 'isa' declaration already");
        _isaAt = at;
        header.ExpectName("the instruction set's name");
        if (header.Current.Kind == TokenKind.String)
            Model.Title = header.Take().Text;
        header.ExpectLineEnd("the title");
        var body = BodyOf(extent, bodyStart);
        Lines(body, first =>
        {
            body.Take();
            switch (first.Text)
            {
                case "parameter":
                    ReadParameter(body);
                    break;
                case "variant":
                    ReadVariant(body);
                    break;
                case "endian" or "unit" or "delay" or "align":
                    _isaClauses.Add((first.Text, body.ParseExpression(), first));
                    break;
                case "nullify":
                    throw _bag.Fail(first, "'nullify' is not carried out by this version of the language");
                default:
                    throw _bag.Fail(
                        first, $"{first.Shown} is no clause of 'isa'",
                        Suggestion.For(first.Text, ["parameter", "variant", "endian", "unit", "delay", "align"]));
            }
        });
    }

    private void ReadParameter(StatementParser body)
    {
        var name = body.ExpectName("the parameter's name");
        body.Expect(":", "after the parameter's name");
        var values = new List<(string Text, Int128 Value, string Shown)>();
        do
        {
            var token = body.Current;
            var value = token.Kind == TokenKind.Number ? (Int128)body.Literal(body.Take()) : values.Count;
            if (token.Kind != TokenKind.Number)
                body.ExpectName("a value");
            // What stands for it in a variant's name: its text, unless another is given.
            values.Add((token.Text, value, body.Current.Kind == TokenKind.String ? body.ExpectString("a text") : token.Text));
        }
        while (body.TryTake("|"));

        var index = 0;
        if (body.TryTake("="))
        {
            var wanted = body.Take();
            index = values.FindIndex(v => v.Text == wanted.Text);
            if (index < 0)
                throw _bag.Fail(wanted, $"{wanted.Shown} is none of the values of '{name.Text}'");
        }

        if (Rules.Parameters.Exists(p => p.Name == name.Text))
            throw _bag.Fail(name, $"'{name.Text}' is declared already");
        Rules.Parameters.Add((name.Text, values, index));
    }

    private void ReadVariant(StatementParser body)
    {
        var at = body.Current;
        Rules.Template = body.ExpectString("a name template");
        while (body.Current.Kind == TokenKind.Name)
        {
            var name = body.Take().Text;
            body.Expect("=", "after an abbreviation");
            var stands = new List<string>();
            while (body.Current.Kind == TokenKind.Name && !body.Following.Is("="))
                stands.Add(body.Take().Text);
            Rules.Abbreviations[name] = stands;
        }

        if (Rules.Template.Length > 200)
            throw _bag.Fail(at, "This template is too long");
    }

    private void SetParameters(Variant variant)
    {
        for (var p = 0; p < Rules.Parameters.Count; p++)
        {
            var (name, values, _) = Rules.Parameters[p];
            Model.Constants[name] = values[variant.Values[p]].Value;
            foreach (var (text, value, _) in values)
            {
                // A value that is a word can be compared with by name.
                if (!char.IsAsciiDigit(text[0]))
                    Model.Constants.TryAdd(text, value);
            }
        }
    }

    private void ReadEndianAndUnit()
    {
        foreach (var (word, value, at) in _isaClauses)
        {
            switch (word)
            {
                case "endian":
                    Model.BigEndian = value.Text switch
                    {
                        "little" => false,
                        "big" => true,
                        _ => ParameterText(value) switch
                        {
                            "little" => false,
                            "big" => true,
                            _ => throw _bag.Fail(value.First, $"The byte order is 'little' or 'big', not '{value}'"),
                        },
                    };
                    break;
                case "unit":
                    var bits = Number(value, "The unit");
                    if (bits != 8 && bits != 16 && bits != 32)
                        throw _bag.Fail(value.First, $"A fetch unit has 8, 16 or 32 bits, not '{value}'");
                    Model.UnitBits = (int)bits;
                    break;
                case "align":
                    Model.AlignNatural = value.Text switch
                    {
                        "natural" => true,
                        "any" => false,
                        _ => throw _bag.Fail(value.First, $"Alignment is 'natural' or 'any', not '{value}'"),
                    };
                    break;
                default:
                    var slots = Number(value, "The number of delay slots");
                    if (slots != 0 && slots != 1)
                        throw _bag.Fail(at, $"A branch has no delay slot or one, not '{value}'", "write 'delay 1'");
                    Model.HasDelaySlots = slots == 1;
                    break;
            }
        }
    }

    /// <summary>The word that a parameter has as its value.</summary>
    private string? ParameterText(Expression e)
    {
        var parameter = Rules.Parameters.FindIndex(p => p.Name == e.Text);
        if (parameter < 0 || !Model.Constants.TryGetValue(e.Text, out var value))
            return null;
        return Rules.Parameters[parameter].Values.Find(v => v.Value == value).Text;
    }

    private void ReadConstant(Extent extent)
    {
        var cursor = Header(extent, out _);
        cursor.Take();
        var name = cursor.ExpectName("the constant's name");
        cursor.Expect("=", "after the constant's name");
        var value = cursor.ParseExpression();
        cursor.ExpectLineEnd("the value");
        Unique(name);
        Model.Constants[name.Text] = Number(value, "A constant");
    }

    private void ReadEnum(Extent extent)
    {
        // The values may stand on lines of their own, so that the whole extent is read.
        var tokens = Lexer.All(extent.Source, extent.Start, extent.End, _bag, null, false);
        var cursor = new StatementParser(Array.FindAll(tokens, t => t.Kind != TokenKind.NewLine), _bag);
        cursor.Take();
        var name = cursor.ExpectName("the enum's name");
        cursor.Expect(":", "after the enum's name");
        var width = Width(cursor.ParseExpression());
        cursor.Expect("{", "before the values");
        Unique(name);
        Model.Enums[name.Text] = width;
        while (!cursor.Current.Is("}") && !cursor.AtEnd)
        {
            var value = cursor.ExpectName("a value's name");
            cursor.Expect("=", "after the value's name");
            var number = cursor.ParseExpression();
            Unique(value);
            var folded = Lowering.ConstantFolder.At(Number(number, "The value of an enum"), width, number, _bag);
            Model.EnumValues[value.Text] = (width, folded.Value);
        }

        cursor.Expect("}", "after the values");
        cursor.ExpectLineEnd("the values");
    }

    private void ReadOperand(Extent extent)
    {
        var cursor = Header(extent, out _);
        cursor.Take();
        var names = new List<Token>();
        while (cursor.Current.Kind == TokenKind.Name && !cursor.Current.IsWord("signed")
            && !cursor.Current.IsWord("unsigned"))
            names.Add(cursor.Take());
        if (cursor.Current.Is(":"))
        {
            ReadFormula(cursor, names);
            return;
        }

        var sign = cursor.ExpectName("'signed' or 'unsigned'");
        cursor.ExpectLineEnd("the sign");
        foreach (var name in names)
        {
            if (Model.Biases.ContainsKey(name.Text) || !Model.Signs.TryAdd(name.Text, sign.Text == "signed" ? Sign.Signed : Sign.Unsigned))
                throw _bag.Fail(name, $"The operand '{name.Text}' is declared already");
        }
    }

    /// <summary><c>operand a b : 3 = 8 + field</c>: what is meant is a number more than the bits say.</summary>
    private void ReadFormula(StatementParser cursor, List<Token> names)
    {
        cursor.Take();
        var width = cursor.ExpectNumber("the width of the field", 16);
        cursor.Expect("=", "after the width");
        var formula = cursor.ParseExpression();
        cursor.ExpectLineEnd("the formula");
        var isSum = formula is { Kind: ExpressionKind.Binary, Text: "+" }
            && formula.Parts[1] is { Kind: ExpressionKind.Name, Text: "field" };
        if (!isSum)
        {
            throw _bag.Fail(
                formula.First, $"The formula '{formula}' is not carried out by this version of the language",
                "write NUMBER + field");
        }

        var bias = Number(formula.Parts[0], "The number in a formula");
        if (bias < 1 || bias > 65535)
            throw _bag.Fail(formula.First, $"The number in a formula is 1 to 65535, not '{formula.Parts[0]}'");
        foreach (var name in names)
        {
            if (Model.Signs.ContainsKey(name.Text) || !Model.Biases.TryAdd(name.Text, (width, (int)bias)))
                throw _bag.Fail(name, $"The operand '{name.Text}' is declared already");
        }
    }

    private void ReadContext(Extent extent)
    {
        var cursor = Header(extent, out _);
        cursor.Take();
        do
        {
            var value = cursor.ParsePostfix();
            if (cursor.TryTake("="))
                Model.Context.Add((value.ToString(), value.First, cursor.ParseExpression()));
            else
                Model.Context.Add((value.ToString(), value.First, value));
        }
        while (cursor.TryTake(","));

        cursor.ExpectLineEnd("the context");
    }

    private void ReadAbi(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var name = header.ExpectName("a name such as 'bare'");
        var present = !header.TryTake("when") || Holds(header.ParseExpression());
        header.ExpectLineEnd("the name");
        if (!present)
            return;
        if (name.Text == "linux")
        {
            if (_linux is not null)
                throw _bag.Fail(name, "There is an 'abi linux' already");
            _linux = (extent, bodyStart, name);
            return;
        }

        var body = BodyOf(extent, bodyStart);
        Lines(body, first =>
        {
            body.Take();
            if (first.Text != "elf")
            {
                if (first.Text is "stack" or "syscall" or "thread" or "gdb" or "relocation")
                    throw _bag.Fail(first, $"'{first.Text}' is not carried out by this version of the language");
                throw _bag.Fail(first, $"{first.Shown} is no line of 'abi'", Suggestion.For(first.Text, ["elf"]));
            }

            while (!body.Current.EndsLine)
                ReadElf(body);
        });
    }

    private void ReadElf(StatementParser body)
    {
        var word = body.ExpectName("'class', 'machine' or 'data'");
        switch (word.Text)
        {
            case "class":
                var width = body.ParseExpression();
                Model.ElfClass = (int)Number(width, "The class");
                if (Model.ElfClass is not (32 or 64))
                    throw _bag.Fail(width.First, $"The ELF class is 32 or 64, not '{width}'");
                break;
            case "machine":
                var machine = body.ParseExpression();
                var number = Number(machine, "The machine number");
                if (number < 1 || number > 65535)
                    throw _bag.Fail(machine.First, $"The ELF machine number is 1 to 65535, not '{machine}'");
                Model.ElfMachine = (int)number;
                break;
            case "data":
                var order = body.ExpectName("'little' or 'big'");
                if (order.Text is not ("little" or "big") || order.Text == "big" != Model.BigEndian)
                    throw _bag.Fail(order, $"{order.Shown} is not the byte order of the 'isa' block");
                break;
            default:
                throw _bag.Fail(
                    word, $"{word.Shown} is no word of 'elf'", Suggestion.For(word.Text, ["class", "machine", "data"]));
        }
    }
}
