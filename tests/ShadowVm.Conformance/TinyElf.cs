namespace ShadowVm.Conformance;

/// <summary>Writes a little-endian ELF executable of segments; it begins at the first one.</summary>
internal static class TinyElf
{
    private const ulong PageBytes = 1 << 13;

    public static byte[] Build(int bits, int machine, params (ulong Address, byte[] Bytes)[] segments)
    {
        var wide = bits == 64;
        var (header, entry) = wide ? (64, 56) : (52, 32);
        var stream = new MemoryStream();
        var to = new BinaryWriter(stream);
        void Word(ulong value)
        {
            if (wide) to.Write(value);
            else to.Write((uint)value);
        }

        to.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', (byte)(wide ? 2 : 1), 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        to.Write((ushort)2);
        to.Write((ushort)machine);
        to.Write(1u);
        Word(segments[0].Address);
        Word((ulong)header);
        Word(0);
        to.Write(0u);
        foreach (var value in new[] { header, entry, segments.Length, 0, 0, 0 }) to.Write((ushort)value);

        // A kernel maps pages: a segment lies in the file where its address lies in a page.
        var at = (ulong)(header + (segments.Length * entry));
        var places = new List<ulong>();
        foreach (var (address, bytes) in segments)
        {
            at += (address - at) & (PageBytes - 1);
            places.Add(at);
            to.Write(1u);
            if (wide) to.Write(7u);
            Word(at);
            Word(address);
            Word(address);
            Word((ulong)bytes.Length);
            Word((ulong)bytes.Length);
            if (!wide) to.Write(7u);
            Word(PageBytes);
            at += (ulong)bytes.Length;
        }

        foreach (var ((_, bytes), place) in segments.Zip(places))
        {
            to.Write(new byte[(int)place - (int)stream.Position]);
            to.Write(bytes);
        }

        to.Flush();
        return stream.ToArray();
    }
}
