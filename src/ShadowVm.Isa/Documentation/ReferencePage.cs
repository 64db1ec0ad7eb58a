using System.Globalization;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Text;
using Encoding = ShadowVm.Isa.Model.Encoding;

namespace ShadowVm.Isa.Documentation;

/// <summary>
/// A definition as one page of HTML: registers, every instruction with its encoding as a picture, control registers,
/// hooks and functions. It is a function of the definition's text, fetches nothing and runs nothing.
/// </summary>
internal sealed class ReferencePage
{
    private readonly IsaDefinition _isa;
    private readonly DefinitionModel _model;
    private readonly HashSet<string> _registers = [];
    private readonly Dictionary<string, string> _ids = [];
    private readonly List<(string Id, string Title, List<Encoding> Encodings)> _groups = [];
    private readonly List<ControlDeclaration> _controls;
    private readonly Html _html = new();

    private ReferencePage(IsaDefinition isa)
    {
        _isa = isa;
        _model = isa.Model!;
        _controls = [.. _model.Controls.Values];
        _registers.UnionWith(_model.State.Keys);
        _registers.UnionWith(_model.Views.Keys);
        foreach (var encoding in _model.Encodings)
        {
            _ids[encoding.Name] = $"i-{_ids.Count}-{Html.Slug(encoding.Name)}";
            GroupOf(encoding).Add(encoding);
        }
    }

    /// <summary>The page; the same for the same definition.</summary>
    public static string Of(IsaDefinition isa)
    {
        var page = new ReferencePage(isa);
        page.Write();
        return page._html.ToString();
    }

    private List<Encoding> GroupOf(Encoding encoding)
    {
        var extension = _isa.ExtensionOf(encoding.At);
        var title = extension is null ? $"Base: {encoding.At.Source.Name}" : $"Extension {extension}";
        var known = _groups.Find(group => group.Title == title);
        if (known.Encodings is not null)
            return known.Encodings;
        _groups.Add(($"g-{_groups.Count}", title, []));
        return _groups[^1].Encodings;
    }

    private void Write()
    {
        var title = _model.Title.Length > 0 ? _model.Title : _isa.Name;
        _html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
            .Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n")
            .Element("title", $"{_isa.Variant}: {title}").Raw("\n<style>\n").Raw(ReferenceStyle.Text).Raw("\n</style>\n</head>\n<body>\n");
        WriteContents();
        _html.Raw("<main>\n").Element("h1", title);
        var shorts = _model.Encodings.FindAll(e => e.Short is not null).Count;
        var reserved = _model.Encodings.FindAll(e => e.IsReserved).Count;
        _html.Raw("<p class=\"lede\">Variant ").Element("code", _isa.Variant)
            .Text($": {_model.Encodings.Count - shorts - reserved} instructions, {shorts} short forms, ")
            .Text($"{_model.Controls.Count} control registers.")
            .Raw("</p>\n");
        WriteOverview();
        WriteRegisters();
        foreach (var (id, name, encodings) in _groups)
        {
            Heading(id, name);
            foreach (var encoding in encodings)
                WriteInstruction(encoding);
        }

        WritePseudos();
        WriteControls();
        WriteFunctions("hooks", "Hooks: what the engine calls by itself", FunctionKind.Hook);
        WriteFunctions("functions", "Functions and procedures", FunctionKind.Function, FunctionKind.Procedure);
        _html.Raw("</main>\n</body>\n</html>\n");
    }

    private void WriteContents()
    {
        _html.Raw("<nav>\n").Element("strong", _isa.Variant).Raw("<p>").Link("registers", "registers").Raw(" ");
        if (_model.Pseudos.Count > 0)
            _html.Link("pseudos", "pseudo instructions").Raw(" ");
        if (_model.Controls.Count > 0)
            _html.Link("controls", "control registers").Raw(" ");
        _html.Link("hooks", "hooks").Raw(" ").Link("functions", "functions").Raw("</p>\n");
        foreach (var (_, title, encodings) in _groups)
        {
            _html.Element("strong", title).Raw("<p>");
            foreach (var encoding in encodings)
                _html.Link(_ids[encoding.Name], encoding.Name).Raw(" ");
            _html.Raw("</p>\n");
        }

        _html.Raw("</nav>\n");
    }

