using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <summary>
/// Reads the headers of all declarations of one variant. Bodies of instructions and functions are left alone until
/// somebody wants them. Errors cost one declaration each.
/// </summary>
internal sealed partial class Loader
{
    internal static readonly string[] Keywords =
    [
        "isa", "include", "extension", "const", "enum", "register", "view", "context", "space", "control", "format",
        "operand", "choice", "with", "each", "user", "kernel", "drain", "short", "reserved", "alias", "pseudo",
        "function", "procedure", "hook", "delayed", "float", "abi", "test", "language",
    ];

    private static readonly string[] LaterKeywords =
    [
        "lanes", "bundle", "numbering", "lazy", "sequential", "nullify",
        "translate", "walk",
    ];

    private readonly IsaSource _source;
    private readonly DiagnosticBag _bag;
    private readonly List<(Extent Extent, string? Extension)> _all = [];
    private readonly Dictionary<string, SourceText> _texts = [];
    private readonly Dictionary<SourceText, List<Extent>> _outlines = [];
    private readonly HashSet<string> _included = [];

    public Loader(IsaSource source, DiagnosticBag bag)
    {
        _source = source;
        _bag = bag;
        Model = new DefinitionModel { Name = source.Name };
        Functions = new FunctionLowering(Model);
        Rules = new VariantRules();
        _vectors = source.Vectors;
    }

    public DefinitionModel Model { get; private set; }

    public FunctionLowering Functions { get; private set; }

    public VariantRules Rules { get; }

    /// <summary>The extension that a place belongs to, or null.</summary>
    public string? ExtensionAt(Token place)
    {
        string? found = null;
        foreach (var (extent, extension) in _all)
        {
            if (extent.Source == place.Source && extent.Start <= place.Offset && place.Offset < extent.End)
                found = extension;
        }

        return found;
    }

    /// <summary>All files.</summary>
    public IEnumerable<SourceText> Texts => _texts.Values;

    /// <summary>
    /// Finds all declarations and reads the <c>isa</c> block. False where there is nothing to go on with.
    /// </summary>
    public bool Scan()
    {
        try
        {
            return ScanFiles();
        }
        catch (GiveUpException)
        {
            return false;
        }
    }

    private bool ScanFiles()
    {
        var total = 0L;
        foreach (var (name, bytes) in _source.Files)
        {
            var text = new SourceText(name, bytes.Length > Limits.FileBytes
                ? "" : System.Text.Encoding.UTF8.GetString(bytes));
            total += bytes.Length;
            if (bytes.Length > Limits.FileBytes || total > Limits.FileBytes * 8L)
                throw Fail(text, 0, $"The file has {bytes.Length} bytes, more than the limit");
            _texts[name] = text;
        }

        if (_source.Files.Count is 0 or > Limits.Files)
            throw new IsaException(
                $"The definition '{_source.Name}' has {_source.Files.Count} files; 1 to {Limits.Files} are possible.");
        var main = FindMain();
        Model.Start = new Token(TokenKind.Name, "", main, 0, true);
        Include(main);
        foreach (var (name, _) in _source.Files)
        {
            if (!_included.Contains(name))
                _bag.Warn(
                    new Token(TokenKind.Name, "", _texts[name], 0, true),
                    $"Nothing includes '{name}'",
                    $"add 'include \"{name}\"'");
        }

        foreach (var (extent, _) in _all)
        {
            if (extent.Keyword == "isa")
                Guard(() => ReadIsa(extent));
        }

        return true;
    }

    private SourceText FindMain()
    {
        SourceText? found = null;
        foreach (var (name, _) in _source.Files)
        {
            var text = _texts[name];
            foreach (var extent in OutlineOf(text))
            {
                if (extent.Keyword != "isa")
                    continue;
                if (found is not null && found != text)
                    throw Fail(text, extent.Start, $"'{found.Name}' has an 'isa' declaration already");
                found = text;
            }
        }

        return found ?? throw Fail(_texts[_source.Files[0].Name], 0, "No file has an 'isa' declaration");
    }

    private List<Extent> OutlineOf(SourceText text) =>
        _outlines.TryGetValue(text, out var known) ? known : _outlines[text] = Outline.Of(text, 0, text.Text.Length, _bag);

