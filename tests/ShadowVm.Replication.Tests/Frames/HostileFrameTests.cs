using System.Buffers;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Tests.Frames;

/// <summary>Bytes that no replica sent: refused with one sentence, before anything is allocated for them.</summary>
public class HostileFrameTests
{
    [Fact]
    public void Any_flipped_bit_is_refused()
    {
        foreach (var frame in Examples.All)
        {
            var whole = Examples.ToBytes(frame);
            // A length that grew takes what comes behind it into the body, and then the checksum is wrong.
            var stream = new byte[FrameCodec.HeaderBytes + FrameLimits.BodyBytesMax + whole.Length];
            for (var bit = 0; bit < whole.Length * 8; bit++)
            {
                whole.CopyTo(stream, 0);
                stream[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Throws<FrameException>(() => Read(stream));
            }
        }
    }

    [Fact]
    public void Frame_that_is_not_whole_waits_for_the_rest()
    {
        foreach (var frame in Examples.All)
        {
            var whole = Examples.ToBytes(frame);
            for (var length = 0; length < whole.Length; length++)
            {
                ReadOnlySpan<byte> start = whole.AsSpan(0, length);
                Assert.False(FrameCodec.TryRead(ref start, out _));
                Assert.Equal(length, start.Length);
            }
        }
    }

    [Fact]
    public void Body_that_ends_inside_a_field_is_refused_whatever_its_checksum()
    {
        foreach (var frame in Examples.All)
        {
            var body = Examples.ToBytes(frame)[FrameCodec.HeaderBytes..];
            for (var length = 1; length < body.Length; length++)
            {
                Assert.Throws<FrameException>(() => Read(Examples.WithHeader(body[..length])));
            }

            Assert.Throws<FrameException>(() => Read(Examples.WithHeader([.. body, 0])));
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(64u * 1024 + 1)]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    public void Length_out_of_bounds_is_refused_by_four_bytes_alone(uint length)
    {
        var bytes = BitConverter.GetBytes(length);
        var exception = Assert.Throws<FrameException>(() => Read(bytes));
        Assert.Contains($"{length} bytes", exception.Message);
        Assert.Contains("65536", exception.Message);
    }

    [Fact]
    public void Unknown_kind_is_refused_by_its_number() =>
        Assert.Contains("kind 200", Assert.Throws<FrameException>(() => Read(Examples.WithHeader(200, 1, 2))).Message);

    [Fact]
    public void Unknown_flags_are_refused_by_their_value()
    {
        var exception = Assert.Throws<FrameException>(() => Read(Examples.WithHeader(10, 0x82, 0, 0, 0, 0)));
        Assert.Contains("0x82", exception.Message);
    }

    [Fact]
    public void Length_of_a_field_is_checked_before_anything_is_allocated()
    {
        // A sentence of 2 GB in a frame of nine bytes.
        var text = Examples.WithHeader(4, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3, 4);
        // Sixty kilobytes of data of which one has come.
        var data = Examples.WithHeader([2, 0, 0, 0, 0, 1, 0, 0, 0, 0x00, 0xf0, 0, 0, 9]);
        foreach (var bytes in new[] { text, data })
        {
            Assert.Throws<FrameException>(() => Read(bytes)); // once before, for what the runtime itself allocates
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<FrameException>(() => Read(bytes));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
        }
    }

    [Fact]
    public void Random_bytes_are_refused_or_wait()
    {
        var state = 1UL;
        var bytes = new byte[64];
        for (var round = 0; round < 20_000; round++)
        {
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)((state = (state * 6364136223846793005) + 1) >> 56);
            // Half of them with a right header, so that the fields are reached.
            var sent = round % 2 == 0 ? bytes : Examples.WithHeader([(byte)(1 + (bytes[0] % 10)), .. bytes.AsSpan(1)]);
            try
            {
                ReadOnlySpan<byte> rest = sent;
                if (FrameCodec.TryRead(ref rest, out var frame)) Assert.Equal(sent, Examples.ToBytes(frame));
            }
            catch (FrameException e)
            {
                Assert.EndsWith(".", e.Message);
            }
        }
    }

    [Fact]
    public void Writing_the_end_of_an_epoch_allocates_nothing()
    {
        var end = Examples.All.OfType<EndOfEpoch>().First();
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        FrameCodec.Write(end, buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) FrameCodec.Write(end, buffer);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Largest_data_fits_and_one_more_byte_breaks_an_invariant_here_not_there()
    {
        var part = new ConfigurationPart(0, 1, new byte[FrameLimits.DataBytesMax]);
        Assert.True(Examples.ToBytes(part).Length <= FrameCodec.HeaderBytes + FrameLimits.BodyBytesMax);
        var larger = new ConfigurationPart(0, 1, new byte[FrameLimits.DataBytesMax + 1]);
        Assert.Throws<InvalidOperationException>(() => Examples.ToBytes(larger));
    }

    [Fact]
    public void Long_sentence_is_cut_not_refused()
    {
        var read = (Refuse)Examples.FromBytes(Examples.ToBytes(new Refuse(new string('x', 10_000))));
        Assert.Equal(FrameLimits.TextBytesMax, read.Sentence.Length);
    }

    private static Frame? Read(byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        return FrameCodec.TryRead(ref rest, out var frame) ? frame : null;
    }
}
