using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Isa.Assembly;

/// <summary>
/// Writes what was assembled as a static ELF executable: a segment for each section, and a symbol table. Class,
/// machine and byte order are the definition's.
/// </summary>
public static class ElfWriter
{
    private const int Page = 4096;
    private const int Executable = 2;
    private const int ProgramBits = 1;
    private const int SymbolTable = 2;
    private const int StringTable = 3;

    /// <summary>The file's bytes.</summary>
    /// <param name="isa">The definition that the text was assembled with.</param>
    /// <param name="result">What was assembled.</param>
    /// <exception cref="ArgumentException">The text had errors.</exception>
    public static byte[] Write(IsaDefinition isa, AssemblyResult result)
    {
        if (!result.Succeeded)
            throw new ArgumentException("A text with errors makes no executable.", nameof(result));
        var to = new Output(isa.ElfClass == 64, isa.BigEndian);
        var header = to.IsWide ? 64 : 52;
        var count = result.Sections.Count;
        var at = header + (count * (to.IsWide ? 56 : 32));
        var offsets = new int[count];
        for (var i = 0; i < count; i++)
        {
            // Offset and address agree within a page, as loaders that map pages want it.
            var within = (int)(result.Sections[i].Address % Page);
            at += (within - (at % Page) + Page) % Page;
            offsets[i] = at;
            at += result.Sections[i].Bytes.Length;
        }

        var (symbols, names, locals) = Symbols(to, result);
        var symbolsAt = (at + 7) & ~7;
        var namesAt = symbolsAt + symbols.Length;
        var titles = new Strings();
        var titleOf = result.Sections.Select(s => titles.Add(s.Name)).ToArray();
        var (symbolTitle, stringTitle, titleTitle) = (titles.Add(".symtab"), titles.Add(".strtab"), titles.Add(".shstrtab"));
        var titlesAt = namesAt + names.Length;
        var sectionsAt = (titlesAt + titles.Length + 7) & ~7;

        to.Bytes([0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(to.IsWide ? 2 : 1), (byte)(isa.BigEndian ? 2 : 1), 1]);
        to.Pad(16);
        to.Half(Executable);
        to.Half(isa.ElfMachine);
        to.Word(1);
        to.Address(result.Entry);
        to.Address((ulong)header);
        to.Address((ulong)sectionsAt);
        to.Word(0);
        foreach (var value in new[] { header, to.IsWide ? 56 : 32, count, to.IsWide ? 64 : 40, count + 4, count + 3 })
            to.Half(value);
        for (var i = 0; i < count; i++)
            Segment(to, result.Sections[i], offsets[i]);
        for (var i = 0; i < count; i++)
        {
            to.Pad(offsets[i]);
            to.Bytes(result.Sections[i].Bytes);
        }

        to.Pad(symbolsAt);
        to.Bytes(symbols);
        to.Bytes(names);
        to.Bytes(titles.ToArray());
        to.Pad(sectionsAt);
        Header(to, 0, 0, 0, 0, 0, 0);
        for (var i = 0; i < count; i++)
        {
            var section = result.Sections[i];
            var flags = 2 | (section.IsWritable ? 1 : 0) | (section.IsExecutable ? 4 : 0);
            Header(to, titleOf[i], ProgramBits, flags, section.Address, offsets[i], section.Bytes.Length);
        }

        Header(
            to, symbolTitle, SymbolTable, 0, 0, symbolsAt, symbols.Length, count + 2, locals, 8, to.IsWide ? 24 : 16);
        Header(to, stringTitle, StringTable, 0, 0, namesAt, names.Length);
        Header(to, titleTitle, StringTable, 0, 0, titlesAt, titles.Length);
        return to.ToArray();
    }

    private static void Segment(Output to, AssembledSection section, int offset)
    {
        var flags = 4u | (section.IsWritable ? 2u : 0) | (section.IsExecutable ? 1u : 0);
        to.Word(1);
        if (to.IsWide)
            to.Word(flags);
        to.Address((ulong)offset);
        to.Address(section.Address);
        to.Address(section.Address);
        to.Address((ulong)section.Bytes.Length);
        to.Address((ulong)section.Bytes.Length);
        if (!to.IsWide)
            to.Word(flags);
        to.Address(Page);
    }

    private static void Header(
        Output to, int title, int type, int flags, ulong address, int offset, int size,
        int link = 0, int info = 0, int alignment = 1, int entry = 0)
    {
        to.Word((uint)title);
        to.Word((uint)type);
        to.Address((ulong)flags);
        to.Address(address);
        to.Address((ulong)offset);
        to.Address((ulong)size);
        to.Word((uint)link);
        to.Word((uint)info);
        to.Address((ulong)alignment);
        to.Address((ulong)entry);
    }

    /// <summary>The table, its names, and the index of the first global symbol: local ones come first.</summary>
    private static (byte[] Symbols, byte[] Names, int Locals) Symbols(Output like, AssemblyResult result)
    {
        var to = new Output(like.IsWide, like.IsBigEndian);
        var names = new Strings();
        Symbol(0, 0, 0, 0);
        var locals = 1;
        foreach (var isGlobal in new[] { false, true })
        {
            foreach (var symbol in result.Symbols)
            {
                var section = result.Sections.ToList().FindIndex(s => s.Name == symbol.Section);
                if (symbol.IsGlobal != isGlobal || section < 0)
                    continue;
                Symbol(names.Add(symbol.Name), symbol.Address, isGlobal ? 1 << 4 : 0, section + 1);
                locals += isGlobal ? 0 : 1;
            }
        }

        return (to.ToArray(), names.ToArray(), locals);

        void Symbol(int name, ulong address, int info, int section)
        {
            to.Word((uint)name);
            if (to.IsWide)
            {
                to.Bytes([(byte)info, 0]);
                to.Half(section);
            }

            to.Address(address);
            to.Address(0);
            if (to.IsWide)
                return;
            to.Bytes([(byte)info, 0]);
            to.Half(section);
        }
    }

    private sealed class Strings
    {
        private readonly List<byte> _bytes = [0];

        public int Length => _bytes.Count;

        public int Add(string text)
        {
            var at = _bytes.Count;
            _bytes.AddRange(Encoding.UTF8.GetBytes(text));
            _bytes.Add(0);
            return at;
        }

        public byte[] ToArray() => _bytes.ToArray();
    }

    private sealed class Output(bool isWide, bool isBigEndian)
    {
        private readonly List<byte> _bytes = [];

        public bool IsWide => isWide;

        public bool IsBigEndian => isBigEndian;

        public byte[] ToArray() => _bytes.ToArray();

        public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

        public void Pad(int to)
        {
            while (_bytes.Count < to)
                _bytes.Add(0);
        }

        public void Half(int value) => Number((ulong)value, 2);

        public void Word(uint value) => Number(value, 4);

        public void Address(ulong value) => Number(value, isWide ? 8 : 4);

        private void Number(ulong value, int size)
        {
            Span<byte> bytes = stackalloc byte[8];
            if (isBigEndian)
            {
                BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
                Bytes(bytes[(8 - size)..]);
            }
            else
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
                Bytes(bytes[..size]);
            }
        }
    }
}
