using ShadowVm.Machine.Channel;

namespace ShadowVm.Machine.Tests;

public sealed class ChannelCodecTests
{
    private static readonly string Sector = new('a', 1024); // in hexadecimal digits

    public static TheoryData<byte, string> Requests => new()
    {
        { 1, "01000000" + "ffffffff" + "0000000000000000" + "00000000" + "00000000" },
        { 2, "07000000" + "44332211" + "0807060504030200" + "80000000" + "00000000" },
        { 3, "02000000" + "05000000" + "0900000000000000" + "01000000" + "00000000" + Sector },
        { 4, "03000000" + "00000000" + "0000000000000000" + "00000000" + "00000000" },
    };

    public static TheoryData<byte, string> Replies => new()
    {
        { 1, "01000000" + "ffffffff" + "00000000" + "00000000" + "0004000000000000" },
        { 1, "01000000" + "ffffffff" + "01000000" + "00000000" + "0000000000000000" },
        { 1, "02000000" + "05000000" + "03000000" + "00000000" + "0000000000000000" },
        { 1, "02000000" + "05000000" + "00000000" + "00000000" + "0000000000000000" + new string('b', 1024) },
        { 2, "09000000" + "00000000" + "00000000" + "00000000" + "0000000000000000" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void Requests_have_the_layout_that_is_documented(byte kind, string payload)
    {
        var bytes = Convert.FromHexString(payload);
        Assert.True(ChannelRequest.TryDecode(kind, bytes, out var request));
        Assert.Equal((ChannelRequestKind)kind, request.Kind);
        Assert.Equal(bytes, request.Encode());
    }

    [Theory]
    [MemberData(nameof(Replies))]
    public void Replies_have_the_layout_that_is_documented(byte kind, string payload)
    {
        var bytes = Convert.FromHexString(payload);
        Assert.True(ChannelReply.TryDecode(kind, bytes, out var reply));
        Assert.Equal((ChannelReplyKind)kind, reply.Kind);
        Assert.Equal(bytes, reply.Encode());
        var input = reply.ToInput(6);
        Assert.Equal((6, kind, true), (input.Device, input.Kind, input.Bound));
        Assert.Equal(bytes, input.Data);
    }

    [Fact]
    public void Fields_are_where_they_belong()
    {
        Assert.True(ChannelRequest.TryDecode(
            3,
            Convert.FromHexString("02000000" + "05000000" + "0900000000000000" + "0100000000000000" + Sector),
            out var request));
        Assert.Equal((2U, 5U, 9UL, 1U, 512), (
            request.Connection, request.Tag, request.Sector, request.Count, request.Data.Length));

        Assert.True(ChannelReply.TryDecode(
            1,
            Convert.FromHexString("01000000" + "ffffffff" + "0000000000000000" + "0004000000000000"),
            out var reply));
        Assert.Equal((1U, 0xffff_ffffU, OperationStatus.Done, 1024UL, 0), (
            reply.Connection, reply.Tag, reply.Status, reply.Capacity, reply.Data.Length));
    }

    [Theory]
    [InlineData(1, "00000000" + "ffffffff" + "0000000000000000" + "00000000" + "00000000")] // no connection
    [InlineData(1, "01000000" + "feffffff" + "0000000000000000" + "00000000" + "00000000")] // another tag
    [InlineData(1, "01000000" + "ffffffff" + "0100000000000000" + "00000000" + "00000000")] // a sector
    [InlineData(1, "01000000" + "ffffffff" + "0000000000000000" + "00000000" + "01000000")] // reserved
    [InlineData(1, "01000000" + "ffffffff" + "0000000000000000" + "00000000" + "000000")] // short
    [InlineData(1, "01000000" + "ffffffff" + "0000000000000000" + "00000000" + "0000000000")] // long
    [InlineData(2, "01000000" + "00000000" + "0000000000000000" + "00000000" + "00000000")] // no sectors
    [InlineData(2, "01000000" + "00000000" + "0000000000000000" + "81000000" + "00000000")] // too many
    [InlineData(2, "01000000" + "00000000" + "0000000000004000" + "01000000" + "00000000")] // beyond 2^54
    [InlineData(2, "01000000" + "ffffffff" + "0000000000000000" + "01000000" + "00000000")] // the connect's tag
    [InlineData(3, "01000000" + "00000000" + "0000000000000000" + "01000000" + "00000000")] // a write without bytes
    [InlineData(4, "01000000" + "01000000" + "0000000000000000" + "00000000" + "00000000")] // a close with a tag
    [InlineData(0, "01000000" + "00000000" + "0000000000000000" + "00000000" + "00000000")] // no kind
    [InlineData(5, "01000000" + "00000000" + "0000000000000000" + "00000000" + "00000000")] // unknown kind
    [InlineData(1, "")]
    public void Requests_that_make_no_sense_are_not_decoded(byte kind, string payload) =>
        Assert.False(ChannelRequest.TryDecode(kind, Convert.FromHexString(payload), out _));

    [Theory]
    [InlineData(1, "00000000" + "05000000" + "00000000" + "00000000" + "0000000000000000")] // no connection
    [InlineData(1, "01000000" + "05000000" + "04000000" + "00000000" + "0000000000000000")] // unknown status
    [InlineData(1, "01000000" + "05000000" + "00000000" + "01000000" + "0000000000000000")] // reserved
    [InlineData(1, "01000000" + "05000000" + "00000000" + "00000000" + "0100000000000000")] // capacity of no connect
    [InlineData(1, "01000000" + "ffffffff" + "01000000" + "00000000" + "0100000000000000")] // capacity of a failure
    [InlineData(1, "01000000" + "05000000" + "00000000" + "00000000" + "0000000000000000" + "00")] // part of a sector
    [InlineData(1, "01000000" + "05000000" + "00000000" + "00000000" + "00000000000000")] // short
    [InlineData(2, "01000000" + "05000000" + "00000000" + "00000000" + "0000000000000000")] // a disconnect with a tag
    [InlineData(2, "01000000" + "00000000" + "01000000" + "00000000" + "0000000000000000")] // with a status
    [InlineData(0, "01000000" + "00000000" + "00000000" + "00000000" + "0000000000000000")] // no kind
    [InlineData(3, "01000000" + "00000000" + "00000000" + "00000000" + "0000000000000000")] // unknown kind
    [InlineData(2, "")]
    public void Replies_that_make_no_sense_are_not_decoded(byte kind, string payload) =>
        Assert.False(ChannelReply.TryDecode(kind, Convert.FromHexString(payload), out _));

    [Fact]
    public void Data_of_a_failed_read_and_too_much_data_are_not_decoded()
    {
        var failed = ChannelReply.Completed(1, 1, OperationStatus.InputOutputError, new byte[512]);
        Assert.False(ChannelReply.TryDecode(1, failed.Encode(), out _));
        var large = ChannelReply.Completed(1, 1, OperationStatus.Done, new byte[129 * 512]);
        Assert.False(ChannelReply.TryDecode(1, large.Encode(), out _));
        var largest = ChannelReply.Completed(1, 1, OperationStatus.Done, new byte[128 * 512]);
        Assert.True(ChannelReply.TryDecode(1, largest.Encode(), out _));
    }

    [Fact]
    public void Whatever_is_decoded_encodes_to_the_same_bytes()
    {
        var decoded = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var payload = new byte[random.Next(4) == 0 ? random.Next(40) : 24 + (random.Next(2) * 512)];
            for (var change = random.Next(6); change > 0 && payload.Length > 0; change--)
            {
                payload[random.Next(Math.Min(payload.Length, 24))] = (byte)random.Next(random.Next(2) == 0 ? 3 : 256);
            }

            var kind = (byte)random.Next(6);
            if (ChannelRequest.TryDecode(kind, payload, out var request))
            {
                decoded++;
                Assert.Equal(payload, request.Encode());
            }

            if (ChannelReply.TryDecode(kind, payload, out var reply))
            {
                decoded++;
                Assert.Equal(payload, reply.Encode());
            }
        }

        Assert.InRange(decoded, 100, 40_000);
    }
}
