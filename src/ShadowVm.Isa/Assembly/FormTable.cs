using ShadowVm.Isa.Disassembly;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;

namespace ShadowVm.Isa.Assembly;

/// <summary>
/// Everything that can be written, by mnemonic: the templates of the definition read backwards. Instructions come
/// before aliases, aliases before pseudo instructions.
/// </summary>
internal sealed class FormTable
{
    private const int MostSpellings = 4096;
    private readonly Dictionary<string, List<Form>> _forms = [];
    private readonly Dictionary<string, Dictionary<string, int>> _registers = [];
    private readonly HashSet<string> _registerNames = [];
    private readonly List<string> _mnemonics = [];

    private FormTable(IsaDefinition definition) => Definition = definition;

    public IsaDefinition Definition { get; }

    /// <summary>All mnemonics, in the order of the definition.</summary>
    public IReadOnlyList<string> Mnemonics => _mnemonics;

    /// <summary>Reads all templates, aliases and pseudo instructions; what is wrong goes to the bag.</summary>
    public static FormTable For(IsaDefinition definition, DiagnosticBag bag)
    {
        var result = new FormTable(definition);
        var model = definition.Model!;
        lock (model.Gate)
        {
            result.ReadRegisters(model);
            foreach (var encoding in model.Encodings)
            {
                if (!encoding.IsReserved && !encoding.IsBroken)
                    Guard(bag, () => result.AddInstruction(encoding, bag));
            }

            foreach (var alias in model.Aliases)
                Guard(bag, () => result.AddAlias(alias, bag));
            foreach (var pseudo in model.Pseudos)
                Guard(bag, () => result.AddPseudo(pseudo, bag));
            foreach (var pseudo in model.Pseudos)
                Guard(bag, () => new PseudoChecker(result, bag).Check(pseudo));
        }

        return result;
    }

    /// <summary>The ways to write a mnemonic, none where it isn't known.</summary>
    public IReadOnlyList<Form> Of(string mnemonic) => _forms.TryGetValue(mnemonic, out var list) ? list : [];

    public bool IsRegister(string name) => _registerNames.Contains(name);

    /// <summary>Index of a register in a file, by any of its names.</summary>
    public bool TryRegister(string file, string name, out int index)
    {
        index = -1;
        return _registers.TryGetValue(file, out var names) && names.TryGetValue(name, out index);
    }

    private static void Guard(DiagnosticBag bag, Action step)
    {
        try
        {
            step();
        }
        catch (GiveUpException)
        {
            if (bag.Full)
                throw;
        }
    }

    private void ReadRegisters(DefinitionModel model)
    {
        foreach (var state in model.State.Values)
        {
            if (!state.IsArray || state.File < 0)
                continue;
            var names = new Dictionary<string, int>();
            for (var i = 0; i < state.Count; i++)
                names[state.Name + i] = i;
            var elements = model.Registers[state.File].ElementNames;
            for (var i = 0; i < elements.Length; i++)
                names[elements[i]] = i;
            foreach (var (name, index) in state.OtherNames)
                names[name] = index;
            _registers[state.Name] = names;
            _registerNames.UnionWith(names.Keys);
        }

        foreach (var view in model.Views.Values)
        {
            if (view.Parameters.Length != 1 || view.Parameters[0].Width > 10)
                continue;
            var names = new Dictionary<string, int>();
            for (var i = 0; i < 1 << view.Parameters[0].Width; i++)
                names[view.Name + i] = i;
            _registers[view.Name] = names;
            _registerNames.UnionWith(names.Keys);
        }
    }

    private void AddInstruction(Encoding encoding, DiagnosticBag bag)
    {
        var definition = Definition;
        var parts = TemplateParser.Parse(
            encoding.Template, encoding.At, encoding, definition.Model!, definition.Functional!, bag);
        Spell(parts, encoding.Template, (mnemonic, items, presets) => new Form
        {
            Mnemonic = mnemonic,
            Template = encoding.Template,
            Items = items,
            Presets = presets,
            Encoding = encoding,
        });
    }

