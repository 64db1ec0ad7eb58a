using System.Globalization;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Assembly;

/// <summary>The two passes over one text. The first one's decisions are kept with each statement.</summary>
internal sealed partial class Passes : IScope
{
    private const ulong SectionAlignment = 4096;
    private readonly FormTable _forms;
    private readonly IsaDefinition _isa;
    private readonly SourceText _source;
    private readonly ulong _origin;
    private readonly DiagnosticBag _bag = new();
    private readonly List<Statement> _statements = [];
    private readonly SymbolTable _symbols = new();
    private readonly List<Section> _sections = [];
    private readonly List<AsmToken> _globals = [];
    private readonly List<ListingLine> _listing = [];
    private readonly List<string> _labels = [];
    private Section _section;
    private Symbol? _evaluated;
    private ulong? _firstInstruction;
    private long _total;
    private int _statement;
    private bool _second;

    public Passes(FormTable forms, string fileName, string text, ulong origin)
    {
        _forms = forms;
        _isa = forms.Definition;
        _source = new SourceText(fileName, text.Length > Assembler.MaxSource ? "" : text);
        _origin = origin;
        _section = new Section(".text", true, false) { Address = origin };
        _sections.Add(_section);
        if (text.Length > Assembler.MaxSource)
            _bag.Error(_source, 0, $"The text has {text.Length} characters, more than {Assembler.MaxSource}");
    }

    private sealed class Statement(AsmToken[] tokens, int line)
    {
        private int _next;

        public AsmToken[] Tokens { get; } = tokens;

        public int Line { get; } = line;

        public bool Failed { get; set; }

        /// <summary>Which forms and branches were taken.</summary>
        public List<int> Decisions { get; } = [];

        public int NextDecision() => Decisions[_next++];
    }

    public Quantity Here => _evaluated is { } symbol
        ? Quantity.In(symbol.Section, symbol.Offset) : Quantity.In(_section, _section.Length);

    public AssemblyResult Run()
    {
        try
        {
            Split();
            Check(_origin % (ulong)_isa.UnitBytes == 0, _source, 0, $"The origin 0x{_origin:x} is no multiple of {_isa.UnitBytes}");
            Pass();
            Place();
            _second = true;
            _section = _sections[0];
            foreach (var section in _sections)
                section.Length = 0;
            Pass();
        }
        catch (GiveUpException)
        {
            // Too many findings: those that there are say enough.
        }

        foreach (var name in _globals)
        {
            if (_symbols.Find(name.Text) is { } symbol)
                symbol.IsGlobal = true;
            else
                _bag.Error(_source, name.Offset, $"'{name.Text}' is global but stands nowhere");
        }

        return Result();
    }

    private AssemblyResult Result()
    {
        var sections = new List<AssembledSection>();
        foreach (var section in _sections)
        {
            if (section.Bytes.Count > 0)
                sections.Add(new(
                    section.Name, section.Address!.Value, section.Bytes.ToArray(), section.IsExecutable, section.IsWritable));
        }

        sections.Sort((a, b) => a.Address.CompareTo(b.Address));
        if (sections.Count == 0 && !_bag.HasErrors)
            _bag.Error(_source, 0, "There is nothing to assemble");
        var symbols = new List<AssembledSymbol>();
        foreach (var symbol in _symbols.All)
        {
            if (symbol.IsLabel && symbol.Section.Address is { } address)
                symbols.Add(new(symbol.Name, address + (ulong)symbol.Offset, symbol.Section.Name, symbol.IsGlobal));
        }

        var start = symbols.Find(s => s.Name == "_start");
        return new AssemblyResult(
            sections, start?.Address ?? _firstInstruction ?? _origin, symbols, _listing, _bag.Sorted());
    }

    /// <summary>Cuts the text into statements; a word that can't be read costs its line.</summary>
    private void Split()
    {
        var text = _source.Text;
        var (at, line, counted) = (0, 1, 0);
        while (at < text.Length)
        {
            try
            {
                var tokens = AsmLexer.Statement(text, at, out var next);
                at = next;
                for (; counted < tokens[0].Offset; counted++)
                    line += text[counted] == '\n' ? 1 : 0;
                if (tokens.Length > 1)
                    _statements.Add(new Statement(tokens, line));
            }
            catch (AsmException e)
            {
                _bag.Error(_source, e.At.Offset, e.Message, e.Hint);
                at = Math.Min(text.Length, _source.LineEnd(Math.Max(at, e.At.Offset)) + 1);
            }
        }
    }

