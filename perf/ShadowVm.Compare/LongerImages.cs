using System.Buffers.Binary;
using System.Globalization;

namespace ShadowVm.Compare;

/// <summary>The workloads' images with more work in them: parameter 0, at entry + 8, holds how many rounds there are.</summary>
internal static class LongerImages
{
    private const int ParametersAfterEntry = 8;

    private static readonly string[] _variants = ["", "paged", "user"];

    /// <summary>Writes an image of each variant of each program whose parameter is its number of rounds.</summary>
    /// <param name="guests">Folder of the images as they were built.</param>
    /// <param name="target">Folder for the new ones, with the same folders inside.</param>
    /// <param name="programs">What to write.</param>
    /// <exception cref="CompareException">An image isn't a 64-bit little-endian ELF file that holds its parameters.</exception>
    public static void Write(string guests, string target, IEnumerable<Work> programs)
    {
        foreach (var work in programs)
        {
            foreach (var variant in _variants)
            {
                var name = Path.Combine(variant, work.Program + ".elf");
                var path = Path.Combine(target, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.Copy(Path.Combine(guests, name), path, overwrite: true); // with its mode: QEMU runs only executable files
                var image = File.ReadAllBytes(path);
                BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(OffsetOfParameters(image, name)), work.Rounds);
                File.WriteAllBytes(path, image);
            }
        }
    }

    private static int OffsetOfParameters(ReadOnlySpan<byte> image, string name)
    {
        if (image.Length < 64 || !image.StartsWith("\u007fELF\u0002\u0001"u8)) throw new CompareException($"{name} is no 64-bit ELF image");
        var entry = BinaryPrimitives.ReadUInt64LittleEndian(image[0x18..]);
        var headers = BinaryPrimitives.ReadUInt64LittleEndian(image[0x20..]);
        var bytes = BinaryPrimitives.ReadUInt16LittleEndian(image[0x36..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(image[0x38..]);
        for (var i = 0UL; i < count; i++)
        {
            var at = headers + (i * bytes);
            if (at + 56 > (ulong)image.Length) break;
            var segment = image[(int)at..];
            var into = entry + ParametersAfterEntry - BinaryPrimitives.ReadUInt64LittleEndian(segment[16..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(segment) != 1 // PT_LOAD
                || into >= BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]))
            {
                continue;
            }

            var offset = BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]) + into;
            if (offset + sizeof(ulong) <= (ulong)image.Length) return (int)offset;
        }

        throw new CompareException(string.Create(
            CultureInfo.InvariantCulture, $"{name} has no parameters at its entry 0x{entry:x} + {ParametersAfterEntry}"));
    }
}
