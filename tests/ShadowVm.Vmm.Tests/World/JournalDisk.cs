using System.Buffers.Binary;

namespace ShadowVm.Vmm.Tests.World;

/// <summary>What a record says apart from clock, ticks, disconnects, connection and the checksum over them.</summary>
internal sealed record JournalContent(ulong Number, ulong Revision, string Payload);

/// <summary>Reads a journal's disk: one record to a sector (tests/Guests/journal.c).</summary>
internal static class JournalDisk
{
    private const ulong Magic = 0x4c4e524a574f4453;

    public static JournalContent[] Read(byte[] disk)
    {
        var records = new List<JournalContent>();
        for (var at = 0; at < disk.Length; at += 512)
        {
            if (Word(disk, at, 0) != Magic) break;
            var payload = Convert.ToHexString(disk, at + 24, 16 * 8);
            records.Add(new JournalContent(Word(disk, at, 1), Word(disk, at, 2), payload));
        }

        return [.. records];
    }

    private static ulong Word(byte[] disk, int at, int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(disk.AsSpan(at + (8 * index)));
}
