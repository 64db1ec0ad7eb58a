using System.Buffers.Binary;
using ShadowVm.Cli.Demo;

namespace ShadowVm.Cli.Tests;

/// <summary>The demonstration's proof must fail where it should: a record that is not whole is found.</summary>
public class JournalRecordTests
{
    [Fact]
    public void The_checksum_of_200_records_is_the_guest_s() =>
        Assert.Equal(0xe080567e35aa624dUL, JournalRecord.Checksum(200));

    [Fact]
    public void An_empty_sector_holds_no_record() =>
        Assert.Equal(
            "record 3 is not on the disk (its sector begins with 0000000000000000)",
            JournalRecord.TryRead(new byte[512], 3, out _));

    [Fact]
    public void Another_record_s_sector_is_told()
    {
        var sector = new byte[512];
        BinaryPrimitives.WriteUInt64LittleEndian(sector, 0x4c4e524a574f4453);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(8), 9);
        Assert.Equal("the sector of record 3 holds record 9", JournalRecord.TryRead(sector, 3, out _));
    }

    [Fact]
    public void An_old_revision_is_told()
    {
        var sector = new byte[512];
        BinaryPrimitives.WriteUInt64LittleEndian(sector, 0x4c4e524a574f4453);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(8), 5);
        BinaryPrimitives.WriteUInt64LittleEndian(sector.AsSpan(16), 1);
        Assert.Equal("record 5 is revision 1, not 2", JournalRecord.TryRead(sector, 5, out _));
    }
}
