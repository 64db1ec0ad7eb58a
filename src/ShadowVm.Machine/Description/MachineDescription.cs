using System.IO.Hashing;
using ShadowVm.Engine.Memory;

namespace ShadowVm.Machine.Description;

/// <summary>
/// A machine: where RAM and devices lie and how devices are wired. It is read from a text of statements, one on a
/// line, words separated by blanks, <c>#</c> begins a comment:
/// <code>
/// machine NAME
/// for NAME...                           the guest architectures that it goes with
/// abi linux                             it runs Linux programs: no devices, and RAM begins where the definition says
/// ram at ADDRESS size SIZE              the default size; with abi only: ram size SIZE
/// device NAME KIND at ADDRESS size SIZE [PROPERTY VALUE]...
/// </code>
/// Numbers are decimal or 0x hexadecimal; sizes may end in K, M, G or T (powers of 1024), frequencies end in Hz, kHz,
/// MHz or GHz.
/// </summary>
public sealed class MachineDescription
{
    /// <summary>Longest text in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Most devices of a machine.</summary>
    public const int MaxDevices = 64;

    /// <summary>The value of <see cref="Abi"/> where the guest is a Linux program.</summary>
    public const string LinuxAbi = "linux";

    /// <summary>Largest RAM in bytes.</summary>
    public const ulong MaxRam = 1UL << 40;

    internal MachineDescription(
        string fileName,
        byte[] source,
        string name,
        IReadOnlyList<string> architectures,
        string? abi,
        ulong ramStart,
        ulong ramSize,
        IReadOnlyList<DeviceDescription> devices)
    {
        FileName = fileName;
        Source = source;
        Name = name;
        Architectures = architectures;
        Abi = abi;
        RamStart = ramStart;
        RamSize = ramSize;
        Devices = devices;
    }

    /// <summary>Name of the file that it was read from.</summary>
    public string FileName { get; }

    /// <summary>The text as it was read, so that it can be handed on and parsed again.</summary>
    public ReadOnlyMemory<byte> Source { get; }

    /// <summary>XxHash128 of <see cref="Source"/>.</summary>
    public UInt128 Hash => XxHash128.HashToUInt128(Source.Span);

    /// <summary>Name of the machine.</summary>
    public string Name { get; }

    /// <summary>Names of the guest architectures that it goes with, at least one.</summary>
    public IReadOnlyList<string> Architectures { get; }

    /// <summary>
    /// The definition's <c>abi</c> whose programs this machine runs; null where the guest has the machine for itself.
    /// </summary>
    public string? Abi { get; }

    /// <summary>First guest physical address of RAM, a multiple of the page size; 0 where the abi says it.</summary>
    public ulong RamStart { get; }

    /// <summary>Size of RAM in bytes where nothing else is asked for.</summary>
    public ulong RamSize { get; }

    /// <summary>The devices; a device's position is its index on the bus.</summary>
    public IReadOnlyList<DeviceDescription> Devices { get; }

    /// <summary>Reads a description.</summary>
    /// <param name="fileName">Name for errors.</param>
    /// <param name="bytes">The text.</param>
    /// <exception cref="MachineDescriptionException">There are errors: all of them are in it.</exception>
    public static MachineDescription Parse(string fileName, ReadOnlySpan<byte> bytes) =>
        new DescriptionParser(fileName, bytes).Parse();

    /// <summary>Says why RAM of this size can't be had on this machine: one sentence, or null where it can.</summary>
    /// <param name="size">Size in bytes.</param>
    public string? RamProblem(ulong size) => RamProblem(RamStart, size, Devices);

    internal static string? RamProblem(ulong start, ulong size, IReadOnlyList<DeviceDescription> devices)
    {
        if (size is 0 or > MaxRam || size % GuestMemory.PageBytes != 0)
        {
            return $"RAM size 0x{size:x} is not a number of 4096-byte pages from 1 page to 1 TiB";
        }

        if (start + (size - 1) < start) return $"RAM of 0x{size:x} bytes at 0x{start:x} ends beyond 64 bits";
        var hit = devices.FirstOrDefault(device => Overlap(start, size, device.Start, device.Size));
        return hit is null
            ? null
            : $"RAM from 0x{start:x} to 0x{start + (size - 1):x} overlaps the device '{hit.Name}' at 0x{hit.Start:x}";
    }

    /// <summary>Whether two windows, neither empty nor wrapping, have an address in common.</summary>
    internal static bool Overlap(ulong start, ulong size, ulong otherStart, ulong otherSize) =>
        start <= otherStart + (otherSize - 1) && otherStart <= start + (size - 1);
}
