using System.Buffers.Binary;

namespace ShadowVm.Cli.Demo;

/// <summary>
/// A record as the bundled journal guest writes it, one to a sector (tests/Guests/journal.c): magic, number, revision,
/// 16 payload words, clock, ticks, disconnects, connection, checksum; 64-bit words, little-endian.
/// </summary>
internal readonly record struct JournalRecord(ulong Number, ulong Revision, ulong Disconnects, ulong Connection)
{
    public const int SectorBytes = 512;

    private const ulong Magic = 0x4c4e524a574f4453;
    private const int PayloadWords = 16;
    private const int Payload = 3;
    private const int DisconnectsWord = Payload + PayloadWords + 2;
    private const int ConnectionWord = DisconnectsWord + 1;
    private const int ChecksumWord = ConnectionWord + 1;
    private const ulong RevisedEvery = 5;

    /// <summary>The revision that a finished journal holds of this record.</summary>
    public static ulong LastRevision(ulong number) => number % RevisedEvery == 0 ? 2UL : 1;

    /// <summary>Reads a sector; one sentence where it isn't the whole record that it should be.</summary>
    public static string? TryRead(ReadOnlySpan<byte> sector, ulong number, out JournalRecord record)
    {
        record = default;
        var found = Word(sector, 0);
        if (found != Magic) return $"record {number} is not on the disk (its sector begins with {found:x16})";
        record = new JournalRecord(
            Word(sector, 1), Word(sector, 2), Word(sector, DisconnectsWord), Word(sector, ConnectionWord));
        if (record.Number != number) return $"the sector of record {number} holds record {record.Number}";
        var revision = LastRevision(number);
        if (record.Revision != revision) return $"record {number} is revision {record.Revision}, not {revision}";
        for (var i = 0; i < PayloadWords; i++)
        {
            if (Word(sector, Payload + i) != PayloadWord(number, revision, (ulong)i))
            {
                return $"word {i} of record {number}'s payload is {Word(sector, Payload + i):x16}";
            }
        }

        var checksum = Checksum(sector);
        return checksum == Word(sector, ChecksumWord)
            ? null
            : $"record {number}'s checksum is {Word(sector, ChecksumWord):x16}, its words give {checksum:x16}";
    }

    /// <summary>The guest's own checksum over numbers, revisions and payloads of all records.</summary>
    public static ulong Checksum(int records)
    {
        var hash = FnvBasis;
        for (var number = 1UL; number <= (ulong)records; number++)
        {
            var revision = LastRevision(number);
            hash = FnvAdd(FnvAdd(hash, number), revision);
            for (var i = 0UL; i < PayloadWords; i++) hash = FnvAdd(hash, PayloadWord(number, revision, i));
        }

        return hash;
    }

    private const ulong FnvBasis = 0xcbf29ce484222325;

    private static ulong Checksum(ReadOnlySpan<byte> sector)
    {
        var hash = FnvBasis;
        for (var i = 0; i < ChecksumWord; i++) hash = FnvAdd(hash, Word(sector, i));
        return hash;
    }

    private static ulong FnvAdd(ulong hash, ulong word)
    {
        for (var i = 0; i < 8; i++)
        {
            hash = (hash ^ (word & 0xff)) * 0x100000001b3;
            word >>= 8;
        }

        return hash;
    }

    private static ulong PayloadWord(ulong number, ulong revision, ulong index)
    {
        var x = (number * 0x9e3779b97f4a7c15) + (revision * 0xbf58476d1ce4e5b9) + index;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }

    private static ulong Word(ReadOnlySpan<byte> sector, int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(sector[(8 * index)..]);
}
