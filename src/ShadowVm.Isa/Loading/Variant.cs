using System.Globalization;
using System.Text;

namespace ShadowVm.Isa.Loading;

/// <summary>What a definition can be varied in, and how a variant's name says it.</summary>
internal sealed class VariantRules
{
    /// <summary>
    /// Name template, such as <c>"m{width}{letters}{_names}"</c>; null where there is only one variant.
    /// </summary>
    public string? Template { get; set; }

    public List<(string Name, List<(string Text, Int128 Value, string Shown)> Values, int Default)> Parameters { get; } = [];

    public List<(string Name, List<string> Requires)> Extensions { get; } = [];

    public Dictionary<string, List<string>> Abbreviations { get; } = [];

    /// <summary>Every parameter at its default, every extension in.</summary>
    public Variant Default() => new(
        Parameters.ConvertAll(p => p.Default), new HashSet<string>(Extensions.ConvertAll(e => e.Name)));

    /// <summary>Takes a name apart.</summary>
    /// <exception cref="IsaException">The name doesn't fit, or asks for what there isn't.</exception>
    public Variant Parse(string isa, string name)
    {
        if (Template is null)
        {
            return string.Equals(name, isa, StringComparison.OrdinalIgnoreCase)
                ? Default()
                : throw new IsaException($"The definition '{isa}' has no variants, so none is called '{name}'.");
        }

        var result = new Variant(Parameters.ConvertAll(p => p.Default), []);
        var at = 0;
        foreach (var (part, isHole) in Parts())
        {
            if (!isHole)
            {
                if (string.Compare(name, at, part, 0, part.Length, StringComparison.OrdinalIgnoreCase) != 0)
                    throw Bad(isa, name);
                at += part.Length;
            }
            else if (part == "letters")
            {
                while (at < name.Length && name[at] != '_')
                    Add(result, isa, name, name[at++].ToString());
            }
            else if (part == "_names")
            {
                foreach (var one in name[at..].Split('_', StringSplitOptions.RemoveEmptyEntries))
                    Add(result, isa, name, one);
                at = name.Length;
            }
            else
            {
                at = TakeParameter(result, isa, name, part, at);
            }
        }

        return at == name.Length ? result : throw Bad(isa, name);
    }

    /// <summary>The full name of a variant.</summary>
    public string NameOf(Variant variant, string isa)
    {
        if (Template is null)
            return isa;
        var text = new StringBuilder();
        foreach (var (part, isHole) in Parts())
        {
            if (!isHole)
                text.Append(part);
            else if (part is "letters" or "_names")
            {
                foreach (var (name, _) in Extensions)
                {
                    if (!variant.Extensions.Contains(name) || name.Length == 1 != (part == "letters"))
                        continue;
                    text.Append(part == "letters" ? "" : "_").Append(name.ToLowerInvariant());
                }
            }
            else
            {
                var index = Parameters.FindIndex(p => p.Name == part);
                text.Append(index < 0 ? "" : Parameters[index].Values[variant.Values[index]].Shown);
            }
        }

        return text.ToString();
    }

    /// <summary>All sets of parameter values, every extension in.</summary>
    public List<Variant> All()
    {
        var result = new List<Variant> { Default() };
        for (var p = 0; p < Parameters.Count; p++)
        {
            foreach (var variant in result.ToArray())
            {
                for (var v = 0; v < Parameters[p].Values.Count; v++)
                {
                    if (v == variant.Values[p] || result.Count >= Limits.ParameterSets)
                        continue;
                    var values = new List<int>(variant.Values) { [p] = v };
                    result.Add(new Variant(values, variant.Extensions));
                }
            }
        }

        return result;
    }

    private int TakeParameter(Variant result, string isa, string name, string parameter, int at)
    {
        var index = Parameters.FindIndex(p => p.Name == parameter);
        var best = -1;
        for (var v = 0; index >= 0 && v < Parameters[index].Values.Count; v++)
        {
            var text = Parameters[index].Values[v].Shown;
            if (string.Compare(name, at, text, 0, text.Length, StringComparison.OrdinalIgnoreCase) == 0
                && (best < 0 || text.Length > Parameters[index].Values[best].Shown.Length))
                best = v;
        }

        if (best < 0)
            throw Bad(isa, name);
        result.Values[index] = best;
        return at + Parameters[index].Values[best].Shown.Length;
    }

    private void Add(Variant variant, string isa, string full, string name)
    {
        if (Abbreviations.TryGetValue(name.ToLowerInvariant(), out var stands))
        {
            foreach (var one in stands)
                AddOne(variant, isa, full, one);
            return;
        }

        AddOne(variant, isa, full, name);
    }

    private void AddOne(Variant variant, string isa, string full, string name)
    {
        var index = Extensions.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            throw new IsaException(
                $"The variant '{full}' asks for '{name}', which the definition '{isa}' doesn't have; "
                + $"the largest variant is '{NameOf(Default(), isa)}'.");
        }

        if (!variant.Extensions.Add(Extensions[index].Name))
            return;
        foreach (var required in Extensions[index].Requires)
            AddOne(variant, isa, full, required);
    }

    private IsaException Bad(string isa, string name) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"'{name}' is no variant of the definition '{isa}'; the default one is '{NameOf(Default(), isa)}'."));

    private List<(string Text, bool IsHole)> Parts()
    {
        var result = new List<(string, bool)>();
        var rest = Template!;
        while (rest.Length > 0)
        {
            var open = rest.IndexOf('{', StringComparison.Ordinal);
            var close = rest.IndexOf('}', StringComparison.Ordinal);
            if (open < 0 || close < open)
            {
                result.Add((rest, false));
                break;
            }

            if (open > 0)
                result.Add((rest[..open], false));
            result.Add((rest[(open + 1)..close], true));
            rest = rest[(close + 1)..];
        }

        return result;
    }
}

/// <summary>A choice of parameter values (by index) and extensions.</summary>
internal sealed record Variant(List<int> Values, HashSet<string> Extensions);
