using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Checking;

/// <summary>
/// Warns of what is declared and used nowhere: fields of an encoding, and names of formats, choices, views, operands and
/// procedures. A name counts as used wherever the word stands, so that a warning is always right.
/// </summary>
internal sealed class UnusedChecker
{
    /// <summary>Fields by place and name, and whether no variant that was looked at so far uses them.</summary>
    private readonly Dictionary<(string File, int Offset, string Field), Unused> _fields = [];

    private readonly Dictionary<(string File, int Offset), (Token At, string Kind)> _names = [];

    private sealed record Unused(Token At, string Message, string Hint, bool IsUnused);

    /// <summary>Looks at the encodings and names of one variant.</summary>
    public void Look(DefinitionModel model)
    {
        var mentioned = new Dictionary<string, HashSet<string>>();
        foreach (var alias in model.Aliases)
        {
            if (!mentioned.TryGetValue(alias.Target, out var words))
                mentioned[alias.Target] = words = [];
            Words(alias.Text, words);
            foreach (var (field, _) in alias.Fixed)
                words.Add(field.Text);
            if (alias.Where is not null)
                Words(alias.Where.ToString(), words);
        }

        foreach (var encoding in model.Encodings)
        {
            if (encoding.IsReserved || encoding.IsBroken || encoding.Operands.Length == 0)
                continue;
            var words = mentioned.GetValueOrDefault(encoding.Name) ?? [];
            Words(encoding, words);
            foreach (var operand in encoding.Operands)
                Note(encoding, operand, !words.Contains(operand.Name));
        }

        foreach (var (at, _) in model.Formats.Values)
            Name(at, "format");
        foreach (var choice in model.Choices.Values)
            Name(choice.At, "choice");
        foreach (var view in model.Views.Values)
            Name(view.At, "view");
        foreach (var function in model.Functions.Values)
        {
            if (function.Kind == FunctionKind.Procedure)
                Name(function.At, "procedure");
        }
    }

    /// <summary>Tells what no variant used; nothing where there are errors, which may be why.</summary>
    public void Report(IEnumerable<SourceText> texts, DiagnosticBag bag)
    {
        if (bag.HasErrors)
            return;
        foreach (var (_, (at, message, hint, isUnused)) in _fields)
        {
            if (isUnused)
                bag.Warn(at, message, hint);
        }

        var counts = new Dictionary<string, int>();
        foreach (var text in texts)
            Count(text.Text, counts);
        foreach (var (at, kind) in _names.Values)
        {
            if (counts.GetValueOrDefault(at.Text) <= 1)
                bag.Warn(at, $"Nothing uses the {kind} '{at.Text}'", "remove it");
        }
    }

    private void Name(Token at, string kind)
    {
        // A name of several words, such as pal.enter, isn't counted.
        if (WordEnd(at.Text, 0) == at.Text.Length)
            _names.TryAdd((at.Source.Name, at.Offset), (at, kind));
    }

    private void Note(Encoding encoding, Operand operand, bool isUnused)
    {
        var key = (encoding.At.Source.Name, encoding.At.Offset, operand.Name);
        if (_fields.TryGetValue(key, out var known))
        {
            _fields[key] = known with { IsUnused = known.IsUnused && isUnused };
            return;
        }

        var width = System.Numerics.BitOperations.PopCount(operand.Mask);
        // A field of a format is told at the instruction: other instructions may use it.
        var isOwn = operand.At.Source == encoding.Extent.Source && operand.At.Offset >= encoding.Extent.Start
            && operand.At.Offset < encoding.Extent.End;
        _fields[key] = new Unused(
            isOwn ? operand.At : encoding.At,
            $"The field '{operand.Name}' of '{encoding.Name}' is used nowhere",
            isOwn ? $"write '{new string('-', Math.Min(width, 32))}' where the hardware ignores the bits"
                : $"write {operand.Name}={new string('0', Math.Min(width, 32))}, or name it in the syntax",
            isUnused);
    }

    /// <summary>Every word of what an encoding says besides its pattern.</summary>
    private static void Words(Encoding encoding, HashSet<string> words)
    {
        Words(encoding.Template, words);
        Words(encoding.Extent.Source.Text[encoding.BodyStart..encoding.Extent.End], words);
        if (encoding.WhereText is not null)
            Words(encoding.WhereText.ToString(), words);
        foreach (var column in encoding.Row?.Columns ?? [])
            Words(encoding.Row!.Cell(column)!.Value.Text, words);
        if (encoding.Chosen is { Row.Value: { } chosen })
            Words(chosen.ToString(), words);
        if (encoding.Short is not { } form)
            return;
        foreach (var (_, value) in form.Given)
            Words(value.ToString(), words);
        // What isn't given takes the field of its name.
        foreach (var operand in form.Target?.Operands ?? [])
            words.Add(operand.Name);
    }

    private static void Words(string text, HashSet<string> words)
    {
        for (var start = 0; start < text.Length; start++)
        {
            var end = WordEnd(text, start);
            if (end > start)
                words.Add(text[start..end]);
            start = Math.Max(start, end);
        }
    }

    private static void Count(string text, Dictionary<string, int> counts)
    {
        for (var start = 0; start < text.Length; start++)
        {
            if (text[start] == '#')
            {
                var stop = text.IndexOf('\n', start);
                start = stop < 0 ? text.Length : stop;
                continue;
            }

            var end = WordEnd(text, start);
            if (end > start)
                counts[text[start..end]] = counts.GetValueOrDefault(text[start..end]) + 1;
            start = Math.Max(start, end);
        }
    }

    private static int WordEnd(string text, int start)
    {
        while (start < text.Length && (char.IsAsciiLetterOrDigit(text[start]) || text[start] == '_'))
            start++;
        return start;
    }
}
