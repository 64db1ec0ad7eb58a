using ShadowVm.Engine.Memory;
using static ShadowVm.Machine.Elf.ElfConstants;

namespace ShadowVm.Machine.Elf;

/// <summary>
/// Loads executables of the ELF format into guest RAM: each segment at its physical address, the entry point moved
/// from virtual to physical with the segment that it lies in, as QEMU does for kernels. The image is checked as a
/// whole first: where it is refused, RAM is as before.
/// </summary>
public static class ElfLoader
{
    /// <summary>Most program headers of an image.</summary>
    public const int MaxSegments = 256;

    /// <summary>Loads an image.</summary>
    /// <param name="name">Name of the image, for errors and reports.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="target">What it must be made for.</param>
    /// <param name="memory">Guest RAM.</param>
    /// <exception cref="ImageException">The image can't be loaded; the message says why.</exception>
    public static LoadedImage Load(string name, ReadOnlySpan<byte> bytes, ElfTarget target, GuestMemory memory)
    {
        var header = ElfHeader.Read(name, bytes);
        CheckTarget(header, target);
        CheckType(header);
        var segments = ReadSegments(header, new ElfReader(bytes, header.Bits, header.BigEndian));
        foreach (var segment in segments) CheckSegment(name, segment, bytes.Length, memory);
        CheckOverlaps(name, segments);
        var entry = FindEntry(header, segments);
        if (!memory.Contains(entry, 1))
        {
            throw new ImageException($"{name}: the entry point 0x{entry:x} lies outside RAM, {Range(memory)}");
        }

        foreach (var segment in segments) Copy(segment, bytes, memory);
        return new LoadedImage(name, entry, segments.Max(segment => segment.Physical + segment.MemoryBytes));
    }

    internal static void CheckTarget(ElfHeader header, ElfTarget target)
    {
        if (header.Bits != target.Bits)
        {
            throw new ImageException(
                $"{header.Name}: made for {header.Bits} bits (class at offset {ClassAt}), the guest has {target.Bits}");
        }

        if (header.BigEndian != target.BigEndian)
        {
            throw new ImageException(
                $"{header.Name}: {Order(header.BigEndian)} (byte order at offset {DataAt}), "
                + $"the guest is {Order(target.BigEndian)}");
        }

        if (header.Machine != target.Machine)
        {
            throw new ImageException(
                $"{header.Name}: made for machine number {header.Machine} (at offset 18), "
                + $"the guest has number {target.Machine}");
        }
    }

    private static void CheckType(ElfHeader header)
    {
        var what = header.Type switch
        {
            TypeExecutable => null,
            TypeRelocatable => "an object file that isn't linked",
            TypeShared => "a shared or position-independent file; link it with -static -no-pie",
            TypeCore => "a core dump",
            _ => "of a type that isn't known",
        };
        if (what is null) return;
        throw new ImageException($"{header.Name}: not an executable but {what} (type {header.Type} at offset 16)");
    }

    internal static List<ElfSegment> ReadSegments(ElfHeader header, in ElfReader reader)
    {
        var segments = new List<ElfSegment>();
        foreach (var segment in ReadAllSegments(header, reader))
        {
            if (segment.Type == SegmentInterpreter)
            {
                throw new ImageException(
                    $"{header.Name}: program header {segment.Index} asks for a dynamic linker; link the image with -static");
            }

            if (segment.Type == SegmentLoad && (segment.MemoryBytes | segment.FileBytes) != 0) segments.Add(segment);
        }

        return segments.Count > 0 ? segments : throw new ImageException($"{header.Name}: has no segment to load");
    }

    /// <summary>All program headers, whatever they are.</summary>
    internal static List<ElfSegment> ReadAllSegments(ElfHeader header, in ElfReader reader)
    {
        var (name, count, expected) =
            (header.Name, header.ProgramHeaderCount, ElfSegment.HeaderBytes(header.Bits));
        if (count > MaxSegments)
        {
            throw new ImageException($"{name}: {count} program headers are more than {MaxSegments}");
        }

        if (count > 0 && header.ProgramHeaderBytes != expected)
        {
            throw new ImageException(
                $"{name}: program headers of {header.ProgramHeaderBytes} bytes instead of {expected}");
        }

        if (!reader.Holds(header.ProgramHeaders, (ulong)(count * expected)))
        {
            throw new ImageException(
                $"{name}: truncated: {count} program headers at offset 0x{header.ProgramHeaders:x} "
                + "are not all in the file");
        }

        var segments = new List<ElfSegment>();
        for (var index = 0; index < count; index++)
        {
            segments.Add(ElfSegment.Read(reader, (int)header.ProgramHeaders + (index * expected), index));
        }

        return segments;
    }