    private void WriteOverview()
    {
        _html.Raw("<dl>");
        Entry("instruction unit", $"{_isa.UnitBytes * 8} bits");
        Entry("addresses", $"{_isa.AddressBits} bits, {(_isa.BigEndian ? "big" : "little")}-endian");
        Entry("ELF", $"class {_isa.ElfClass}, machine {_isa.ElfMachine}");
        Entry("text", string.Create(CultureInfo.InvariantCulture, $"XxHash128 {_isa.Hash:x32}"));
        _html.Raw("</dl>\n");
    }

    private void WriteRegisters()
    {
        Heading("registers", "Registers");
        _html.Raw("<table><tr><th>register</th><th>bits</th><th>names</th><th></th></tr>\n");
        foreach (var state in _model.State.Values)
        {
            if (state.Control is not null)
                continue;
            var file = _model.Registers.Find(r => r.Name == state.Name);
            _html.Raw("<tr><td class=\"n\">").Element("code", state.IsArray ? $"{state.Name}[{state.Count}]" : state.Name)
                .Raw("</td>").Element("td", $"{state.Width}").Raw("<td>")
                .Text(string.Join(", ", file?.ElementNames ?? [])).Raw("</td><td>");
            if (file is { Zero: >= 0 })
                _html.Text($"element {file.Zero} reads 0 ");
            if (state.Fields.Count > 0)
                _html.Text(string.Join(", ", state.Fields.ConvertAll(FieldText)));
            _html.Raw("</td></tr>\n");
        }

        _html.Raw("</table>\n");
        foreach (var view in _model.Views.Values)
            Excerpt($"view {view.Name}", view.At);
    }

    private void WriteInstruction(Encoding e)
    {
        var kind = e.IsReserved ? "reserved" : e.Short is not null ? "short form" : e.Class.ToString().ToLowerInvariant();
        var style = e.IsReserved ? "reserved" : e.Class.ToString().ToLowerInvariant();
        _html.Raw($"<article id=\"{_ids[e.Name]}\">\n<h3>").Element("code", e.Name).Element("span", kind, $"class {style}")
            .Element("span", PlaceOf(e.At), "place").Raw("</h3>\n");
        var documentation = string.Join(' ', Excerpts.Documentation(e.Extent));
        if (documentation.Length > 0)
            _html.Element("p", documentation);
        _html.Raw("<p class=\"syntax\">").Raw(Syntax(e.Template)).Raw("</p>\n");
        _html.Raw(EncodingPicture.Draw(EncodingBox.Of(e), e.Bits, $"Encoding of {e.Name}"));
        if (e.Short is { Target: { } target } form)
        {
            _html.Raw("<p>Stands for ").Link(_ids[target.Name], target.Name).Raw(" ").Element("code", IsaDefinition.Given(form).Trim())
                .Raw("</p>\n");
        }
        else
        {
            var body = Excerpts.Body(e);
            if (body.Length > 0)
                _html.Raw("<pre>").Raw(Highlighter.Mark(body, _registers)).Raw("</pre>\n");
        }

        _html.Raw("<dl>");
        if (e.WhereText is not null)
            Entry("where", e.WhereText.ToString());
        foreach (var over in e.Over)
            Entry("goes before", over.Text);
        foreach (var (refined, condition, _) in e.Refinements)
            Entry("class", $"{refined.ToString().ToLowerInvariant()} where {condition}");
        foreach (var (spelling, meaning) in _isa.Spellings(e))
        {
            _html.Element("dt", "also").Raw("<dd><span class=\"syntax\">").Raw(Syntax(spelling)).Raw("</span> = ")
                .Element("code", meaning).Raw("</dd>");
        }

        foreach (var place in _isa.Tests.Where(test => test.Instruction == e.Name).Select(test => $"{test.Name} ({test.Place})").Distinct())
            Entry("tested", place);
        _html.Raw("</dl>\n</article>\n");
    }

    private void WritePseudos()
    {
        if (_model.Pseudos.Count == 0)
            return;
        Heading("pseudos", "Pseudo instructions");
        foreach (var pseudo in _model.Pseudos)
        {
            _html.Raw("<article><p class=\"syntax\">").Raw(Syntax(pseudo.Text)).Raw("</p>\n<pre>")
                .Raw(Highlighter.Mark(Excerpts.Declaration(pseudo.At), _registers)).Raw("</pre></article>\n");
        }
    }

