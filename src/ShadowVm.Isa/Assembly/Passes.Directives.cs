using System.Globalization;
using ShadowVm.Isa.Text;

namespace ShadowVm.Isa.Assembly;

/// <content>Lines that begin with a dot.</content>
internal sealed partial class Passes
{
    private const int DataInLine = 8;

    private static readonly string[] Directives =
    [
        ".text", ".data", ".rodata", ".bss", ".section", ".globl", ".global", ".local", ".align", ".p2align", ".balign",
        ".org", ".byte", ".2byte", ".half", ".short", ".4byte", ".word", ".long", ".8byte", ".dword", ".quad", ".string",
        ".asciz", ".ascii", ".zero", ".skip", ".space", ".equ", ".set", ".type", ".size",
    ];

    private void Directive(AsmToken name, AsmToken[] tokens, int at)
    {
        switch (name.Text)
        {
            case ".text" or ".data" or ".rodata" or ".bss":
                Select(name.Text, name.Text == ".text", name.Text is ".data" or ".bss");
                break;
            case ".section":
                SelectNamed(tokens, ref at);
                break;
            case ".globl" or ".global" or ".local":
                Globals(name, tokens, ref at);
                break;
            case ".align" or ".p2align":
                var power = Known(tokens, ref at, 0, 16);
                Align(name, 1L << (int)power, tokens, at);
                break;
            case ".balign":
                var bytes = Known(tokens, ref at, 1, 65536);
                if ((bytes & (bytes - 1)) != 0)
                    throw new AsmException(name, $"{bytes.ToString(CultureInfo.InvariantCulture)} is no power of two");
                Align(name, (long)bytes, tokens, at);
                break;
            case ".org":
                Move(name, tokens, ref at);
                break;
            case ".byte":
                Data(name, tokens, ref at, 1);
                break;
            case ".2byte" or ".half" or ".short":
                Data(name, tokens, ref at, 2);
                break;
            case ".4byte" or ".word" or ".long":
                Data(name, tokens, ref at, 4);
                break;
            case ".8byte" or ".dword" or ".quad":
                Data(name, tokens, ref at, 8);
                break;
            case ".string" or ".asciz" or ".ascii":
                Strings(name, tokens, ref at);
                break;
            case ".zero" or ".skip" or ".space":
                var count = Known(tokens, ref at, 0, Assembler.MaxBytes);
                Zeros(name, count, TextFrom(tokens, Array.IndexOf(tokens, name)));
                break;
            case ".equ" or ".set":
                if (tokens[at].Kind != AsmKind.Name || !tokens[at + 1].Is(","))
                    throw AsmException.Expected("a name and ','", tokens[at]);
                Name(tokens[at], tokens, at + 2);
                return;
            case ".type" or ".size":
                return;
            default:
                throw new AsmException(
                    name, $"There is no directive '{name.Text}'", Suggestion.For(name.Text, Directives));
        }

        ExpectEnd(tokens, at);
    }

    /// <summary>A number that sizes depend on.</summary>
    private Int128 Known(AsmToken[] tokens, ref int at, Int128 low, Int128 high)
    {
        var first = tokens[at];
        var value = Value(tokens, ref at);
        if (!value.IsAbsolute)
            throw new AsmException(first, "This value must be known here: it can't depend on a label further down");
        if (value.Number < low || value.Number > high)
            throw OutOfRange(first, value.Number, low, high);
        return value.Number;
    }

    private static AsmException OutOfRange(AsmToken at, Int128 value, Int128 low, Int128 high)
    {
        var culture = CultureInfo.InvariantCulture;
        return new AsmException(
            at, $"The value {value.ToString(culture)} is out of range: {low.ToString(culture)} to {high.ToString(culture)}");
    }

    private void Select(string name, bool isExecutable, bool isWritable)
    {
        var found = _sections.Find(s => s.Name == name);
        if (found is null)
        {
            found = new Section(name, isExecutable, isWritable);
            _sections.Add(found);
        }

        _section = found;
    }

    /// <summary>Parts of the usual sections, such as .text.init, belong to them.</summary>
    private void SelectNamed(AsmToken[] tokens, ref int at)
    {
        var name = tokens[at];
        if (name.Kind is not (AsmKind.Name or AsmKind.String))
            throw AsmException.Expected("a section's name", name);
        at++;
        var flags = "";
        if (tokens[at].Is(",") && tokens[at + 1].Kind == AsmKind.String)
        {
            flags = tokens[at + 1].Text;
            while (tokens[at].Kind != AsmKind.End)
                at++;
        }

        var text = name.Text.Trim('"');
        foreach (var usual in new[] { ".text", ".data", ".rodata", ".bss" })
        {
            if (text != usual && !text.StartsWith(usual + ".", StringComparison.Ordinal))
                continue;
            Select(usual, usual == ".text", usual is ".data" or ".bss");
            return;
        }

        Select(text, flags.Contains('x', StringComparison.Ordinal), flags.Contains('w', StringComparison.Ordinal));
    }

