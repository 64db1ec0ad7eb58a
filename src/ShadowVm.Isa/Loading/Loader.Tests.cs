using System.Globalization;
using ShadowVm.Isa.Lowering;
using ShadowVm.Isa.Model;
using ShadowVm.Isa.Syntax;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Loading;

/// <content>Test blocks: <c>x1 = 5  x2 = 3 : add rd=3 rs1=1 rs2=2 : x3 = 8</c>, or <c>: raises CAUSE</c>.</content>
internal sealed partial class Loader
{
    private IReadOnlyList<(string Name, byte[] Bytes)> _vectors;

    private void ReadTest(Extent extent)
    {
        var header = Header(extent, out var bodyStart);
        header.Take();
        var title = header.ExpectString("the test's title");
        var present = !header.TryTake("when") || Holds(header.ParseExpression());
        header.ExpectLineEnd("the title");
        if (!present)
            return;
        var body = BodyOf(extent, bodyStart);
        Lines(body, first => ReadTestLine(body, first, title));
    }

    /// <summary>
    /// A file of tests: <c>language 1</c>, then test blocks, and lines of tests that stand by themselves and have the
    /// file's name as their title.
    /// </summary>
    private void ReadVectors(SourceText text)
    {
        var extents = Outline.Of(text, 0, text.Text.Length, _bag);
        for (var i = 0; i < extents.Count; i++)
        {
            var extent = extents[i];
            if (i == 0)
                ReadLanguage(extent);
            if (extent.Keyword == "language" && i == 0)
                continue;
            Guard(() =>
            {
                if (extent.Keyword == "test")
                {
                    ReadTest(extent);
                    return;
                }

                var line = BodyOf(extent, extent.Start);
                Lines(line, first => ReadTestLine(line, first, text.Name));
            });
        }
    }

    private void ReadTestLine(StatementParser body, Token first, string title)
    {
        var tested = body.NameAfter(":");
        var isElsewhere = Model.Extensions.Count < Model.AllExtensions.Count && !Model.EncodingsByName.ContainsKey(tested);
        if (Model.Absent.Contains(tested) || isElsewhere)
        {
            body.SkipToLineEnd();
            return;
        }

        var before = ReadValues(body);
        body.Expect(":", "before the instruction");
        var name = body.ExpectJoinedName("an instruction");
        if (!Model.EncodingsByName.TryGetValue(name.Text, out var encoding) || encoding.IsReserved)
            throw _bag.Fail(
                name,
                $"There is no instruction '{name.Text}'",
                Suggestion.For(name.Text, Model.EncodingsByName.Keys));
        var fields = ReadFieldValues(body, encoding, name);
        var after = new List<IsaTestValue>();
        ulong? raises = null;
        if (body.TryTake(":"))
        {
            if (body.Current.IsWord("raises"))
            {
                body.Take();
                var cause = body.ExpectName("a cause");
                if (!Model.EnumValues.TryGetValue(cause.Text, out var value))
                    throw _bag.Fail(
                        cause,
                        $"No 'enum' declares the cause '{cause.Text}'",
                        Suggestion.For(cause.Text, Model.EnumValues.Keys));
                raises = (ulong)value.Value;
                body.TryTake(":");
            }

            after = ReadValues(body);
        }

        var (line, _) = first.Source.Position(first.Offset);
        var place = string.Create(CultureInfo.InvariantCulture, $"{first.Source.Name}:{line}");
        Model.Tests.Add(new IsaTest(title, place, before, name.Text, fields, after, raises));
    }

    private List<(string, long)> ReadFieldValues(StatementParser body, Encoding encoding, Token at)
    {
        var fields = new List<(string, long)>();
        while (body.Current.Kind == TokenKind.Name && body.Following.Is("="))
        {
            var name = body.Take();
            body.Take();
            var value = body.ParseExpression();
            if (encoding.Find(name.Text) is not { } operand)
            {
                throw _bag.Fail(
                    name, $"'{encoding.Name}' has no field '{name.Text}'",
                    Suggestion.For(name.Text, Array.ConvertAll(encoding.Operands, o => o.Name)));
            }

            var number = Number(value, "A field's value");
            if (number < long.MinValue || number > long.MaxValue || !operand.Fits((long)number))
                throw _bag.Fail(value.First, $"'{value}' does not fit the field '{name.Text}' of '{encoding.Name}'");
            fields.Add((name.Text, (long)number));
        }

        foreach (var operand in encoding.Operands)
        {
            if (!fields.Exists(f => f.Item1 == operand.Name))
                throw _bag.Fail(at, $"This test gives no value to the field '{operand.Name}' of '{encoding.Name}'");
        }

        return fields;
    }

    private List<IsaTestValue> ReadValues(StatementParser body)
    {
        var result = new List<IsaTestValue>();
        while (body.Current.Kind == TokenKind.Name)
        {
            var place = body.ParsePostfix();
            body.Expect("=", "after a register");
            var text = body.ParseExpression();
            var (register, index, address, width) = PlaceOf(place);
            var value = ConstantFolder.At(Number(text, "A register's value"), width, text, _bag);
            result.Add(new IsaTestValue(register, index, address, width, (ulong)value.Value));
        }

        return result;
    }

    /// <summary><c>x5</c>, <c>x[5]</c>, an element's name, <c>mstatus.mie</c>, <c>mem.32[0x1000]</c>.</summary>
    private (string? Register, int Index, ulong Address, int Width) PlaceOf(Expression place)
    {
        var isIndexed = place.Kind == ExpressionKind.Index;
        var path = (isIndexed ? place.Parts[0] : place).Path ?? "";
        if (isIndexed && path.StartsWith("mem.", StringComparison.Ordinal))
        {
            if (!int.TryParse(path.AsSpan(4), CultureInfo.InvariantCulture, out var bits)
                || bits is not (8 or 16 or 32 or 64))
                throw _bag.Fail(place.First, $"Memory is accessed by 8, 16, 32 or 64 bits: '{path}'");
            var address = Number(place.Parts[1], "An address");
            if (address < 0 || address > ulong.MaxValue)
                throw _bag.Fail(place.First, $"'{place.Parts[1]}' is no address");
            return (null, 0, (ulong)address, bits);
        }

        if (isIndexed && Model.State.TryGetValue(path, out var array) && array.IsArray)
            return (path, Bounded(place.Parts[1], "The index", 0, array.Count - 1), 0, array.Width);
        foreach (var register in Model.Registers)
        {
            if (register.Name == path && register.Count == 1 && !isIndexed)
                return (path, 0, 0, register.Width);
            var element = Array.IndexOf(register.ElementNames, path);
            if (element >= 0 && !isIndexed)
                return (register.Name, element, 0, register.Width);
            if (register.Count > 1 && path.StartsWith(register.Name, StringComparison.Ordinal)
                && int.TryParse(
                    path.AsSpan(register.Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out element)
                && element < register.Count)
                return (register.Name, element, 0, register.Width);
        }

        throw _bag.Fail(
            place.First, $"There is no register '{place}'", Suggestion.For(place.ToString(), Model.State.Keys));
    }
}
