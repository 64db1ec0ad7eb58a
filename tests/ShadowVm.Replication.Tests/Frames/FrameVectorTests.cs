using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Tests.Frames;

/// <summary>The wire format, pinned: a change here is a change of the protocol's version.</summary>
public class FrameVectorTests
{
    // Length, checksum, body; in the order of Examples.All.
    private static readonly string[] Vectors =
    [
        "37000000 4ea4b1e639067674 01000100000005000000302e312e3033221100554477668899aabbccddeeff"
            + "070000000000000008070605040302010300000000000000",
        "32000000 8d96b85b5ee642f5 01010100000000000000" + "00000000000000000000000000000000"
            + "000000000000000000000000000000000000000000000000",
        "10000000 548f261cc85deb14 02100000002000000003000000010203",
        "11000000 d5e2684041609f60 0318171615141312112827262524232221",
        "0b000000 305b3e66e0a5e9c8 04060000006e6f3a20c3a9",
        "14000000 500f0d8cb3d37664 050500000000000000010003000102000000aabb",
        "12000000 c3c63e51c80205a8 050600000000000000010002000200000000",
        "36000000 d9d42f5735ebbba1 060900000000000000a08c00000000000001000000000000000200000000000000"
            + "030000000000000004000000000000000200000000",
        "36000000 a2dd427f62aae1bf 060a00000000000000a18c00000000000005000000000000000600000000000000"
            + "0700000000000000080000000000000001feffffff",
        "19000000 b7f262bbc79c3aca 070c000000000000000b00000000000000e0ab000000000000",
        "11000000 5c60c0c42ccd1fac 080d0000000000000020cb000000000000",
        "09000000 13056a9a90023ef2 090e00000000000000",
        "06000000 32a9ecc0a9775f23 0a0003000000",
        "06000000 9a815e9499104001 0a0182000000",
    ];

    public static TheoryData<int> Indices => [.. Enumerable.Range(0, Vectors.Length)];

    [Theory]
    [MemberData(nameof(Indices))]
    public void Frame_is_written_as_it_always_was(int index) =>
        Assert.Equal(Vectors[index].Replace(" ", ""), Convert.ToHexStringLower(Examples.ToBytes(Examples.All[index])));

    [Theory]
    [MemberData(nameof(Indices))]
    public void Stored_bytes_are_read_as_the_frame_that_they_were(int index)
    {
        var frame = Examples.FromBytes(Convert.FromHexString(Vectors[index].Replace(" ", "")));
        Assert.Equal(Examples.All[index].GetType(), frame.GetType());
        Assert.Equal(Examples.ToBytes(Examples.All[index]), Examples.ToBytes(frame));
    }

    [Fact]
    public void Every_kind_of_frame_has_a_vector()
    {
        var kinds = Vectors.Select(vector => (FrameKind)Convert.FromHexString(vector.Split(' ')[2])[0]).Distinct();
        Assert.Equal(Enum.GetValues<FrameKind>(), kinds.Order());
        Assert.Equal(Examples.All.Length, Vectors.Length);
    }

    [Fact]
    public void Fields_come_back_as_they_were_sent()
    {
        // Frames without arrays compare by value.
        foreach (var frame in Examples.All.Where(frame => frame is not (ConfigurationPart or InterruptFrame)))
        {
            Assert.Equal(frame, Examples.FromBytes(Examples.ToBytes(frame)));
        }

        var interrupt = (InterruptFrame)Examples.FromBytes(Examples.ToBytes(Examples.All[5]));
        Assert.Equal((5UL, 0x00030001U, true, false), (interrupt.Epoch, interrupt.Class, interrupt.Bound, interrupt.More));
        Assert.Equal([0xaa, 0xbb], interrupt.Data);
        var part = (ConfigurationPart)Examples.FromBytes(Examples.ToBytes(Examples.All[2]));
        Assert.Equal((0x10U, 0x20U), (part.Offset, part.Total));
        Assert.Equal([1, 2, 3], part.Data);
    }

    [Fact]
    public void Frames_behind_each_other_are_read_one_by_one()
    {
        ReadOnlySpan<byte> bytes = Examples.All.SelectMany(Examples.ToBytes).ToArray();
        foreach (var expected in Examples.All)
        {
            Assert.True(FrameCodec.TryRead(ref bytes, out var frame));
            Assert.Equal(Examples.ToBytes(expected), Examples.ToBytes(frame));
        }

        Assert.True(bytes.IsEmpty);
    }
}