    private void WriteControls()
    {
        if (_model.Controls.Count == 0)
            return;
        Heading("controls", "Control registers");
        foreach (var space in _model.Spaces.Values)
        {
            Excerpt($"space {space.Name}", space.At);
            _html.Raw("<table><tr><th>number</th><th>name</th><th>bits</th></tr>\n");
            foreach (var (number, control) in space.Controls.OrderBy(each => each.Key))
            {
                _html.Raw("<tr>").Element("td", string.Create(CultureInfo.InvariantCulture, $"0x{number:x3}")).Raw("<td>")
                    .Link(ControlId(control.Declaration), control.Name).Raw("</td>")
                    .Element("td", $"{control.Declaration.Width}").Raw("</tr>\n");
            }

            _html.Raw("</table>\n");
        }

        foreach (var control in _model.Controls.Values)
        {
            _html.Raw($"<article id=\"{ControlId(control)}\">\n<h3>").Element("code", control.Name)
                .Element("span", PlaceOf(control.At), "place").Raw("</h3>\n");
            if (control.State.Fields.Count > 0)
                _html.Raw(EncodingPicture.DrawFields(Fields(control), $"Fields of {control.Name}"));
            _html.Raw("<pre>").Raw(Highlighter.Mark(Excerpts.Declaration(control.At), _registers)).Raw("</pre>\n</article>\n");
        }
    }

    /// <summary>The fields of a control register as boxes, with what lies between them as bits that are always zero.</summary>
    private static List<EncodingBox> Fields(ControlDeclaration control)
    {
        var boxes = new List<EncodingBox>();
        var top = control.Width - 1;
        foreach (var field in control.State.Fields.OrderByDescending(field => field.Low))
        {
            if (field.High < top)
                boxes.Add(new EncodingBox(top, field.High + 1, ElementKind.Ignored, "-"));
            boxes.Add(new EncodingBox(field.High, field.Low, ElementKind.Field, field.Name));
            top = field.Low - 1;
        }

        if (top >= 0)
            boxes.Add(new EncodingBox(top, 0, ElementKind.Ignored, "-"));
        return boxes;
    }

    private void WriteFunctions(string id, string title, params FunctionKind[] kinds)
    {
        Heading(id, title);
        foreach (var function in _model.FunctionList)
        {
            if (Array.IndexOf(kinds, function.Kind) >= 0)
                Excerpt(function.Name, function.At);
        }
    }

    private void Excerpt(string title, Token at) => _html.Raw("<article>\n<h3>").Element("code", title)
        .Element("span", PlaceOf(at), "place").Raw("</h3>\n<pre>").Raw(Highlighter.Mark(Excerpts.Declaration(at), _registers))
        .Raw("</pre>\n</article>\n");

    private void Heading(string id, string title) => _html.Raw($"<h2 id=\"{id}\">").Text(title).Raw("</h2>\n");

    private void Entry(string what, string text) => _html.Element("dt", what).Raw("<dd>").Element("code", text).Raw("</dd>");

    /// <summary>A template as a manual writes it: an operand's name in place of its hole.</summary>
    private static string Syntax(string template)
    {
        var html = new Html();
        var at = 0;
        while (at < template.Length)
        {
            var open = template.IndexOf('{', at);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
                break;
            html.Text(template[at..open]).Element("em", NameOf(template[(open + 1)..close]));
            at = close + 1;
        }

        return html.Text(template[at..]).ToString();
    }

    /// <summary>What a hole is called: <c>x rd</c> is rd, <c>target pc + imm</c> is target, <c>imm[31:12] hex</c> is imm.</summary>
    private static string NameOf(string hole)
    {
        var words = hole.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
            return hole;
        var isPlace = words.Length > 1 && words[^1] != "hex" && words[0] != "target" && char.IsAsciiLetter(words[1][0]);
        var name = isPlace ? words[1] : words[0];
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0 ? name[..bracket] : name;
    }

    private static string FieldText(Field field) =>
        field.Width == 1 ? $"{field.Name}[{field.Low}]" : $"{field.Name}[{field.High}:{field.Low}]";

    private string ControlId(ControlDeclaration control) => $"c-{_controls.IndexOf(control)}-{Html.Slug(control.Name)}";

    private static string PlaceOf(Token at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.Source.Name}:{at.Source.Position(at.Offset).Line}");
}
