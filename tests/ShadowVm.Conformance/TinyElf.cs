using System.Buffers.Binary;

namespace ShadowVm.Conformance;

/// <summary>
/// Writes an ELF executable of segments. A segment lies in the file as it does in a page, so
/// that operating systems can map it.
/// </summary>
internal static class TinyElf
{
    private const ulong PageBytes = 0x1_0000;

    public static byte[] Build(
        int bits, int machine, bool bigEndian, uint flags, ulong start, params (ulong Address, byte[] Bytes)[] segments)
    {
        var wide = bits == 64;
        var (header, entry) = wide ? (64, 56) : (52, 32);
        var to = new MemoryStream();
        to.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(wide ? 2 : 1), (byte)(bigEndian ? 2 : 1), 1]);
        to.Write(new byte[9]);
        Number(2, 2);
        Number((ulong)machine, 2);
        Number(1, 4);
        Word(start);
        Word((ulong)header);
        Word(0);
        Number(flags, 4);
        foreach (var value in new[] { header, entry, segments.Length, 0, 0, 0 }) Number((ulong)value, 2);

        var at = (ulong)(header + (segments.Length * entry));
        var offsets = new List<ulong>();
        foreach (var (address, bytes) in segments)
        {
            at += (address - at) % PageBytes;
            offsets.Add(at);
            Number(1, 4);
            if (wide) Number(7, 4);
            Word(at);
            Word(address);
            Word(address);
            Word((ulong)bytes.Length);
            Word((ulong)bytes.Length);
            if (!wide) Number(7, 4);
            Word(PageBytes);
            at += (ulong)bytes.Length;
        }

        foreach (var ((_, bytes), offset) in segments.Zip(offsets))
        {
            to.SetLength((long)offset);
            to.Position = (long)offset;
            to.Write(bytes);
        }

        return to.ToArray();

        void Word(ulong value) => Number(value, wide ? 8 : 4);

        void Number(ulong value, int size)
        {
            Span<byte> bytes = stackalloc byte[8];
            if (bigEndian) BinaryPrimitives.WriteUInt64BigEndian(bytes, value << (64 - (8 * size)));
            else BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            to.Write(bytes[..size]);
        }
    }
}