    private void Pass()
    {
        for (_statement = 0; _statement < _statements.Count; _statement++)
        {
            var statement = _statements[_statement];
            if (statement.Failed)
                continue;
            try
            {
                One(statement);
            }
            catch (AsmException e)
            {
                statement.Failed = true;
                _bag.Error(_source, e.At.Offset, e.Message, e.Hint);
                if (_bag.Full)
                    throw new GiveUpException();
            }
        }
    }

    private void One(Statement statement)
    {
        var tokens = statement.Tokens;
        var at = 0;
        while (tokens[at].Kind is AsmKind.Name or AsmKind.Number && tokens[at + 1].Is(":"))
        {
            Label(tokens[at]);
            at += 2;
        }

        var first = tokens[at];
        if (first.Kind == AsmKind.End)
            return;
        if (first.Kind != AsmKind.Name)
            throw AsmException.Expected("an instruction, a directive or a label", first);
        if (tokens[at + 1].Is("="))
            Name(first, tokens, at + 2);
        else if (first.Text[0] == '.' && _forms.Of(first.Text).Count == 0)
            Directive(first, tokens, at + 1);
        else
            Instruction(tokens, at);
    }

    private void Label(AsmToken label)
    {
        if (_second)
        {
            if (label.Kind == AsmKind.Name)
                _labels.Add(label.Text);
            return;
        }

        if (label.Kind == AsmKind.Number)
        {
            if (!int.TryParse(label.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new AsmException(label, $"'{label.Text}' is no label", "a local label is a decimal number");
            _symbols.SetLocal(number, _statement, _section, _section.Length);
            return;
        }

        CheckNew(label);
        if (_symbols.Find(label.Text) is { } old)
        {
            var (line, _) = _source.Position(old.At.Offset);
            throw new AsmException(label, $"'{label.Text}' stands in line {line.ToString(CultureInfo.InvariantCulture)} already");
        }

        _symbols.Set(new Symbol(label.Text, label, _section, _section.Length) { IsLabel = true });
    }

    private void CheckNew(AsmToken name)
    {
        if (_forms.IsRegister(name.Text) || name.Text == ".")
            throw new AsmException(name, $"'{name.Text}' is the name of a register and can't be a label");
    }

    /// <summary>NAME = VALUE, also with .equ and .set.</summary>
    private void Name(AsmToken name, AsmToken[] tokens, int at)
    {
        CheckNew(name);
        if (_symbols.Find(name.Text) is { IsLabel: true })
            throw new AsmException(name, $"'{name.Text}' is a label already");
        var value = Value(tokens, ref at);
        ExpectEnd(tokens, at);
        _symbols.Set(new Symbol(name.Text, name, _section, _section.Length)
        {
            Value = value,
            Text = (tokens, FirstOfValue(tokens, name), _statement),
        });
    }

    /// <summary>Position of the expression behind '=' or ','.</summary>
    private static int FirstOfValue(AsmToken[] tokens, AsmToken name) => Array.IndexOf(tokens, name) + 2;

    public Quantity Symbol(AsmToken name)
    {
        var symbol = _symbols.Find(name.Text);
        if (symbol is null)
        {
            if (!_second)
                return Quantity.Unknown;
            throw new AsmException(
                name, $"'{name.Text}' stands nowhere",
                Suggestion.For(name.Text, _symbols.All.ConvertAll(s => s.Name)));
        }

        if (symbol.IsLabel)
            return Quantity.In(symbol.Section, symbol.Offset);
        if (symbol.Value.IsAbsolute || !_second)
            return symbol.Value;
        return Later(symbol, name);
    }

    /// <summary>A name whose expression had to wait for labels.</summary>
    private Quantity Later(Symbol symbol, AsmToken name)
    {
        if (symbol.IsBusy)
            throw new AsmException(name, $"'{symbol.Name}' is defined by itself");
        var (statement, evaluated) = (_statement, _evaluated);
        (_statement, _evaluated, symbol.IsBusy) = (symbol.Text.Statement, symbol, true);
        try
        {
            var at = symbol.Text.Position;
            return symbol.Value = Value(symbol.Text.Tokens, ref at);
        }
        finally
        {
            (_statement, _evaluated, symbol.IsBusy) = (statement, evaluated, false);
        }
    }

    public Quantity LocalLabel(AsmToken label, int number, bool forward)
    {
        if (_symbols.Local(number, _statement, forward) is { } found)
            return Quantity.In(found.Section, found.Offset);
        if (_second || !forward)
        {
            var side = forward ? "behind" : "before";
            throw new AsmException(label, $"No local label {number.ToString(CultureInfo.InvariantCulture)} stands {side} this line");
        }

        return Quantity.Unknown;
    }

    public Quantity Call(AsmToken name, Quantity[] arguments) =>
        PseudoValues.Run(_isa, name.Text, arguments) ?? throw new AsmException(
            name, $"The definition has no function '{name.Text}' of {arguments.Length.ToString(CultureInfo.InvariantCulture)} arguments",
            Suggestion.For(name.Text, _isa.Model!.Functions.Keys));

    private Quantity Value(AsmToken[] tokens, ref int at)
    {
        var reader = new ExpressionReader(tokens, at, this, _forms.IsRegister);
        var value = reader.Read();
        at = reader.Position;
        return value;
    }

    private static void ExpectEnd(AsmToken[] tokens, int at)
    {
        if (tokens[at].Kind != AsmKind.End)
            throw AsmException.LeftOver(tokens[at]);
    }

    private void Check(bool holds, SourceText source, int offset, string message)
    {
        if (!holds)
            _bag.Error(source, offset, message);
    }

    /// <summary>Gives every section its place: one behind the other, unless .org says where.</summary>
    private void Place()
    {
        var end = _sections[0].Address!.Value + (ulong)_sections[0].Length;
        foreach (var section in _sections)
        {
            section.Address ??= (end + SectionAlignment - 1) & ~(SectionAlignment - 1);
            end = section.Address.Value + (ulong)section.Length;
            var limit = _isa.AddressBits >= 64 ? UInt128.One << 64 : UInt128.One << _isa.AddressBits;
            Check(
                (UInt128)section.Address.Value + (ulong)section.Length <= limit, _source, 0,
                $"The section {section.Name} at 0x{section.Address.Value:x} reaches beyond {_isa.AddressBits} bits of address");
        }

        var filled = _sections.FindAll(s => s.Length > 0);
        filled.Sort((a, b) => a.Address!.Value.CompareTo(b.Address!.Value));
        for (var i = 1; i < filled.Count; i++)
        {
            var (before, section) = (filled[i - 1], filled[i]);
            Check(
                section.Address!.Value - before.Address!.Value >= (ulong)before.Length, _source, 0,
                $"The sections {before.Name} and {section.Name} overlap at 0x{section.Address.Value:x}");
        }
    }

    private void Put(AsmToken at, ReadOnlySpan<byte> bytes, bool isInstruction, string text)
    {
        Count(at, bytes.Length);
        if (!_second)
            return;
        var address = _section.Address!.Value + (ulong)(_section.Length - bytes.Length);
        foreach (var one in bytes)
            _section.Bytes.Add(one);
        if (bytes.Length == 0)
            return;
        var label = _labels.Count > 0 ? string.Join(", ", _labels) : null;
        _labels.Clear();
        _listing.Add(new ListingLine(
            address, bytes.ToArray(), isInstruction, _statements[_statement].Line, label, text));
    }

    /// <summary>Room for bytes; the second pass comes to the same as the first.</summary>
    private void Count(AsmToken at, long bytes)
    {
        _section.Length += bytes;
        if (_second)
            return;
        _total += bytes;
        if (_total > Assembler.MaxBytes)
        {
            _section.Length -= bytes;
            _total -= bytes;
            throw new AsmException(at, $"This makes more than {Assembler.MaxBytes >> 20} MiB");
        }
    }

    /// <summary>A statement as written, from a word to its last one.</summary>
    private string TextFrom(AsmToken[] tokens, int at)
    {
        var last = tokens[^2];
        return _source.Text[tokens[at].Offset..Math.Max(last.Offset + last.Text.Length, tokens[at].Offset)];
    }
}
