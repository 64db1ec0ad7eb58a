using System.Globalization;
using System.Text;
using ShadowVm.Isa.Documentation;
using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Model;
using Encoding = ShadowVm.Isa.Model.Encoding;

namespace ShadowVm.Isa;

public sealed partial class IsaDefinition
{
    /// <summary>
    /// Everything about an instruction, for people: documentation, encoding, class, operands, other spellings, tests, text,
    /// lowered semantics.
    /// </summary>
    /// <param name="name">The instruction.</param>
    /// <returns>Lines of text, or null where there is no such instruction.</returns>
    /// <exception cref="IsaException">Its body or a test has errors.</exception>
    public string? Describe(string name)
    {
        if (Model is null || !Model.EncodingsByName.TryGetValue(name, out var e))
            return null;
        var text = new StringBuilder();
        var (line, _) = e.At.Source.Position(e.At.Offset);
        text.Append(CultureInfo.InvariantCulture, $"{e.Name}    {e.At.Source.Name}:{line}\n");
        foreach (var documentation in Excerpts.Documentation(e.Extent))
            text.Append(CultureInfo.InvariantCulture, $"  {documentation}\n");
        text.Append(EncodingBox.Draw(EncodingBox.Of(e)));
        Line("syntax", e.Template);
        Line("class", e.IsReserved ? "reserved" : e.Class.ToString().ToLowerInvariant());
        foreach (var (refined, condition, _) in e.Refinements)
            Line("", $"{refined.ToString().ToLowerInvariant()} where {condition}");
        if (e.WhereText is not null)
            Line("where", e.WhereText.ToString());
        if (e.Over.Count > 0)
            Line("over", string.Join(' ', e.Over.ConvertAll(other => other.Text)));
        if (e.Short is { Target: { } target } form)
            Line("short for", target.Name + Given(form));
        foreach (var operand in e.Operands)
        {
            var sign = operand.Sign == Sign.Plain ? "" : $", {operand.Sign.ToString().ToLowerInvariant()}";
            Line("operand", $"{operand.Name}: {operand.Width} bits{sign}");
        }

        foreach (var (spelling, meaning) in Spellings(e))
            Line("also", $"{spelling}    = {meaning}");
        foreach (var test in Tests)
        {
            if (test.Instruction == e.Name)
                Line("test", $"{test.Place}: {test.Name}");
        }

        var body = Excerpts.Body(e);
        if (body.Length > 0)
            text.Append("text\n    ").Append(body.Replace("\n", "\n    ", StringComparison.Ordinal)).Append('\n');
        if (e.Instruction is { } instruction)
            text.Append("meaning\n").Append(IrPrinter.Print(instruction.Body, this, instruction.OperandNames));
        return text.ToString();

        void Line(string what, string value) => text.Append(CultureInfo.InvariantCulture, $"{what,-9} {value}\n");
    }

    /// <summary>An instruction's IR as text, a line per statement.</summary>
    /// <param name="instruction">One of this definition.</param>
    public string PrintBody(Instruction instruction) => IrPrinter.Print(instruction.Body, this, instruction.OperandNames);

    /// <summary>
    /// Names of instructions that a pattern such as <c>c.*w</c> fits, or an alias of which it fits; else those that hold the
    /// text, else the nearest one.
    /// </summary>
    /// <param name="pattern">A name or a part of one; '*' stands for any text.</param>
    public IReadOnlyList<string> Search(string pattern)
    {
        var names = new List<string>();
        foreach (var instruction in Instructions)
            names.Add(instruction.Name);
        var found = names.FindAll(name => Fits(name, pattern));
        foreach (var alias in Model?.Aliases ?? [])
        {
            if (Fits(alias.Text.Split(' ')[0], pattern) && !found.Contains(alias.Target) && names.Contains(alias.Target))
                found.Add(alias.Target);
        }

        if (found.Count == 0)
            found = names.FindAll(name => name.Contains(pattern, StringComparison.OrdinalIgnoreCase));
        if (found.Count == 0 && ShadowVm.Isa.Text.Suggestion.Nearest(pattern, names) is { } near)
            found.Add(near);
        return found;
    }

    /// <summary>The whole definition as one page of HTML that needs nothing else; the same for the same text.</summary>
    /// <exception cref="IsaException">A test has errors; a checked definition has none.</exception>
    public string ToHtml() => Model is null ? "" : ReferencePage.Of(this);

    /// <summary>Words that no encoding claims, as patterns: the shortest encodings first.</summary>
    /// <returns>The patterns, and whether they are all that there are.</returns>
    /// <exception cref="IsaException">A condition has errors; a checked definition has none.</exception>
    public (IReadOnlyList<EncodingHole> Holes, bool AreAll) FindHoles()
    {
        if (Model is null)
            return ([], true);
        var (found, areAll) = Checking.Holes.Of(this);
        return (found, areAll);
    }

    /// <summary>Aliases and short forms of an encoding: how each is written, and what it says about the fields.</summary>
    internal IEnumerable<(string Spelling, string Meaning)> Spellings(Encoding encoding)
    {
        foreach (var alias in Model!.Aliases)
        {
            if (alias.Target != encoding.Name)
                continue;
            var given = string.Concat(alias.Fixed.ConvertAll(f => $" {f.Field.Text}={f.Value}"));
            var where = alias.Where is null ? "" : $" where {alias.Where}";
            yield return (alias.Text, $"{encoding.Name}{given}{where}{(alias.Hidden ? " hidden" : "")}");
        }

        foreach (var other in Model.Encodings)
        {
            if (other.Short is { } form && form.Target == encoding)
                yield return (other.Template, $"short {other.Name}:{Given(form)}");
        }
    }

    internal static string Given(ShortForm form) =>
        string.Concat(form.Given.ConvertAll(given => $" {given.Field.Text}={given.Value}"));

    /// <summary>Whether a text fits a pattern with '*'; without one it must be equal.</summary>
    private static bool Fits(string text, string pattern)
    {
        var parts = pattern.Split('*');
        if (!text.StartsWith(parts[0], StringComparison.OrdinalIgnoreCase))
            return false;
        var at = parts[0].Length;
        for (var i = 1; i < parts.Length; i++)
        {
            if (i == parts.Length - 1)
                return text.Length - at >= parts[i].Length && text.EndsWith(parts[i], StringComparison.OrdinalIgnoreCase);
            var next = text.IndexOf(parts[i], at, StringComparison.OrdinalIgnoreCase);
            if (next < 0)
                return false;
            at = next + parts[i].Length;
        }

        return at == text.Length;
    }
}
