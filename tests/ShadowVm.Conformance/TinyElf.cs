namespace ShadowVm.Conformance;

/// <summary>Writes a little-endian ELF executable of segments; it begins at the first one.</summary>
internal static class TinyElf
{
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

        var at = (ulong)(header + (segments.Length * entry));
        foreach (var (address, bytes) in segments)
        {
            to.Write(1u);
            if (wide) to.Write(7u);
            Word(at);
            Word(address);
            Word(address);
            Word((ulong)bytes.Length);
            Word((ulong)bytes.Length);
            if (!wide) to.Write(7u);
            Word(4);
            at += (ulong)bytes.Length;
        }

        foreach (var (_, bytes) in segments) to.Write(bytes);
        to.Flush();
        return stream.ToArray();
    }
}
