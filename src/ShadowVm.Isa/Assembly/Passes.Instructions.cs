using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Assembly;

/// <content>Instructions, and what pseudo instructions stand for.</content>
internal sealed partial class Passes
{
    private const int MostLevels = 16;
    private const int MostEmitted = 256;
    private int _emitted;

    private void Instruction(AsmToken[] tokens, int at)
    {
        var first = tokens[at];
        var stop = first.Offset;
        while (stop < _source.Text.Length && _source.Text[stop] is not (' ' or '\t' or '\r' or '\n' or ';' or '#'))
            stop++;
        // A mnemonic goes up to the next blank where the definition has such a one, else it is the first word.
        var mnemonic = _source.Text[first.Offset..stop];
        var next = at + 1;
        if (_forms.Of(mnemonic).Count > 0)
            next = Array.FindIndex(tokens, t => t.Offset >= stop || t.Kind == AsmKind.End);
        else
            mnemonic = first.Text;
        _emitted = 0;
        Instruction(mnemonic, first, tokens[next..], 0, TextFrom(tokens, at));
    }

    private void Instruction(string mnemonic, AsmToken at, AsmToken[] operands, int depth, string text)
    {
        var forms = _forms.Of(mnemonic);
        if (forms.Count == 0)
        {
            throw new AsmException(
                at, $"There is no instruction '{mnemonic}'", Suggestion.For(mnemonic, _forms.Mnemonics));
        }

        var statement = _statements[_statement];
        List<Capture> captures;
        int chosen;
        if (_second)
        {
            chosen = statement.NextDecision();
            var matcher = new Matcher(operands, _forms, this);
            // It matched before; what the second pass may still find is a name that stands nowhere.
            captures = matcher.Match(forms[chosen]) ?? throw matcher.Failure!;
        }
        else
        {
            (chosen, captures) = Choose(forms, at, operands);
            statement.Decisions.Add(chosen);
        }

        var form = forms[chosen];
        if (form.Pseudo is not null)
            Expand(form, captures, at, depth, text);
        else
            Encode(form, captures, at, text);
    }

    /// <summary>
    /// The first form that can be encoded. Where a value isn't known yet, a pseudo instruction that takes any value
    /// goes before.
    /// </summary>
    private (int Form, List<Capture> Captures) Choose(IReadOnlyList<Form> forms, AsmToken at, AsmToken[] operands)
    {
        var matcher = new Matcher(operands, _forms, this);
        (int, List<Capture>)? waiting = null;
        AsmException? refused = null;
        for (var i = 0; i < forms.Count; i++)
        {
            if (matcher.Match(forms[i]) is not { } captures)
                continue;
            if (forms[i].Encoding is not { } encoding)
                return (i, captures);
            if (!IsKnown(captures))
            {
                waiting ??= (i, captures);
                continue;
            }

            try
            {
                new Inverse(_isa, encoding, Pc()).Encode(forms[i], captures, at);
                return (i, captures);
            }
            catch (AsmException e)
            {
                refused ??= e;
            }
        }

        if (waiting is { } found)
            return found;
        if (refused is not null)
            throw refused;
        var failure = matcher.Failure!;
        if (!failure.IsSyntax)
            throw failure;
        throw new AsmException(failure.At, failure.Message, $"it is written \"{matcher.Nearest!.Template}\"");
    }

    private bool IsKnown(List<Capture> captures) =>
        captures.TrueForAll(c => c.Value.IsAbsolute && (c.Part.Kind != PartKind.Target || Here.IsAbsolute));

    private ulong Pc() => Here.IsAbsolute ? (ulong)(UInt128)Here.Number : 0;

    private void Encode(Form form, List<Capture> captures, AsmToken at, string text)
    {
        var encoding = form.Encoding!;
        var bytes = new byte[encoding.Bits / 8];
        if (Here.Number % _isa.UnitBytes != 0)
        {
            throw new AsmException(
                at, $"This instruction is not at a multiple of {_isa.UnitBytes} bytes", $"put '.balign {_isa.UnitBytes}' before it");
        }

        if (_second)
        {
            _firstInstruction ??= Pc();
            foreach (var capture in captures)
            {
                if (!capture.Value.IsAbsolute)
                    throw new AsmException(capture.At, "This value is no number: labels of two sections can't be combined so");
            }

            var word = new Inverse(_isa, encoding, Pc()).Encode(form, captures, at);
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)(word >> (8 * (_isa.BigEndian ? bytes.Length - 1 - i : i)));
            if (text.Length == 0)
                text = _isa.Disassemble(_isa.Decode(word), Pc());
        }

        Put(at, bytes, true, text);
    }

    private void Expand(Form form, List<Capture> captures, AsmToken at, int depth, string text)
    {
        if (depth >= MostLevels)
            throw new AsmException(at, $"'{form.Mnemonic}' stands for itself, or goes through more than {MostLevels} levels");
        var names = new Dictionary<string, Quantity>();
        foreach (var capture in captures)
            names[capture.Part.Name] = capture.Value;
        var values = new PseudoValues(_isa, names, () => Here);
        try
        {
            Execute(form.Pseudo!.Body, values, names, at, depth, ref text);
        }
        catch (PseudoValues.Error e)
        {
            throw new AsmException(at, $"In what '{form.Mnemonic}' stands for: {e.Message}", e.Hint);
        }
    }

    private void Execute(
        PseudoStatement[] body, PseudoValues values, Dictionary<string, Quantity> names, AsmToken at, int depth, ref string text)
    {
        foreach (var statement in body)
        {
            switch (statement.Kind)
            {
                case PseudoKind.Let:
                    names[statement.At.Text] = values.Evaluate(statement.Value!);
                    break;
                case PseudoKind.If:
                    Execute(Taken(statement, values) ? statement.Then : statement.Else, values, names, at, depth, ref text);
                    break;
                case PseudoKind.Require:
                    var condition = values.Evaluate(statement.Value!);
                    if (condition.IsAbsolute && condition.Number == 0)
                        throw new AsmException(at, Emission.Sentence(statement, values));
                    break;
                default:
                    if (++_emitted > MostEmitted)
                        throw new AsmException(at, $"This stands for more than {MostEmitted} instructions");
                    var (mnemonic, tokens) = Emission.Of(statement, values, at.Offset);
                    Instruction(mnemonic, at, tokens, depth + 1, text);
                    text = "";
                    break;
            }
        }
    }

    /// <summary>The first pass decides; a condition that isn't known then doesn't hold, in both passes.</summary>
    private bool Taken(PseudoStatement statement, PseudoValues values)
    {
        var decisions = _statements[_statement];
        if (_second)
            return decisions.NextDecision() != 0;
        var condition = values.Evaluate(statement.Value!);
        var holds = condition.IsAbsolute && condition.Number != 0;
        decisions.Decisions.Add(holds ? 1 : 0);
        return holds;
    }
}
