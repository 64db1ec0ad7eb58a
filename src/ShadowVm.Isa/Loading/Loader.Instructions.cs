using ShadowVm.Isa.Ir;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Instructions with their tables, aliases, reserved words, overlaps.</content>
internal sealed partial class Loader
{
    /// <summary>Tests name instructions that may come later.</summary>
    private readonly List<Extent> _tests = [];

    private void ReadInstructions(List<Extent> extents)
    {
        ReadGroup(extents, []);
        ResolveShortForms();
        foreach (var alias in Model.Aliases)
        {
            if (!Model.EncodingsByName.ContainsKey(alias.Target) && !Model.Absent.Contains(alias.Target))
                _bag.Error(
                    alias.TargetAt,
                    $"There is no instruction '{alias.Target}'",
                    Suggestion.For(alias.Target, Model.EncodingsByName.Keys));
        }
    }

    /// <summary>Reads the tests, once: nobody needs them to run a guest.</summary>
    public List<IsaTest> ReadTests()
    {
        foreach (var test in _tests)
            Guard(() => ReadTest(test));
        _tests.Clear();
        foreach (var (name, bytes) in _vectors)
            Guard(() => ReadVectors(new SourceText(name, System.Text.Encoding.UTF8.GetString(bytes))));
        _vectors = [];
        return Model.Tests;
    }

    private void ReadGroup(List<Extent> extents, List<Element> prefix)
    {
        List<Row>? rows = null;
        foreach (var extent in extents)
        {
            if (_bag.Full)
                throw new GiveUpException();
            Guard(() =>
            {
                var keyword = extent.Keyword;
                if (keyword == "each")
                {
                    if (rows is not null)
                        _bag.Error(extent.Source, extent.Start, "Two 'each' tables stand before one declaration");
                    rows = ReadTable(extent);
                    return;
                }

                var table = rows;
                rows = null;
                if (keyword == "with")
                {
                    if (prefix.Count > 0)
                        throw Fail(extent.Source, extent.Start, "'with' stands inside another 'with'");
                    if (table is not null)
                        throw Fail(
                            extent.Source,
                            extent.Start,
                            "An 'each' table stands before 'with'; put it before the instruction");
                    ReadWith(extent);
                    return;
                }

                if (table is null)
                {
                    ReadOne(extent, prefix, null);
                    return;
                }

                foreach (var row in table)
                    Guard(() => ReadOne(extent, prefix, row));
            });
        }

        if (rows is not null && extents.Count > 0)
            _bag.Error(extents[^1].Source, extents[^1].Start, "No declaration follows this 'each' table");
    }

    private void ReadWith(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var prefix = new List<Element>();
        ReadPattern(header, prefix);
        header.ExpectLineEnd("the pattern");
        ReadGroup(Outline.Of(extent.Source, bodyStart, extent.End, _bag), prefix);
    }

    private void ReadOne(Extent extent, List<Element> prefix, Row? row)
    {
        switch (extent.Keyword)
        {
            case "user" or "kernel" or "drain" or "short" or "reserved":
                ReadInstruction(extent, prefix, row);
                break;
            case "alias":
                ReadAlias(extent, row);
                break;
            case "pseudo":
                ReadPseudo(extent, row);
                break;
            case "test" when row is null && prefix.Count == 0:
                _tests.Add(extent);
                break;
            case var word when Array.IndexOf(Keywords, word) < 0:
                throw Unknown(extent);
            default:
                throw Fail(
                    extent.Source, extent.Start, $"'{extent.Keyword}' can't stand here; instructions and aliases can");
        }
    }

    /// <summary>
    /// An <c>each</c> table: column names, then rows that begin with '|', cells parted by two spaces.
    /// </summary>
    private List<Row> ReadTable(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var columns = new List<string>();
        while (!header.Current.EndsLine)
            columns.Add(header.ExpectName("a column's name").Text);
        var rows = new List<Row>();
        var text = extent.Source.Text;
        for (var line = bodyStart; line < extent.End; line = extent.Source.LineEnd(line) + 1)
        {
            var end = Math.Min(extent.Source.LineEnd(line), extent.End);
            var comment = text.IndexOf('#', line, end - line);
            var stop = comment < 0 ? end : comment;
            while (stop > line && text[stop - 1] is ' ' or '\r')
                stop--;
            var start = line;
            while (start < stop && text[start] == ' ')
                start++;
            if (start >= stop)
                continue;
            if (text[start] != '|')
                throw Fail(extent.Source, start, "A row of an 'each' table begins with '|'");
            var cells = Cells(text, start + 1, stop);
            if (cells.Count != columns.Count)
            {
                _bag.Error(
                    extent.Source,
                    start,
                    $"This row has {cells.Count} cells, the table has {columns.Count} columns",
                    "two spaces part cells");
                continue;
            }

            rows.Add(new Row(extent.Source, columns.ToArray(), cells.ToArray()));
            if (rows.Count > Limits.Rows)
                throw Fail(extent.Source, start, $"A table has more than {Limits.Rows} rows");
        }

        return rows;
    }

