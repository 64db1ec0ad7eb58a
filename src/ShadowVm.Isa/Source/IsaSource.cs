using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;

namespace ShadowVm.Isa;

/// <summary>The text files of one definition: what is hashed, loaded and sent to a backup.</summary>
public sealed class IsaSource
{
    private UInt128? _hash;

    /// <summary>A definition held in memory.</summary>
    /// <param name="name">Name of the instruction set, its folder's name.</param>
    /// <param name="files">File names (without a folder) and their bytes; put into ordinal order here.</param>
    public IsaSource(string name, IEnumerable<(string Name, byte[] Bytes)> files)
    {
        Name = name;
        var list = new List<(string Name, byte[] Bytes)>(files);
        list.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        Files = list;
    }

    /// <summary>Name of the instruction set.</summary>
    public string Name { get; }

    /// <summary>The files in ordinal order of their names.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files { get; }

    /// <summary>Files of tests that lie beside the definition; no part of it, and read only by who asks for them.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Vectors { get; private init; } = [];

    /// <summary>The same definition with files of tests.</summary>
    public IsaSource WithVectors(IReadOnlyList<(string Name, byte[] Bytes)> vectors) => new(Name, Files) { Vectors = vectors };

    /// <summary>XxHash128 over names and bytes of all files, each preceded by its length.</summary>
    public UInt128 Hash => _hash ??= HashOf(Files);

    /// <summary>Reads all *.isa files of a folder. No other place reads definition files.</summary>
    /// <param name="path">The definition's folder, such as isa/NAME.</param>
    /// <param name="vectors">Whether files of tests (*.vectors) are wanted as well.</param>
    /// <exception cref="IsaException">The folder or a file can't be read, is empty or too large.</exception>
    public static IsaSource FromFolder(string path, bool vectors = false)
    {
        try
        {
            var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
            var files = ReadAll(path, full, "isa");
            if (files.Count == 0)
                throw new IsaException($"The folder {path} holds no .isa file.");
            var source = new IsaSource(Path.GetFileName(full), files);
            return vectors ? source.WithVectors(ReadAll(path, full, "vectors")) : source;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IsaException($"The definition folder {path} can't be read: {e.Message}");
        }
    }

    /// <summary>
    /// Whether an image of an ELF machine number may be for this definition, from a glance at the bytes of its <c>elf</c> lines:
    /// what is for other machines need not be read. A number that isn't plain may be any.
    /// </summary>
    /// <param name="machine">The machine number in the ELF header.</param>
    public bool MayBeForElf(int machine)
    {
        foreach (var (_, bytes) in Files)
        {
            var rest = bytes.AsSpan();
            while (rest.IndexOf("elf "u8) is >= 0 and var at)
            {
                var before = rest[..at].TrimEnd((byte)' ');
                rest = rest[at..];
                var end = rest.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                if ((before.IsEmpty || before[^1] == (byte)'\n') && MayNameMachine(line, machine))
                    return true;
                rest = rest[line.Length..];
            }
        }

        return false;
    }

    private static bool MayNameMachine(ReadOnlySpan<byte> line, int machine)
    {
        var word = "machine "u8;
        if (line.IndexOf(word) is not (>= 0 and var at))
            return false;
        var number = line[(at + word.Length)..].TrimStart((byte)' ');
        if (number.IndexOfAny((byte)' ', (byte)'\r') is >= 0 and var end)
            number = number[..end];
        var format = number.StartsWith("0x"u8) ? 'x' : 'd';
        if (format == 'x')
            number = number[2..];
        var isPlain = Utf8Parser.TryParse(number, out int plain, out var read, format) && read == number.Length;
        return !isPlain || plain == machine;
    }

    private static List<(string, byte[])> ReadAll(string path, string full, string extension)
    {
        var files = Directory.GetFiles(full, "*." + extension);
        if (files.Length > Limits.Files)
        {
            throw new IsaException(
                $"The folder {path} holds {files.Length} .{extension} files; {Limits.Files} is the limit.");
        }

        Array.Sort(files, string.CompareOrdinal);
        var list = new List<(string, byte[])>(files.Length);
        foreach (var file in files)
        {
            var length = new FileInfo(file).Length;
            if (length > Limits.FileBytes)
                throw new IsaException($"The file {file} has {length} bytes; {Limits.FileBytes} is the limit.");
            list.Add((Path.GetFileName(file), File.ReadAllBytes(file)));
        }

        return list;
    }

    private static UInt128 HashOf(IReadOnlyList<(string Name, byte[] Bytes)> files)
    {
        var hash = new XxHash128();
        Span<byte> length = stackalloc byte[8];
        foreach (var (name, bytes) in files)
        {
            var nameBytes = Encoding.UTF8.GetBytes(name);
            BinaryPrimitives.WriteInt64LittleEndian(length, nameBytes.Length);
            hash.Append(length);
            hash.Append(nameBytes);
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            hash.Append(length);
            hash.Append(bytes);
        }

        Span<byte> result = stackalloc byte[16];
        hash.GetCurrentHash(result);
        return new UInt128(
            BinaryPrimitives.ReadUInt64BigEndian(result), BinaryPrimitives.ReadUInt64BigEndian(result[8..]));
    }
}
