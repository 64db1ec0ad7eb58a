using ShadowVm.Isa.Disassembly;

namespace ShadowVm.Isa.Assembly;

/// <summary>An operand as written.</summary>
/// <param name="Part">Its place in the template.</param>
/// <param name="Value">What was written there.</param>
/// <param name="At">Where.</param>
internal sealed record Capture(Part Part, Quantity Value, AsmToken At);

/// <summary>
/// Matches what stands behind a mnemonic with a form; of the ways that fail, keeps the one that came furthest.
/// </summary>
internal sealed class Matcher(AsmToken[] tokens, FormTable forms, IScope scope)
{
    private int _furthest = -1;

    /// <summary>Why the best form didn't match.</summary>
    public AsmException? Failure { get; private set; }

    /// <summary>The form that came furthest.</summary>
    public Form? Nearest { get; private set; }

    /// <summary>The operands, or null where the form doesn't match.</summary>
    public List<Capture>? Match(Form form)
    {
        var captures = new List<Capture>();
        foreach (var (part, bits) in form.Presets)
            captures.Add(new Capture(part, Quantity.Of(bits), tokens[^1]));
        return Items(form, 0, 0, captures) ? captures : null;
    }

    private bool Items(Form form, int item, int at, List<Capture> captures)
    {
        var items = form.Items;
        if (item == items.Length)
        {
            if (tokens[at].Kind == AsmKind.End)
                return true;
            Fail(form, at, AsmException.LeftOver(tokens[at]));
            return false;
        }

        var group = items[item].Group;
        if (group != 0 && (item == 0 || items[item - 1].Group != group))
        {
            // First with what is in brackets, then without.
            var mark = captures.Count;
            if (One(form, item, at, captures))
                return true;
            captures.RemoveRange(mark, captures.Count - mark);
            var after = item;
            while (after < items.Length && items[after].Group == group)
                after++;
            var left = items[item..after].Where(i => i.Part is not null).Select(i => i.Part!);
            foreach (var (part, bits) in FormTable.Defaults(left))
                captures.Add(new Capture(part, Quantity.Of(bits), tokens[at]));
            return Items(form, after, at, captures);
        }

        return One(form, item, at, captures);
    }

    private bool One(Form form, int item, int at, List<Capture> captures)
    {
        try
        {
            var (literal, part) = (form.Items[item].Literal, form.Items[item].Part);
            if (part is null)
            {
                foreach (var word in literal)
                {
                    if (tokens[at].Kind != word.Kind || tokens[at].Text != word.Text)
                        throw AsmException.Expected($"'{word.Text}'", tokens[at]);
                    at++;
                }
            }
            else
            {
                captures.Add(Operand(form, item, part, ref at));
            }
        }
        catch (AsmException e)
        {
            Fail(form, at, e);
            return false;
        }

        return Items(form, item + 1, at, captures);
    }

    private Capture Operand(Form form, int item, Part part, ref int at)
    {
        var token = tokens[at];
        switch (part.Kind)
        {
            case PartKind.Register:
                at++;
                if (token.Kind == AsmKind.Register && token.Text == part.Text)
                    return new Capture(part, token.Value, token);
                if (token.Kind == AsmKind.Name && forms.TryRegister(part.Text, token.Text, out var index))
                    return new Capture(part, Quantity.Of(index), token);
                at--;
                throw AsmException.Expected($"a register of '{part.Text}'", token);
            case PartKind.Choice when token.Kind != AsmKind.Value:
                return Choice(part, token, ref at);
            case PartKind.Control when token.Kind == AsmKind.Name:
                foreach (var (number, control) in part.Space!.Controls)
                {
                    if (control.Name != token.Text)
                        continue;
                    at++;
                    return new Capture(part, Quantity.Of(number), token);
                }

                break;
        }

        // 0(register) may be written (register).
        var isBare = token.Is("(") && part.Kind == PartKind.Number && item + 1 < form.Items.Length
            && form.Items[item + 1].Literal is [var next, ..] && next.Is("(")
            && tokens[at + 1] is var inner
            && (inner.Kind == AsmKind.Register || (inner.Kind == AsmKind.Name && forms.IsRegister(inner.Text)));
        if (isBare)
            return new Capture(part, Quantity.Of(0), token);
        var reader = new ExpressionReader(tokens, at, scope, forms.IsRegister);
        try
        {
            return new Capture(part, reader.Read(), token);
        }
        finally
        {
            at = reader.Position;
        }
    }

    private Capture Choice(Part part, AsmToken token, ref int at)
    {
        var (best, longest) = (-1, -1);
        for (var i = 0; i < part.Choice!.Rows.Count; i++)
        {
            var words = AsmLexer.Piece(part.Choice.Rows[i].Text, 0);
            if (words.Count <= longest || at + words.Count >= tokens.Length)
                continue;
            var matches = true;
            for (var w = 0; w < words.Count && matches; w++)
                matches = tokens[at + w].Kind == words[w].Kind && tokens[at + w].Text == words[w].Text;
            if (matches)
                (best, longest) = (i, words.Count);
        }

        if (best < 0)
        {
            var known = string.Join(", ", part.Choice.Rows.ConvertAll(r => r.Text));
            throw AsmException.Expected($"one of {known}", token);
        }

        at += longest;
        return new Capture(part, Quantity.Of(part.Choice.Rows[best].Bits), token);
    }

    private void Fail(Form form, int at, AsmException why)
    {
        if (at <= _furthest)
            return;
        (_furthest, Failure, Nearest) = (at, why, form);
    }
}
