using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Assembly;

/// <summary>Looks at a pseudo instruction without operands: are all names known, is all that it emits written right?</summary>
internal sealed class PseudoChecker(FormTable forms, DiagnosticBag bag) : IScope
{
    private readonly Dictionary<string, Quantity> _names = [];

    public Quantity Here => Quantity.Unknown;

    public Quantity Symbol(AsmToken name) =>
        throw new AsmException(name, $"'{name.Text}' is no register and no number", "a value stands in braces");

    public Quantity LocalLabel(AsmToken label, int number, bool forward) => Symbol(label);

    public Quantity Call(AsmToken name, Quantity[] arguments) =>
        PseudoValues.Run(forms.Definition, name.Text, arguments) ?? Symbol(name);

    public void Check(PseudoDeclaration pseudo)
    {
        foreach (var mnemonic in forms.Mnemonics)
        {
            foreach (var form in forms.Of(mnemonic))
            {
                if (form.Pseudo != pseudo)
                    continue;
                foreach (var item in form.Items)
                {
                    if (item.Part is { } part)
                        _names[part.Name] = Quantity.Unknown;
                }

                foreach (var (part, _) in form.Presets)
                    _names[part.Name] = Quantity.Unknown;
            }
        }

        Check(pseudo.Body);
    }

    private void Check(PseudoStatement[] statements)
    {
        var values = new PseudoValues(forms.Definition, _names, () => Here);
        foreach (var statement in statements)
        {
            try
            {
                var value = statement.Value is null ? Quantity.Unknown : values.Evaluate(statement.Value);
                switch (statement.Kind)
                {
                    case PseudoKind.Let:
                        _names[statement.At.Text] = value;
                        break;
                    case PseudoKind.If:
                        if (!value.IsAbsolute || value.Number != 0)
                            Check(statement.Then);
                        if (!value.IsAbsolute || value.Number == 0)
                            Check(statement.Else);
                        break;
                    case PseudoKind.Emit:
                        CheckEmit(statement, values);
                        break;
                    default:
                        foreach (var text in statement.Text)
                        {
                            if (text.Value is not null)
                                values.Evaluate(text.Value);
                        }

                        break;
                }
            }
            catch (PseudoValues.Error e)
            {
                bag.Error(e.At.Source.Name == statement.At.Source.Name ? e.At : statement.At, e.Message, e.Hint);
            }
            catch (AsmException e)
            {
                bag.Error(statement.At, e.Message, e.Hint);
            }
        }
    }

    private void CheckEmit(PseudoStatement statement, PseudoValues values)
    {
        var (mnemonic, tokens) = Emission.Of(statement, values, 0);
        var known = forms.Of(mnemonic);
        if (known.Count == 0)
        {
            if (!forms.Definition.Model!.Absent.Contains(mnemonic))
                bag.Error(
                    statement.At, $"There is no instruction '{mnemonic}'", Text.Suggestion.For(mnemonic, forms.Mnemonics));
            return;
        }

        var matcher = new Matcher(tokens, forms, this);
        foreach (var form in known)
        {
            if (matcher.Match(form) is not null)
                return;
        }

        bag.Error(
            statement.At, $"This '{mnemonic}' is not written right: {matcher.Failure!.Message}",
            $"it is written \"{matcher.Nearest!.Template}\"");
    }
}