    private void Include(SourceText text)
    {
        if (!_included.Add(text.Name))
            return;
        var extents = OutlineOf(text);
        string? extension = null;
        for (var i = 0; i < extents.Count; i++)
        {
            var extent = extents[i];
            if (i == 0)
            {
                ReadLanguage(extent);
                if (extent.Keyword == "language")
                    continue;
            }

            switch (extent.Keyword)
            {
                case "include":
                    Guard(() => ReadInclude(extent));
                    break;
                case "extension":
                    Guard(() => extension = ReadExtension(extent));
                    break;
                default:
                    if (_all.Count >= Limits.Declarations)
                        throw Fail(text, extent.Start, $"There are more than {Limits.Declarations} declarations");
                    _all.Add((extent, extension));
                    break;
            }
        }
    }

    private void ReadLanguage(Extent extent)
    {
        var line = extent.FirstLine;
        if (extent.Keyword != "language")
        {
            _bag.Error(extent.Source, extent.Start, "The first line must be 'language 1'");
            return;
        }

        Guard(() =>
        {
            var cursor = Header(extent, out _);
            cursor.Take();
            var version = cursor.Current;
            if (version.Kind != TokenKind.Number || version.Text != "1")
                throw _bag.Fail(
                    version,
                    $"{version.Shown} is no language version that this program knows",
                    "it knows 'language 1'");
            cursor.Take();
            cursor.ExpectLineEnd("the version");
        });
    }

    private void ReadInclude(Extent extent)
    {
        var cursor = Header(extent, out _);
        var at = cursor.Take();
        var name = cursor.ExpectString("a file name");
        cursor.ExpectLineEnd("the file name");
        if (!_texts.TryGetValue(name, out var text))
            throw _bag.Fail(at, $"There is no file '{name}' beside this one", Suggestion.For(name, _texts.Keys));
        Include(text);
    }

    private string ReadExtension(Extent extent)
    {
        var cursor = Header(extent, out _);
        cursor.Take();
        var name = cursor.ExpectName("the extension's name");
        var requires = new List<string>();
        if (cursor.TryTake("requires"))
        {
            while (!cursor.Current.EndsLine)
                requires.Add(cursor.ExpectName("an extension").Text);
        }

        cursor.ExpectLineEnd("the extension");
        var known = Rules.Extensions.FindIndex(e => e.Name == name.Text);
        foreach (var required in requires)
        {
            if (!Rules.Extensions.Exists(e => e.Name == required))
            {
                throw _bag.Fail(
                    name, $"'{name.Text}' requires '{required}', which stands nowhere before it",
                    Suggestion.For(required, Rules.Extensions.ConvertAll(e => e.Name)));
            }
        }

        if (known < 0)
            Rules.Extensions.Add((name.Text, requires));
        else
            Rules.Extensions[known].Requires.AddRange(requires);
        return name.Text;
    }

    /// <summary>Reads all declarations of a variant.</summary>
    public void Read(Variant variant)
    {
        Begin(variant);
        var second = new List<Extent>();
        foreach (var (extent, extension) in _all)
        {
            if (extension is not null && !variant.Extensions.Contains(extension))
                continue;
            Guard(() => First(extent, second));
            if (_bag.Full)
                return;
        }

        Finish();
        ReadInstructions(second);
        RankOverlaps();
    }

    /// <summary>Tells what was found to be wrong so far.</summary>
    /// <exception cref="IsaException">There is something.</exception>
    public void ThrowIfErrors() => _bag.ThrowIfErrors();

    private void Begin(Variant variant)
    {
        _linux = null;
        foreach (var (name, _) in Rules.Extensions)
            Model.AllExtensions.Add(name);
        Model.Extensions.UnionWith(variant.Extensions);
        SetParameters(variant);
        Guard(ReadEndianAndUnit);
    }

    /// <summary>Runs one step; an error in it is reported already.</summary>
    private void Guard(Action step)
    {
        try
        {
            step();
        }
        catch (GiveUpException)
        {
            if (_bag.Full)
                throw;
        }
    }