    private static List<(string, int)> Cells(string text, int start, int stop)
    {
        var cells = new List<(string, int)>();
        var at = start;
        while (at < stop)
        {
            while (at < stop && text[at] == ' ')
                at++;
            var begin = at;
            while (at < stop && !(text[at] == ' ' && at + 1 < stop && text[at + 1] == ' '))
                at++;
            if (at > begin)
                cells.Add((text[begin..at], begin));
        }

        return cells;
    }

    private void ReadInstruction(Extent extent, List<Element> prefix, Row? row)
    {
        var header = Header(extent, out var bodyStart, row);
        var keyword = header.Take();
        var name = header.ExpectJoinedName("the instruction's name");
        var elements = new List<Element>(prefix);
        ReadPattern(header, elements);
        Expression? where = null;
        var over = new List<Token>();
        string? template = null;
        var present = true;
        var isShort = keyword.Text == "short";
        while (!header.Current.EndsLine && !(isShort && header.Current.Is("=")))
        {
            if (header.TryTake("when"))
            {
                present &= Holds(header.ParseExpression());
            }
            else if (header.TryTake("where"))
            {
                where = header.ParseExpression();
            }
            else if (header.TryTake("over"))
            {
                while (header.Current.Kind == TokenKind.Name && !header.Current.IsWord("when")
                    && !header.Current.IsWord("where"))
                    over.Add(header.ExpectJoinedName("an instruction"));
            }
            else if (header.Current.Kind == TokenKind.String && template is null)
            {
                template = header.Take().Text;
            }
            else
            {
                throw _bag.Fail(header.Current, $"{header.Current.Shown} is left over after the pattern");
            }
        }

        var fielded = elements.FindAll(e => e.Kind == ElementKind.Choice && Model.Choices[e.Name].HasFields);
        if (fielded.Count > 1 || (fielded.Count == 1 && isShort))
        {
            throw _bag.Fail(
                fielded[^1].At, isShort ? "A short form can't have a choice with fields"
                : "A pattern has at most one choice with fields");
        }

        if (fielded.Count == 0)
        {
            Add(name.Text, elements, template ?? name.Text, null);
            return;
        }

        // Each row is an encoding of its own; all but the first are called by their first field as well.
        var choice = Model.Choices[fielded[0].Name];
        foreach (var alternative in choice.Rows)
        {
            var field = alternative.Elements!.Find(e => e.Kind == ElementKind.Field);
            var own = elements.ToList();
            var index = own.IndexOf(fielded[0]);
            own.RemoveAt(index);
            own.InsertRange(index, alternative.Elements!);
            var suffix = alternative == choice.Rows[0] ? "" : "." + (field?.Name ?? alternative.Text);
            var written = (template ?? name.Text).Replace("{" + choice.Name + "}", alternative.Text, StringComparison.Ordinal);
            Guard(() => Add(name.Text + suffix, own, written, (choice, alternative)));
        }

        void Add(
            string called, List<Element> pattern, string written, (ChoiceDeclaration Choice, ChoiceRow Row)? chosen)
        {
            if (!present)
            {
                Model.Absent.Add(called);
                return;
            }

            var (mask, value, bits, operands) = Assemble(name, pattern);
            var encoding = new Encoding
            {
                Name = called,
                At = name,
                IsReserved = keyword.Text == "reserved",
                Class = keyword.Text switch
                {
                    "kernel" => InstructionClass.Kernel,
                    "drain" => InstructionClass.Drain,
                    _ => InstructionClass.User,
                },
                Mask = mask,
                Value = value,
                Bits = bits,
                Operands = operands,
                Elements = pattern,
                WhereText = where,
                Over = over,
                Template = written,
                Extent = extent,
                BodyStart = bodyStart,
                Row = row,
                Short = isShort ? ReadShortForm(header, extent, bodyStart, row) : null,
                Chosen = chosen,
            };
            if (!Model.EncodingsByName.TryAdd(called, encoding))
                throw _bag.Fail(name, $"There is an instruction '{called}' already");
            if (Model.Encodings.Count >= Limits.Instructions)
                throw _bag.Fail(name, $"There are more than {Limits.Instructions} instructions");
            Model.Encodings.Add(encoding);
            if (where is not null)
                encoding.Where = Functions.LowerCondition(encoding, where, _bag);
            AddChoiceConditions(encoding);
            if (!isShort)
                ReadRefinements(encoding);
            encoding.IsBroken = false;
            if (!encoding.IsReserved && !isShort)
                encoding.Instruction = MakeInstruction(encoding);
        }
    }

