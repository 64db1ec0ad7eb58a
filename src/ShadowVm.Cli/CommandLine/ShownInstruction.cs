using System.Globalization;
using ShadowVm.Isa;

namespace ShadowVm.Cli.CommandLine;

/// <summary>What <c>shadowvm isa show</c> is asked for: a definition, an instruction of it, and what it works on.</summary>
internal sealed class ShownInstruction
{
    private const int SuggestionsMax = 10;

    private readonly (string Field, long Value)[] _fields;
    private readonly uint? _word;

    private ShownInstruction(IsaDefinition isa, string? name, (string Field, long Value)[] fields, uint? word)
    {
        Isa = isa;
        Name = name;
        _fields = fields;
        _word = word;
    }

    /// <summary>The definition.</summary>
    public IsaDefinition Isa { get; }

    /// <summary>The instruction, or null where none was named.</summary>
    public string? Name { get; }

    /// <summary>What names of instructions must fit, where a pattern with '*' was given.</summary>
    public string? Pattern { get; private init; }

    /// <summary>Whether the instruction came with operands, or as a word.</summary>
    public bool HasOperands => _word is not null || _fields.Length != 0;

    /// <summary>Reads <c>[ISA] [INSTRUCTION [OPERAND=VALUE...] | WORD]</c>.</summary>
    /// <param name="library">Where definitions are.</param>
    /// <param name="variant">The definition where an option names it; the words are then all about the instruction.</param>
    /// <param name="words">The words.</param>
    public static ShownInstruction Parse(IsaLibrary library, string? variant, string[] words)
    {
        var isa = FindIsa(library, variant, ref words);
        if (words.Length == 0) return new ShownInstruction(isa, null, [], null);
        if (words[0].Contains('*', StringComparison.Ordinal))
        {
            if (words.Length > 1) throw new UsageException($"{words[0]}: it is a pattern, and '{words[1]}' is too much");
            return new ShownInstruction(isa, null, [], null) { Pattern = words[0] };
        }

        if (Word(words[0]) is { } word)
        {
            if (words.Length > 1) throw new UsageException($"{words[0]}: it is a whole word, and '{words[1]}' is too much");
            var found = isa.Decode(word).Definition
                ?? throw new UsageException($"{words[0]}: it is no instruction of {isa.Variant}");
            return new ShownInstruction(isa, found.Name, [], word);
        }

        if (!Has(isa, words[0]) && isa.Describe(words[0]) is null) throw Unknown(isa, words[0]);
        if (words.Length == 2 && Word(words[1]) is { } code)
        {
            var found = isa.Decode(code).Definition;
            return found?.Name == words[0]
                ? new ShownInstruction(isa, words[0], [], code)
                : throw new UsageException($"{words[1]}: it is {(found is null ? "no instruction" : $"'{found.Name}'")}, not '{words[0]}'");
        }

        return new ShownInstruction(isa, words[0], [.. words.Skip(1).Select(each => Field(isa, each))], null);
    }

    /// <summary>The instruction with its operands; those that weren't given are chosen.</summary>
    public DecodedInstruction Decode()
    {
        try
        {
            return Isa.Decode(_word ?? Isa.EncodeExample(Name!, _fields));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.TrimEnd('.'));
        }
    }

    private static IsaDefinition FindIsa(IsaLibrary library, string? variant, ref string[] words)
    {
        if (variant is not null) return Definitions.Load(library, variant);
        if (words.Length == 0) return Definitions.Load(library, Definitions.Only(library));
        var names = library.Names();
        var isIsa = names.Contains(words[0]) || words[0].Contains('/', StringComparison.Ordinal);
        if (!isIsa && names.Count > 1 && Having(library, names, words) is { } having) return having;
        if (!isIsa && names.Count == 1)
        {
            var only = Definitions.Load(library, names[0]);
            if (Has(only, words[0]) || Word(words[0]) is not null || words[0].Contains('*', StringComparison.Ordinal)) return only;
            try
            {
                return Variant(library, ref words);
            }
            catch (Exception e) when (e is IsaException or UsageException)
            {
                throw Unknown(only, words[0]);
            }
        }

        return Variant(library, ref words);
    }

    /// <summary>The definition that has such an instruction with such operands, where it is only one.</summary>
    private static IsaDefinition? Having(IsaLibrary library, IReadOnlyList<string> names, string[] words)
    {
        var name = words[0];
        var operands = words.Skip(1).Select(word => word.Split('=')[0]).ToArray();
        var all = names.Select(each => Definitions.Load(library, each)).Where(isa => Has(isa, name)).ToArray();
        var fitting = Array.FindAll(all, isa => operands.All(isa.Instructions.First(each => each.Name == name).FieldNames.Contains));
        if (all.Length > 0 && fitting.Length != 1)
        {
            var where = string.Join(", ", all.Select(isa => isa.Name));
            throw new UsageException($"'{name}': name the definition, as in `shadowvm isa show {all[0].Name} {name}`; it is in {where}");
        }

        return fitting.Length == 1 ? fitting[0] : null;
    }

    private static IsaDefinition Variant(IsaLibrary library, ref string[] words)
    {
        var isa = Definitions.Load(library, words[0]);
        words = words[1..];
        return isa;
    }

    private static bool Has(IsaDefinition isa, string name) => isa.Instructions.Any(each => each.Name == name);

    private static UsageException Unknown(IsaDefinition isa, string name)
    {
        var near = isa.Search(name).Take(SuggestionsMax).ToArray();
        return new UsageException(near.Length == 0
            ? $"{isa.Variant} has no instruction '{name}'; `shadowvm isa show {isa.Variant}` lists them"
            : $"{isa.Variant} has no instruction '{name}'; there is {string.Join(", ", near)}");
    }

    private static uint? Word(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word)
            ? word
            : null;

    private static (string Field, long Value) Field(IsaDefinition isa, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw new UsageException($"'{text}' is not of the form OPERAND=VALUE");
        var (field, value) = (text[..equals], text[(equals + 1)..]);
        foreach (var file in isa.Registers)
        {
            var index = Array.IndexOf(file.ElementNames, value);
            if (index >= 0) return (field, index);
            if (file.Count > 1 && value.StartsWith(file.Name, StringComparison.Ordinal)
                && int.TryParse(value.AsSpan(file.Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index)
                && index < file.Count)
            {
                return (field, index);
            }
        }

        var isNegative = value.StartsWith('-');
        var number = Values.Number(field, isNegative ? value[1..] : value);
        return (field, isNegative ? -(long)number : (long)number);
    }
}