    private void Globals(AsmToken directive, AsmToken[] tokens, ref int at)
    {
        while (true)
        {
            if (tokens[at].Kind != AsmKind.Name)
                throw AsmException.Expected("a label's name", tokens[at]);
            if (_second && directive.Text != ".local")
                _globals.Add(tokens[at]);
            at++;
            if (!tokens[at].Is(","))
                return;
            at++;
        }
    }

    private void Align(AsmToken name, long bytes, AsmToken[] tokens, int at)
    {
        ExpectEnd(tokens, at);
        var here = Here.Number;
        var gap = (long)((bytes - here % bytes) % bytes);
        if (gap > 0)
            Gap(name, gap);
    }

    /// <summary>Zeros, or in code the definition's own nops where they fit: as few as do, shorter ones first.</summary>
    private void Gap(AsmToken at, long bytes)
    {
        var fill = new List<Form>();
        var rest = bytes;
        foreach (var form in _forms.Of("nop"))
        {
            if (form is not { Encoding: { } encoding, Items: [] })
                continue;
            for (; rest >= encoding.Bits / 8; rest -= encoding.Bits / 8)
                fill.Add(form);
        }

        if (rest > 0 || !_section.IsExecutable || Here.Number % _isa.UnitBytes != 0)
        {
            Put(at, new byte[bytes], false, "");
            return;
        }

        for (var i = fill.Count - 1; i >= 0; i--)
            Encode(fill[i], [], at, "");
    }

    /// <summary>.org ADDRESS: begins an empty section there, else fills up to there with zeros.</summary>
    private void Move(AsmToken name, AsmToken[] tokens, ref int at)
    {
        var first = tokens[at];
        var address = Known(tokens, ref at, 0, ulong.MaxValue);
        if (_isa.AddressBits < 64 && address >> _isa.AddressBits != 0)
            throw OutOfRange(first, address, 0, (Int128.One << _isa.AddressBits) - 1);
        if (_section.Length == 0)
        {
            if (address % _isa.UnitBytes != 0)
                throw new AsmException(first, $"A section begins at a multiple of {_isa.UnitBytes} bytes");
            _section.Address = (ulong)address;
            return;
        }

        if (_section.Address is not { } start)
            throw new AsmException(name, $"The address of {_section.Name} isn't settled here", "put '.org' at its beginning");
        var gap = address - start - _section.Length;
        if (gap < 0)
        {
            throw new AsmException(
                first, $"This goes back from 0x{start + (ulong)_section.Length:x} to 0x{(ulong)address:x}");
        }

        Zeros(name, gap, TextFrom(tokens, 0));
    }

    private void Zeros(AsmToken at, Int128 bytes, string text)
    {
        if (bytes > Assembler.MaxBytes)
            throw new AsmException(at, $"This makes more than {Assembler.MaxBytes >> 20} MiB");
        Put(at, new byte[(int)bytes], false, text);
    }

    private void Data(AsmToken name, AsmToken[] tokens, ref int at, int size)
    {
        var bytes = new List<byte>();
        var index = Array.IndexOf(tokens, name);
        while (true)
        {
            var first = tokens[at];
            var value = Value(tokens, ref at);
            var (low, high) = (-(Int128.One << (8 * size - 1)), (Int128.One << (8 * size)) - 1);
            if (_second && !value.IsAbsolute)
                throw new AsmException(first, "This value is no number: labels of two sections can't be combined so");
            if (value.IsAbsolute && (value.Number < low || value.Number > high))
                throw OutOfRange(first, value.Number, low, high);
            for (var i = 0; i < size; i++)
                bytes.Add((byte)(value.Number >> (8 * (_isa.BigEndian ? size - 1 - i : i)) & 0xff));
            if (!tokens[at].Is(","))
                break;
            at++;
        }

        ExpectEnd(tokens, at);
        PutData(name, bytes, TextFrom(tokens, index));
    }

    private void Strings(AsmToken name, AsmToken[] tokens, ref int at)
    {
        var bytes = new List<byte>();
        while (true)
        {
            if (tokens[at].Kind != AsmKind.String)
                throw AsmException.Expected("a text in quotes", tokens[at]);
            bytes.AddRange(tokens[at++].Bytes);
            if (name.Text != ".ascii")
                bytes.Add(0);
            if (!tokens[at].Is(","))
                break;
            at++;
        }

        ExpectEnd(tokens, at);
        PutData(name, bytes, TextFrom(tokens, Array.IndexOf(tokens, name)));
    }

    private void PutData(AsmToken at, List<byte> bytes, string text)
    {
        var all = bytes.ToArray().AsSpan();
        for (var done = 0; done < all.Length; done += DataInLine)
            Put(at, all.Slice(done, Math.Min(DataInLine, all.Length - done)), false, done == 0 ? text : "");
    }
}