    /// <summary>Bits that no row of a choice has encode nothing.</summary>
    private static void AddChoiceConditions(Encoding encoding)
    {
        for (var i = 0; i < encoding.Operands.Length; i++)
        {
            var operand = encoding.Operands[i];
            if (operand.Choice is not { } choice || choice.Rows.Count == 1 << choice.FieldWidth)
                continue;
            Node? any = null;
            foreach (var row in choice.Rows)
            {
                var field = new Node { Op = Op.Operand, Index = i, Width = choice.FieldWidth };
                var equal = Nodes.Compare(Op.Equal, field, Nodes.Const(row.Bits, choice.FieldWidth));
                any = any is null ? equal : Nodes.Or(any, equal);
            }

            encoding.Where = encoding.Where is null ? any : Nodes.And(encoding.Where, any!);
        }
    }

    /// <summary>Lines <c>class user where ...</c> at the head of the body.</summary>
    private void ReadRefinements(Encoding encoding)
    {
        var text = encoding.Extent.Source.Text;
        var at = encoding.BodyStart;
        while (at < encoding.Extent.End)
        {
            while (at < encoding.Extent.End && text[at] is ' ' or '\n' or '\r')
                at++;
            if (at < encoding.Extent.End && text[at] == '#')
            {
                at = encoding.Extent.Source.LineEnd(at);
                continue;
            }

            if (at + 6 > encoding.Extent.End || string.CompareOrdinal(text, at, "class ", 0, 6) != 0)
                return;
            var line = new StatementParser(
                Lexer.Header(encoding.Extent.Source, at, encoding.Extent.End, _bag, encoding.Row, out at), _bag);
            line.Take();
            var word = line.ExpectName("a class");
            var refined = word.Text switch
            {
                "user" => InstructionClass.User,
                "kernel" => InstructionClass.Kernel,
                "drain" => InstructionClass.Drain,
                _ => throw _bag.Fail(
                    word, $"{word.Shown} is no class", Suggestion.For(word.Text, ["user", "kernel", "drain"])),
            };
            if (line.Current.IsWord("when"))
                throw _bag.Fail(line.Current, "'class ... when' is not carried out by this version of the language");
            line.Expect("where", "after the class");
            var condition = line.ParseExpression();
            line.ExpectLineEnd("the condition");
            encoding.Refinements.Add((refined, condition, Functions.LowerCondition(encoding, condition, _bag)));
        }
    }

    private Instruction MakeInstruction(Encoding encoding)
    {
        var (model, functions) = (Model, Functions);
        var names = Array.ConvertAll(encoding.Operands, o => o.Name);
        return new Instruction(encoding.Name, encoding.Class, names, () =>
        {
            lock (model.Gate)
            {
                var bag = new DiagnosticBag();
                LoweredBody? body = null;
                try
                {
                    body = functions.Lower(encoding, bag);
                }
                catch (GiveUpException)
                {
                    // Reported in the bag.
                }

                bag.ThrowIfErrors();
                return (body!.Body, body.LocalCount);
            }
        })
        {
            Encoding = encoding,
        };
    }

    private void ReadAlias(Extent extent, Row? row)
    {
        var header = Header(extent, out _, row);
        header.Take();
        var at = header.Current;
        var text = at.Kind == TokenKind.String ? header.Take().Text : header.ExpectJoinedName("the alias").Text;
        header.Expect("=", "after the alias");
        var target = header.ExpectJoinedName("an instruction");
        var fixedFields = new List<(Token, Expression)>();
        while (header.Current.Kind == TokenKind.Name && header.Following.Is("="))
        {
            var field = header.Take();
            header.Take();
            fixedFields.Add((field, header.ParseExpression()));
        }

        var where = header.TryTake("where") ? header.ParseExpression() : null;
        var hidden = header.TryTake("hidden");
        header.ExpectLineEnd("the alias");
        Model.Aliases.Add(new AliasDeclaration
        {
            At = at,
            Text = text,
            Target = target.Text,
            TargetAt = target,
            Fixed = fixedFields,
            Where = where,
            Hidden = hidden,
        });
    }

    /// <summary>An encoding that says 'over' is tried before the ones it names.</summary>
    private void RankOverlaps()
    {
        foreach (var encoding in Model.Encodings)
        {
            foreach (var name in encoding.Over)
            {
                if (!Model.EncodingsByName.ContainsKey(name.Text) && !Model.Absent.Contains(name.Text))
                    _bag.Error(
                        name,
                        $"There is no instruction '{name.Text}'",
                        Suggestion.For(name.Text, Model.EncodingsByName.Keys));
                else if (name.Text == encoding.Name)
                    _bag.Error(name, $"'{name.Text}' is over itself");
            }
        }

        foreach (var encoding in Model.Encodings)
            encoding.Rank = RankOf(encoding, 0);
    }

    private int RankOf(Encoding encoding, int depth)
    {
        var rank = 0;
        if (depth > Limits.CallDepth)
            return rank;
        foreach (var name in encoding.Over)
        {
            if (Model.EncodingsByName.TryGetValue(name.Text, out var other))
                rank = Math.Max(rank, 1 + RankOf(other, depth + 1));
        }

        return rank;
    }
}
