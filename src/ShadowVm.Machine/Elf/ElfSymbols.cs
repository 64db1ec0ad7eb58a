using System.Text;
using static ShadowVm.Machine.Elf.ElfConstants;

namespace ShadowVm.Machine.Elf;

/// <summary>
/// Names of functions and labels by address, for disassembly and traces. Reading never fails: what makes no sense in
/// the file is left out, and what comes from the file is made safe to print.
/// </summary>
public sealed class ElfSymbols
{
    /// <summary>Most symbols that are looked at.</summary>
    public const int MaxSymbols = 1 << 20;

    /// <summary>Longest name in bytes; longer ones are cut.</summary>
    public const int MaxName = 256;

    /// <summary>No names.</summary>
    public static readonly ElfSymbols None = new([]);

    private readonly Symbol[] _symbols; // by address, one for each

    private ElfSymbols(Symbol[] symbols) => _symbols = symbols;

    /// <summary>Number of addresses that have a name.</summary>
    public int Count => _symbols.Length;

    /// <summary>Reads the symbol table (.symtab) of an image.</summary>
    /// <param name="bytes">The whole file.</param>
    public static ElfSymbols Read(ReadOnlySpan<byte> bytes)
    {
        ElfHeader header;
        try
        {
            header = ElfHeader.Read("", bytes);
        }
        catch (ImageException)
        {
            return None;
        }

        var reader = new ElfReader(bytes, header.Bits, header.BigEndian);
        if (FindTable(header, reader) is not { } table) return None;
        var symbols = ReadTable(bytes, reader, table.Symbols, table.Names);
        return symbols.Count == 0 ? None : new ElfSymbols(Settle(symbols));
    }

    /// <summary>Finds a function or label by its name; the one at the lowest address where there are several.</summary>
    /// <param name="name">The name.</param>
    /// <param name="address">Its address.</param>
    /// <param name="size">Its size in bytes, 0 where the file doesn't say.</param>
    public bool TryFind(string name, out ulong address, out ulong size)
    {
        var index = Array.FindIndex(_symbols, symbol => symbol.Name == name);
        (address, size) = index < 0 ? (0, 0) : (_symbols[index].Address, _symbols[index].Size);
        return index >= 0;
    }

    /// <summary>Finds the function or label that an address belongs to.</summary>
    /// <param name="address">Address as the code was linked.</param>
    /// <param name="name">Its name.</param>
    /// <param name="offset">Distance in bytes from its start.</param>
    /// <returns>False before the first symbol and behind the end of a function whose size is known.</returns>
    public bool TryFind(ulong address, out string name, out ulong offset)
    {
        var (low, high) = (0, _symbols.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_symbols[middle].Address <= address) low = middle + 1;
            else high = middle;
        }

        name = "";
        offset = 0;
        if (low == 0) return false;
        var symbol = _symbols[low - 1];
        offset = address - symbol.Address;
        if (symbol.Size != 0 && offset >= symbol.Size) return false;
        name = symbol.Name;
        return true;
    }

    private static (Section Symbols, Section Names)? FindTable(ElfHeader header, in ElfReader reader)
    {
        var size = header.Bits == 64 ? 64 : 40;
        var count = header.SectionHeaderCount;
        if (header.SectionHeaderBytes != size || !reader.Holds(header.SectionHeaders, (ulong)(count * size)))
        {
            return null;
        }

        for (var index = 0; index < count; index++)
        {
            var symbols = Section.Read(reader, (int)header.SectionHeaders + (index * size));
            if (symbols.Type != SectionSymbols || symbols.Link >= count) continue;
            var names = Section.Read(reader, (int)header.SectionHeaders + ((int)symbols.Link * size));
            return reader.Holds(symbols.Offset, symbols.Size) && reader.Holds(names.Offset, names.Size)
                ? (symbols, names)
                : null;
        }

        return null;
    }

    private static List<Symbol> ReadTable(
        ReadOnlySpan<byte> bytes, in ElfReader reader, Section symbols, Section names)
    {
        var wide = reader.Bits == 64;
        var entry = wide ? 24 : 16;
        var text = bytes.Slice((int)names.Offset, (int)names.Size);
        var count = (int)Math.Min(symbols.Size / (ulong)entry, MaxSymbols);
        var found = new List<Symbol>();
        for (var index = 0; index < count; index++)
        {
            var at = (int)symbols.Offset + (index * entry);
            var type = bytes[at + (wide ? 4 : 12)] & 0xf;
            var section = reader.Half(at + (wide ? 6 : 14));
            if (type is not (SymbolUntyped or SymbolFunction) || section is 0 or >= SectionReserved) continue;
            var name = ReadName(text, reader.Int(at));
            // Names that begin like these mark data and local labels within functions.
            if (name.Length == 0 || name[0] == '$' || name.StartsWith(".L", StringComparison.Ordinal)) continue;
            var address = reader.Word(at + (wide ? 8 : 4));
            var size = reader.Word(at + (wide ? 16 : 8));
            found.Add(new Symbol(address, size, name, type == SymbolFunction));
        }

        return found;
    }

    /// <summary>A name of a string table, cut where it is too long and safe to print.</summary>
    internal static string ReadName(ReadOnlySpan<byte> text, uint offset)
    {
        if (offset >= (uint)text.Length) return "";
        var name = text[(int)offset..];
        name = name[..Math.Min(name.Length, MaxName)];
        var end = name.IndexOf((byte)0);
        var read = Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
        return string.Create(read.Length, read, static (to, from) =>
        {
            for (var at = 0; at < to.Length; at++) to[at] = char.IsControl(from[at]) ? '?' : from[at];
        });
    }

    /// <summary>
    /// Sorts by address; where several share one, functions come before labels, then the file's order.
    /// </summary>
    private static Symbol[] Settle(List<Symbol> symbols) =>
        [.. symbols.OrderBy(symbol => symbol.Address).ThenBy(symbol => symbol.IsFunction ? 0 : 1)
            .DistinctBy(symbol => symbol.Address)];

    private readonly record struct Symbol(ulong Address, ulong Size, string Name, bool IsFunction);

    private readonly record struct Section(uint Type, uint Link, ulong Offset, ulong Size)
    {
        public static Section Read(in ElfReader reader, int at) => reader.Bits == 64
            ? new Section(reader.Int(at + 4), reader.Int(at + 40), reader.Word(at + 24), reader.Word(at + 32))
            : new Section(reader.Int(at + 4), reader.Int(at + 24), reader.Word(at + 16), reader.Word(at + 20));
    }
}