    /// <summary>
    /// Declarations that others need; instructions, aliases and tests wait until all names are known.
    /// </summary>
    private void First(Extent extent, List<Extent> second)
    {
        switch (extent.Keyword)
        {
            case "isa":
                break;
            case "const":
                ReadConstant(extent);
                break;
            case "enum":
                ReadEnum(extent);
                break;
            case "register":
                ReadRegister(extent);
                break;
            case "view":
                ReadView(extent);
                break;
            case "context":
                ReadContext(extent);
                break;
            case "space":
                ReadSpace(extent);
                break;
            case "control":
                ReadControl(extent);
                break;
            case "format":
                ReadFormat(extent);
                break;
            case "operand":
                ReadOperand(extent);
                break;
            case "choice":
                ReadChoice(extent);
                break;
            case "function" or "procedure" or "hook":
                ReadFunction(extent);
                break;
            case "delayed":
                ReadDelayed(extent);
                break;
            case "float":
                ReadFloat(extent);
                break;
            case "abi":
                ReadAbi(extent);
                break;
            case "with" or "each" or "user" or "kernel" or "drain" or "short" or "reserved" or "alias" or "pseudo"
                or "test":
                second.Add(extent);
                break;
            case "language":
                throw Fail(extent.Source, extent.Start, "'language' may only be the first line");
            case var word when Array.IndexOf(LaterKeywords, word) >= 0:
                throw Fail(extent.Source, extent.Start, $"'{word}' is not carried out by this version of the language");
            default:
                throw Unknown(extent);
        }
    }

    /// <summary>A line that begins with no keyword: most often a slip in one, or an instruction without its class.</summary>
    private GiveUpException Unknown(Extent extent)
    {
        var shown = extent.Keyword.Length > 0 ? extent.Keyword : extent.FirstLine.Split(' ')[0];
        var at = new Token(TokenKind.Name, shown, extent.Source, extent.Start, true);
        var suggestion = Suggestion.For(shown, Keywords);
        var isInstruction = suggestion is null && extent.FirstLine.Contains('"', StringComparison.Ordinal);
        return isInstruction
            ? _bag.Fail(
                at, $"The instruction '{shown}' has no class", $"write 'user {shown} ...', or 'kernel' or 'drain'")
            : _bag.Fail(at, $"'{shown}' begins no declaration", suggestion);
    }

    private GiveUpException Fail(SourceText source, int offset, string message)
    {
        _bag.Error(source, offset, message);
        return new GiveUpException(message);
    }

    /// <summary>A cursor over a header, its first word still to be taken.</summary>
    private StatementParser Header(Extent extent, out int bodyStart, Row? row = null) =>
        new(Lexer.Header(extent.Source, extent.Start, extent.End, _bag, row, out bodyStart), _bag);

    private StatementParser BodyOf(Extent extent, int bodyStart)
    {
        var parser = new StatementParser(Lexer.All(extent.Source, bodyStart, extent.End, _bag, null, true), _bag);
        parser.SkipNewLines();
        return parser;
    }

    /// <summary>Reads a body line by line; an error costs its line.</summary>
    private void Lines(StatementParser body, Action<Token> line)
    {
        while (!body.AtEnd)
        {
            try
            {
                var first = body.Current;
                line(first);
                body.ExpectLineEnd("this line");
            }
            catch (GiveUpException) when (!_bag.Full)
            {
                body.SkipLine();
            }
        }
    }

    private int Width(Expression e) => FunctionLowering.WidthOf(e, Model, _bag);

    private Int128 Number(Expression e, string what, Func<string, (bool, Int128?)>? names = null) =>
        ConstantFolder.Fold(e, Model, _bag, names) is { } folded
            ? folded.Value
            : throw _bag.Fail(
                e.First,
                $"{what} must be known at load, '{e}' is not",
                Suggestion.For(e.ToString(), Model.Constants.Keys));

    private bool Holds(Expression? condition, Func<string, (bool, Int128?)>? names = null) =>
        condition is null || Number(condition, "A condition of 'when'", names) != 0;

    /// <summary>
    /// Refuses a name that is taken. A control register may be called like a built-in function, such as time.
    /// </summary>
    private void Unique(Token name, bool isControl = false)
    {
        var taken = Model.State.ContainsKey(name.Text) || Model.Views.ContainsKey(name.Text)
            || Model.Constants.ContainsKey(name.Text) || Model.EnumValues.ContainsKey(name.Text)
            || Model.Functions.ContainsKey(name.Text) || Model.Spaces.ContainsKey(name.Text);
        if (taken)
            throw _bag.Fail(name, $"'{name.Text}' is declared already");
        var isWord = Array.IndexOf(BuiltIns.Names, name.Text) >= 0 || Array.IndexOf(BuiltIns.Later, name.Text) >= 0;
        var isFunction = name.Text is not ("next" or "word" or "none" or "big_endian");
        if (isWord && name.Text != "pc" && !(isControl && isFunction))
            throw _bag.Fail(name, $"'{name.Text}' is a word of the language");
    }
}
