using ShadowVm.Machine.Clock;

namespace ShadowVm.Machine.Tests;

public sealed class ClintTests : IDisposable
{
    private const ulong Timer = 1UL << 7;
    private const ulong Software = 1UL << 3;
    private const ulong Compare = 0x4000;
    private const ulong Time = 0xbff8;

    private readonly TestHost _host = new();
    private readonly Clint _clint;

    public ClintTests() => _clint = new Clint("c", 0x10000, 7, 3, 100, _host);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Registers_at_reset()
    {
        Assert.Equal(0UL, Read(0, 4));
        Assert.Equal(ulong.MaxValue, Read(Compare, 8));
        Assert.Equal(0UL, Read(Time, 8));
        Assert.Equal(0UL, _clint.Lines);
        Assert.Null(_clint.Deadline);
    }

    [Fact]
    public void The_software_line_follows_bit_0_at_once()
    {
        Write(0, 4, 0xffff_ffff);
        Assert.Equal(1UL, Read(0, 4));
        Assert.Equal(Software, _clint.Lines);
        Write(0, 4, 0xffff_fffe);
        Assert.Equal(0UL, Read(0, 4));
        Assert.Equal(0UL, _clint.Lines);
    }

    [Fact]
    public void Time_counts_ticks_and_cannot_be_set()
    {
        _host.Time = 0x1234_5678_9abc_def0;
        var ticks = _host.Time / 100;
        Assert.Equal(ticks, Read(Time, 8));
        Assert.Equal((uint)ticks, Read(Time, 4));
        Assert.Equal(ticks >> 32, Read(Time + 4, 4));
        Write(Time, 8, 0);
        Write(Time, 4, 0);
        Write(Time + 4, 4, 0);
        Assert.Equal(ticks, Read(Time, 8));
    }

    [Fact]
    public void The_compare_value_is_written_whole_or_in_halves()
    {
        Write(Compare, 8, 0x1111_2222_3333_4444);
        Assert.Equal(0x3333_4444UL, Read(Compare, 4));
        Assert.Equal(0x1111_2222UL, Read(Compare + 4, 4));
        Write(Compare, 4, 0xffff_ffff_0000_0005);
        Assert.Equal(0x1111_2222_0000_0005UL, Read(Compare, 8));
        Write(Compare + 4, 4, 7);
        Assert.Equal(0x0000_0007_0000_0005UL, Read(Compare, 8));
    }

    [Fact]
    public void The_timer_rises_at_the_first_boundary_at_or_after_its_time_only()
    {
        Write(Compare, 8, 10);
        Assert.Equal(1000UL, _clint.Deadline);
        _clint.AtBoundary(999);
        Assert.Equal(0UL, _clint.Lines);
        _host.Time = 5000;
        Assert.Equal(50UL, Read(Time, 8));
        Assert.Equal(0UL, _clint.Lines); // time alone raises nothing between boundaries
        _clint.AtBoundary(1000);
        Assert.Equal(Timer, _clint.Lines);
        Assert.Null(_clint.Deadline);
    }

    [Fact]
    public void Writing_a_later_value_lowers_the_timer_at_once()
    {
        Write(Compare, 8, 10);
        _host.Time = 2000;
        _clint.AtBoundary(2000);
        Write(Compare, 8, 20); // not later than now: it goes on ringing
        Assert.Equal(Timer, _clint.Lines);
        Write(Compare, 8, 21);
        Assert.Equal(0UL, _clint.Lines);
        Assert.Equal(2100UL, _clint.Deadline);
    }

    [Fact]
    public void Writing_a_past_value_raises_nothing_before_the_next_boundary()
    {
        _host.Time = 2000;
        Write(Compare, 8, 1);
        Assert.Equal(0UL, _clint.Lines);
        Assert.Equal(100UL, _clint.Deadline);
        _clint.AtBoundary(2000);
        Assert.Equal(Timer, _clint.Lines);
    }

    [Fact]
    public void A_value_beyond_what_time_can_reach_has_no_deadline()
    {
        Write(Compare, 8, ulong.MaxValue / 100);
        Assert.Equal(ulong.MaxValue / 100 * 100, _clint.Deadline);
        Write(Compare, 8, (ulong.MaxValue / 100) + 1);
        Assert.Null(_clint.Deadline);
        _clint.AtBoundary(ulong.MaxValue);
        Assert.Equal(0UL, _clint.Lines);
    }

    [Fact]
    public void Registers_of_processors_that_are_not_there_read_zero_and_ignore_writes()
    {
        foreach (var (offset, bytes) in new[] { (4UL, 4), (0x3ffcUL, 4), (0x4008UL, 8), (0xbff0UL, 8) })
        {
            Write(offset, bytes, ulong.MaxValue);
            Assert.Equal(0UL, Read(offset, bytes));
        }

        Assert.Equal(0UL, _clint.Lines);
        Assert.Equal(ulong.MaxValue, Read(Compare, 8));
    }

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(0UL, 2)]
    [InlineData(0UL, 8)]
    [InlineData(2UL, 4)]
    [InlineData(0x4000UL, 1)]
    [InlineData(0x4000UL, 2)]
    [InlineData(0x4004UL, 8)]
    [InlineData(0xbffaUL, 4)]
    [InlineData(0xc000UL, 4)]
    [InlineData(0xfff8UL, 8)]
    public void Other_widths_and_offsets_are_refused(ulong offset, int bytes)
    {
        Assert.False(_clint.TryRead(offset, bytes, out _));
        Assert.False(_clint.TryWrite(offset, bytes, 0));
    }

    [Fact]
    public void Time_is_not_part_of_the_saved_state_but_the_ringing_is()
    {
        Write(Compare, 8, 10);
        var before = TestHost.Saved(_clint.Save);
        _host.Time = 5000;
        Assert.Equal(before, TestHost.Saved(_clint.Save));
        _clint.AtBoundary(5000);
        Assert.NotEqual(before, TestHost.Saved(_clint.Save));
    }

    private ulong Read(ulong offset, int bytes)
    {
        Assert.True(_clint.TryRead(offset, bytes, out var value));
        return value;
    }

    private void Write(ulong offset, int bytes, ulong value) => Assert.True(_clint.TryWrite(offset, bytes, value));
}
