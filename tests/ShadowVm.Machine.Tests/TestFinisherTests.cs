using ShadowVm.Machine.Finisher;

namespace ShadowVm.Machine.Tests;

public sealed class TestFinisherTests : IDisposable
{
    private readonly TestHost _host = new();
    private readonly TestFinisher _finisher;

    public TestFinisherTests() => _finisher = new TestFinisher("t", 0x1000, _host);

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(4, 0x5555UL, 0)]
    [InlineData(2, 0x5555UL, 0)]
    [InlineData(4, 0x0007_5555UL, 0)]
    [InlineData(4, 0x0003_3333UL, 3)]
    [InlineData(4, 0xffff_3333UL, 65535)]
    [InlineData(4, 0xffff_ffff_0001_3333UL, 1)]
    [InlineData(2, 0x0003_3333UL, 0)]
    [InlineData(4, 0x7777UL, 0)]
    public void A_known_word_ends_the_guest(int bytes, ulong value, int code)
    {
        Assert.True(_finisher.TryWrite(0, bytes, value));
        Assert.Equal(code, _host.ExitCode);
    }

    [Theory]
    [InlineData(0UL, 4, 0x1234UL)]
    [InlineData(0UL, 4, 0x5555_0000UL)]
    [InlineData(4UL, 4, 0x5555UL)]
    [InlineData(2UL, 2, 0x5555UL)]
    public void Other_words_and_offsets_are_ignored(ulong offset, int bytes, ulong value)
    {
        Assert.True(_finisher.TryWrite(offset, bytes, value));
        Assert.Null(_host.ExitCode);
    }

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(0UL, 8)]
    [InlineData(1UL, 2)]
    [InlineData(2UL, 4)]
    public void Other_widths_and_unaligned_accesses_are_refused(ulong offset, int bytes)
    {
        Assert.False(_finisher.TryWrite(offset, bytes, 0x5555));
        Assert.False(_finisher.TryRead(offset, bytes, out _));
        Assert.Null(_host.ExitCode);
    }

    [Fact]
    public void It_reads_zero_and_has_no_state()
    {
        Assert.True(_finisher.TryRead(0, 4, out var value));
        Assert.Equal(0UL, value);
        Assert.Empty(TestHost.Saved(_finisher.Save));
        Assert.Equal((0UL, null), (_finisher.Lines, _finisher.Deadline));
    }
}