    private static void CheckSegment(string name, ElfSegment segment, int fileBytes, GuestMemory memory)
    {
        var (index, offset, inFile, inMemory) =
            (segment.Index, segment.Offset, segment.FileBytes, segment.MemoryBytes);
        if (inFile > inMemory)
        {
            throw new ImageException(
                $"{name}: segment {index} has 0x{inFile:x} bytes in the file, more than 0x{inMemory:x} in memory");
        }

        if (offset > (ulong)fileBytes || inFile > (ulong)fileBytes - offset)
        {
            throw new ImageException(
                $"{name}: truncated: segment {index} needs 0x{inFile:x} bytes at offset 0x{offset:x}, "
                + $"the file has 0x{fileBytes:x}");
        }

        if (!memory.Contains(segment.Physical, inMemory))
        {
            throw new ImageException(
                $"{name}: segment {index} of 0x{inMemory:x} bytes at 0x{segment.Physical:x} "
                + $"lies outside RAM, {Range(memory)}");
        }
    }

    private static void CheckOverlaps(string name, List<ElfSegment> segments)
    {
        // All lie inside RAM now, so no end wraps. That they don't overlap bounds the work of loading by RAM's size.
        var sorted = new List<ElfSegment>(segments);
        sorted.Sort(static (a, b) =>
            a.Physical != b.Physical ? a.Physical.CompareTo(b.Physical) : a.Index.CompareTo(b.Index));
        for (var at = 1; at < sorted.Count; at++)
        {
            var (before, segment) = (sorted[at - 1], sorted[at]);
            if (segment.Physical - before.Physical >= before.MemoryBytes) continue;
            throw new ImageException(
                $"{name}: segments {before.Index} and {segment.Index} overlap at 0x{segment.Physical:x}");
        }
    }

    private static ulong FindEntry(ElfHeader header, List<ElfSegment> segments)
    {
        foreach (var segment in segments)
        {
            var offset = header.Entry - segment.Virtual; // below the segment this wraps to a huge offset
            if (offset < segment.FileBytes) return segment.Physical + offset;
        }

        return header.Entry;
    }

    private static void Copy(ElfSegment segment, ReadOnlySpan<byte> bytes, GuestMemory memory)
    {
        var fits = memory.TryCopyIn(segment.Physical, bytes.Slice((int)segment.Offset, (int)segment.FileBytes));
        if (!fits) throw new InvalidOperationException($"segment {segment.Index} was checked and doesn't fit");
        Clear(segment.Physical + segment.FileBytes, segment.MemoryBytes - segment.FileBytes, memory);
    }

    /// <summary>Zeros a range, leaving pages alone that hold zeros already: fresh RAM stays untouched.</summary>
    private static void Clear(ulong address, ulong length, GuestMemory memory)
    {
        ReadOnlySpan<byte> zeros = stackalloc byte[GuestMemory.PageBytes];
        while (length > 0)
        {
            var offset = address - memory.Start;
            var inPage = (int)(offset % GuestMemory.PageBytes);
            var count = (int)Math.Min(length, (ulong)(GuestMemory.PageBytes - inPage));
            var old = memory.Page((int)(offset >> GuestMemory.PageShift)).Slice(inPage, count);
            if (old.ContainsAnyExcept((byte)0)) memory.TryCopyIn(address, zeros[..count]);
            address += (ulong)count;
            length -= (ulong)count;
        }
    }

    private static string Order(bool bigEndian) => bigEndian ? "big-endian" : "little-endian";

    private static string Range(GuestMemory memory) =>
        $"0x{memory.Start:x} to 0x{memory.Start + (memory.Size - 1):x}";
}
