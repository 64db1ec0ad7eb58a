using System.Buffers.Binary;
using System.Text;

namespace ShadowVm.Machine.Tests;

/// <summary>Writes ELF executables of either class and byte order: header, program headers, bytes, symbols.</summary>
internal sealed class ElfBuilder(int bits = 64, bool bigEndian = false)
{
    private readonly List<(uint Type, ulong Virtual, ulong Physical, byte[] Bytes, ulong Memory)> _segments = [];
    private readonly List<(string Name, ulong Address, ulong Size, byte Type, ushort Section)> _symbols = [];
    private byte[] _file = [];

    public ushort Machine { get; set; } = 243;

    public ushort Type { get; set; } = 2;

    public ulong Entry { get; set; } = TestHost.RamStart;

    private bool Wide => bits == 64;

    public ElfBuilder Load(ulong physical, byte[] bytes, ulong? memory = null, ulong? linked = null)
    {
        _segments.Add((1, linked ?? physical, physical, bytes, memory ?? (ulong)bytes.Length));
        return this;
    }

    public ElfBuilder Segment(uint type)
    {
        _segments.Add((type, 0, 0, [0], 1));
        return this;
    }

    public ElfBuilder Symbol(string name, ulong address, ulong size = 0, byte type = 2, ushort section = 1)
    {
        _symbols.Add((name, address, size, type, section));
        return this;
    }

    public byte[] Build()
    {
        var headerBytes = Wide ? 64 : 52;
        var programBytes = Wide ? 56 : 32;
        var at = headerBytes + (programBytes * _segments.Count);
        _file = new byte[at];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(Wide ? 2 : 1), (byte)(bigEndian ? 2 : 1), 1 }
            .CopyTo(_file, 0);
        Half(16, Type);
        Half(18, Machine);
        Int(20, 1);
        Word(24, Entry);
        Word(Wide ? 32 : 28, (ulong)headerBytes);
        var tail = Wide ? 52 : 40;
        Half(tail, (ushort)headerBytes);
        Half(tail + 2, (ushort)programBytes);
        Half(tail + 4, (ushort)_segments.Count);
        for (var index = 0; index < _segments.Count; index++) AddSegment(index, headerBytes + (index * programBytes));
        if (_symbols.Count > 0) AddSymbols(tail);
        return _file;
    }

    private void AddSegment(int index, int header)
    {
        var (type, linked, physical, bytes, memory) = _segments[index];
        var offset = Append(bytes);
        Int(header, type);
        ulong[] fields = [(ulong)offset, linked, physical, (ulong)bytes.Length, memory];
        for (var field = 0; field < fields.Length; field++)
        {
            Word(header + (Wide ? 8 + (field * 8) : 4 + (field * 4)), fields[field]);
        }
    }

    private void AddSymbols(int tail)
    {
        var entry = Wide ? 24 : 16;
        var names = new List<byte> { 0 };
        var table = Append(new byte[entry * (_symbols.Count + 1)]);
        for (var index = 0; index < _symbols.Count; index++)
        {
            var (name, address, size, type, section) = _symbols[index];
            var at = table + (entry * (index + 1));
            Int(at, (uint)names.Count);
            names.AddRange(Encoding.UTF8.GetBytes(name));
            names.Add(0);
            Word(at + (Wide ? 8 : 4), address);
            Word(at + (Wide ? 16 : 8), size);
            _file[at + (Wide ? 4 : 12)] = (byte)(0x10 | type);
            Half(at + (Wide ? 6 : 14), section);
        }

        var text = Append([.. names]);
        var sectionBytes = Wide ? 64 : 40;
        var sections = Append(new byte[sectionBytes * 3]);
        AddSection(sections + sectionBytes, 2, table, entry * (_symbols.Count + 1), 2);
        AddSection(sections + (2 * sectionBytes), 3, text, names.Count, 0);
        Word(Wide ? 40 : 32, (ulong)sections);
        Half(tail + 6, (ushort)sectionBytes);
        Half(tail + 8, 3);
    }

    private void AddSection(int at, uint type, int offset, int size, uint link)
    {
        Int(at + 4, type);
        Word(at + (Wide ? 24 : 16), (ulong)offset);
        Word(at + (Wide ? 32 : 20), (ulong)size);
        Int(at + (Wide ? 40 : 24), link);
    }

    private int Append(byte[] bytes)
    {
        var at = _file.Length;
        Array.Resize(ref _file, at + bytes.Length);
        bytes.CopyTo(_file, at);
        return at;
    }

    private void Half(int at, ushort value)
    {
        if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(_file.AsSpan(at), value);
        else BinaryPrimitives.WriteUInt16LittleEndian(_file.AsSpan(at), value);
    }

    private void Int(int at, uint value)
    {
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(_file.AsSpan(at), value);
        else BinaryPrimitives.WriteUInt32LittleEndian(_file.AsSpan(at), value);
    }

    private void Word(int at, ulong value)
    {
        if (!Wide) Int(at, (uint)value);
        else if (bigEndian) BinaryPrimitives.WriteUInt64BigEndian(_file.AsSpan(at), value);
        else BinaryPrimitives.WriteUInt64LittleEndian(_file.AsSpan(at), value);
    }
}