    private void AddAlias(AliasDeclaration alias, DiagnosticBag bag)
    {
        var model = Definition.Model!;
        if (!model.EncodingsByName.TryGetValue(alias.Target, out var encoding) || encoding.IsReserved || encoding.IsBroken)
            return;
        var values = new List<(int, long)>();
        foreach (var (field, written) in alias.Fixed)
        {
            var operand = encoding.Find(field.Text)
                ?? throw bag.Fail(
                    field, $"'{encoding.Name}' has no field '{field.Text}'",
                    Text.Suggestion.For(field.Text, Array.ConvertAll(encoding.Operands, o => o.Name)));
            if (ConstantFolder.Fold(written, model, bag) is not { } folded
                || folded.Value < long.MinValue || folded.Value > long.MaxValue || !operand.Fits((long)folded.Value))
                throw bag.Fail(written.First, $"'{written}' is no value of the field '{field.Text}'");
            values.Add((Array.IndexOf(encoding.Operands, operand), (long)folded.Value));
        }

        var where = alias.Where is null ? null : Definition.Functional!.LowerCondition(encoding, alias.Where, bag);
        var parts = TemplateParser.Parse(alias.Text, alias.At, encoding, model, Definition.Functional!, bag);
        Spell(parts, alias.Text, (mnemonic, items, presets) => new Form
        {
            Mnemonic = mnemonic,
            Template = alias.Text,
            Items = items,
            Presets = presets,
            Encoding = encoding,
            Fixed = values.ToArray(),
            Where = where,
            WhereText = alias.Where,
        });
    }

    private void AddPseudo(PseudoDeclaration pseudo, DiagnosticBag bag)
    {
        var parts = TemplateParser.ParsePseudo(pseudo.Text, pseudo.At, Definition.Model!, bag);
        Spell(parts, pseudo.Text, (mnemonic, items, presets) => new Form
        {
            Mnemonic = mnemonic,
            Template = pseudo.Text,
            Items = items,
            Presets = presets,
            Pseudo = pseudo,
        });
    }

    /// <summary>One form for each spelling of the mnemonic: choices in it are written out.</summary>
    private void Spell(
        List<Part> parts, string template, Func<string, FormItem[], (Part, uint)[], Form> make)
    {
        var spellings = 0;
        Continue(0, "", []);

        void Continue(int index, string mnemonic, List<(Part, uint)> presets)
        {
            if (++spellings > MostSpellings)
                return;
            if (index == parts.Count)
            {
                Add(make(mnemonic.Trim(), [], presets.ToArray()));
                return;
            }

            var part = parts[index];
            if (part.Kind == PartKind.Literal)
            {
                var text = mnemonic.Length == 0 ? part.Text.TrimStart() : part.Text;
                var stop = text.AsSpan().IndexOfAny(' ', '\t');
                if (stop < 0)
                {
                    Continue(index + 1, mnemonic + text, presets);
                    return;
                }

                if (mnemonic.Length + stop == 0)
                    return;
                var items = new List<FormItem>();
                Literal(items, text[stop..], part.Group);
                foreach (var rest in parts.Skip(index + 1))
                {
                    if (rest.Kind == PartKind.Literal)
                        Literal(items, rest.Text, rest.Group);
                    else
                        items.Add(new FormItem([], rest, rest.Group));
                }

                Add(make(mnemonic + text[..stop], items.ToArray(), presets.ToArray()));
            }
            else if (part.Choice is { } choice)
            {
                foreach (var row in choice.Rows)
                    Continue(index + 1, mnemonic + row.Text, [.. presets, (part, row.Bits)]);
            }

            // What is in brackets may be missing as a whole.
            if (part.Group == 0 || (index > 0 && parts[index - 1].Group == part.Group))
                return;
            var after = index;
            while (after < parts.Count && parts[after].Group == part.Group)
                after++;
            Continue(after, mnemonic, [.. presets, .. Defaults(parts.GetRange(index, after - index))]);
        }

        void Literal(List<FormItem> items, string text, int group)
        {
            var tokens = AsmLexer.Piece(text, 0);
            if (tokens.Count > 0)
                items.Add(new FormItem(tokens.ToArray(), null, group));
        }

        void Add(Form form)
        {
            if (!_forms.TryGetValue(form.Mnemonic, out var list))
            {
                _forms[form.Mnemonic] = list = [];
                _mnemonics.Add(form.Mnemonic);
            }

            list.Add(form);
        }
    }

    /// <summary>Choices at their default.</summary>
    public static IEnumerable<(Part Part, uint Bits)> Defaults(IEnumerable<Part> parts)
    {
        foreach (var part in parts)
        {
            if (part.Choice?.Rows.Find(r => r.IsDefault) is { } row)
                yield return (part, row.Bits);
        }
    }
}
