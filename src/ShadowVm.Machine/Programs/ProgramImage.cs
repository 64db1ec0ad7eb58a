using System.Text;
using ShadowVm.Engine.Memory;
using ShadowVm.Machine.Elf;
using static ShadowVm.Machine.Elf.ElfConstants;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// A program, or its dynamic linker, as it comes to lie in memory: each segment at its virtual address, moved as a
/// whole where the file is position-independent.
/// </summary>
public sealed class ProgramImage
{
    private const int InterpreterBytesMax = 1024;

    private readonly ElfHeader _header;
    private readonly List<ElfSegment> _segments = [];

    private ProgramImage(string name, ReadOnlySpan<byte> bytes, ElfTarget target)
    {
        _header = ElfHeader.Read(name, bytes);
        ElfLoader.CheckTarget(_header, target);
        if (_header.Type is not (TypeExecutable or TypeShared))
            throw new ImageException($"{name}: not a program (type {_header.Type} at offset 16)");
        foreach (var segment in ElfLoader.ReadAllSegments(_header, new ElfReader(bytes, _header.Bits, _header.BigEndian)))
        {
            if (segment.Type == SegmentInterpreter) Interpreter = ReadInterpreter(name, bytes, segment);
            if (segment.Type != SegmentLoad || segment.MemoryBytes == 0) continue;
            Check(name, bytes.Length, segment);
            _segments.Add(segment);
        }

        if (_segments.Count == 0) throw new ImageException($"{name}: has no segment to load");
        Start = _segments.Min(segment => segment.Virtual);
        End = _segments.Max(segment => segment.Virtual + segment.MemoryBytes);
    }

    /// <summary>Whether it may lie anywhere.</summary>
    public bool IsMovable => _header.Type == TypeShared;

    /// <summary>Path of the dynamic linker that it asks for, or null where it is static.</summary>
    public string? Interpreter { get; }

    /// <summary>Lowest address, before it is moved.</summary>
    public ulong Start { get; }

    /// <summary>Address behind the last byte, before it is moved.</summary>
    public ulong End { get; }

    /// <summary>Address of the first instruction, before it is moved.</summary>
    public ulong Entry => _header.Entry;

    /// <summary>Bytes of a program header.</summary>
    public int HeaderBytes => _header.ProgramHeaderBytes;

    /// <summary>Number of program headers.</summary>
    public int HeaderCount => _header.ProgramHeaderCount;

    /// <summary>Where the program headers lie in memory, before it is moved; 0 where they don't.</summary>
    public ulong Headers
    {
        get
        {
            foreach (var segment in _segments)
            {
                var offset = _header.ProgramHeaders - segment.Offset;
                if (_header.ProgramHeaders >= segment.Offset && offset < segment.FileBytes) return segment.Virtual + offset;
            }

            return 0;
        }
    }

    /// <summary>Reads and checks a program.</summary>
    /// <exception cref="ImageException">It can't be used; the message says why.</exception>
    public static ProgramImage Read(string name, ReadOnlySpan<byte> bytes, ElfTarget target) => new(name, bytes, target);

    /// <summary>Copies it into memory.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="memory">Guest RAM.</param>
    /// <param name="bias">What is added to each of its addresses.</param>
    public void Load(ReadOnlySpan<byte> bytes, GuestMemory memory, ulong bias)
    {
        foreach (var segment in _segments)
        {
            if (!memory.Contains(segment.Virtual + bias, segment.MemoryBytes))
            {
                throw new ImageException(
                    $"{_header.Name}: segment {segment.Index} of 0x{segment.MemoryBytes:x} bytes at "
                    + $"0x{segment.Virtual + bias:x} lies outside of memory, 0x{memory.Start:x} to "
                    + $"0x{memory.Start + (memory.Size - 1):x}");
            }
        }

        // Memory is fresh: what the file doesn't fill is zero already.
        foreach (var segment in _segments.Where(segment => segment.FileBytes != 0))
            memory.TryCopyIn(segment.Virtual + bias, bytes.Slice((int)segment.Offset, (int)segment.FileBytes));
    }

    private static void Check(string name, int fileBytes, in ElfSegment segment)
    {
        // A segment of zeros alone may name a place behind the file's end.
        if (segment.FileBytes > segment.MemoryBytes || (segment.FileBytes != 0
            && (segment.Offset > (ulong)fileBytes || segment.FileBytes > (ulong)fileBytes - segment.Offset)))
        {
            throw new ImageException(
                $"{name}: truncated: segment {segment.Index} needs 0x{segment.FileBytes:x} bytes at offset "
                + $"0x{segment.Offset:x}, the file has 0x{fileBytes:x}");
        }

        if (segment.Virtual + segment.MemoryBytes < segment.Virtual)
            throw new ImageException($"{name}: segment {segment.Index} ends beyond the last address");
    }

    private static string ReadInterpreter(string name, ReadOnlySpan<byte> bytes, in ElfSegment segment)
    {
        if (segment.FileBytes is 0 or > InterpreterBytesMax || segment.Offset > (ulong)bytes.Length
            || segment.FileBytes > (ulong)bytes.Length - segment.Offset)
        {
            throw new ImageException($"{name}: program header {segment.Index} names no dynamic linker");
        }

        return Encoding.UTF8.GetString(bytes.Slice((int)segment.Offset, (int)segment.FileBytes)).TrimEnd('\0');
    }
}
