using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// A program's random numbers: SHA-256 over a seed and a counter. The same seed gives the same numbers on both
/// replicas; who doesn't know it can't tell them from chance.
/// </summary>
internal sealed class SeededRandom(ReadOnlyMemory<byte> seed)
{
    private readonly byte[] _input = [.. seed.Span, .. new byte[sizeof(ulong)]];
    private ulong _blocks;

    public void Fill(Span<byte> bytes)
    {
        Span<byte> block = stackalloc byte[SHA256.HashSizeInBytes];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_input.AsSpan(seed.Length), ++_blocks);
            SHA256.HashData(_input, block);
            var count = Math.Min(bytes.Length, block.Length);
            block[..count].CopyTo(bytes);
            bytes = bytes[count..];
        }
    }

    public void Save(StateWriter writer) => writer.Write("random", _blocks);
}
