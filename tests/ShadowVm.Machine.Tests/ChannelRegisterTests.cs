using ShadowVm.Machine.Channel;
using static ShadowVm.Machine.Channel.ChannelRegisters;

namespace ShadowVm.Machine.Tests;

public sealed class ChannelRegisterTests : IDisposable
{
    private readonly ChannelDriver _channel = new();

    public void Dispose() => _channel.Dispose();

    [Theory]
    [InlineData(0x00, 0x48434853)]
    [InlineData(0x04, 1)]
    [InlineData(0x08, 0)]
    [InlineData(0x10, 0)]
    [InlineData(0x14, 0)]
    [InlineData(0x18, 0)]
    [InlineData(0x1c, 0)]
    [InlineData(0x20, 0)]
    [InlineData(0x24, 0)]
    [InlineData(0x28, 0)]
    [InlineData(0x2c, 0)]
    [InlineData(0x30, 0)]
    [InlineData(0x34, 0)]
    [InlineData(0x38, 0)]
    [InlineData(0x3c, 0)]
    [InlineData(0x40, 0)]
    [InlineData(0x48, 0)]
    [InlineData(0x4c, 0)]
    [InlineData(0x50, 32)]
    public void Registers_at_reset(ulong register, uint value) => Assert.Equal(value, _channel[register]);

    [Theory]
    [InlineData(0x18)]
    [InlineData(0x1c)]
    [InlineData(0x20)]
    [InlineData(0x24)]
    [InlineData(0x28)]
    [InlineData(0x2c)]
    public void Writable_registers_hold_what_was_written(ulong register)
    {
        _channel[register] = 0x89ab_cdef;
        Assert.Equal(0x89ab_cdefU, _channel[register]);
        Assert.True(_channel.Device.TryWrite(register, 4, 0x5555_5555_0000_0001));
        Assert.Equal(1U, _channel[register]);
    }

    [Fact]
    public void Interrupt_enable_has_one_bit()
    {
        _channel[InterruptEnable] = 0xffff_ffff;
        Assert.Equal(1U, _channel[InterruptEnable]);
        _channel[InterruptEnable] = 2;
        Assert.Equal(0U, _channel[InterruptEnable]);
    }

    [Theory]
    [InlineData(Sector)]
    [InlineData(Address)]
    public void Wide_registers_are_written_whole_or_in_halves(ulong register)
    {
        Assert.True(_channel.Device.TryWrite(register, 8, 0x1122_3344_5566_7788));
        Assert.Equal((0x5566_7788U, 0x1122_3344U), (_channel[register], _channel[register + 4]));
        _channel[register + 4] = 0xaaaa_aaaa;
        _channel[register] = 0xbbbb_bbbb;
        Assert.True(_channel.Device.TryRead(register, 8, out var value));
        Assert.Equal(0xaaaa_aaaa_bbbb_bbbbUL, value);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x04)]
    [InlineData(0x08)]
    [InlineData(0x10)]
    [InlineData(0x14)]
    [InlineData(0x30)]
    [InlineData(0x34)]
    [InlineData(0x38)]
    [InlineData(0x3c)]
    [InlineData(0x44)]
    [InlineData(0x48)]
    [InlineData(0x4c)]
    [InlineData(0x50)]
    [InlineData(0x54)]
    [InlineData(0xffc)]
    public void Read_only_registers_and_gaps_refuse_writes(ulong register)
    {
        var before = _channel.State;
        Assert.False(_channel.Device.TryWrite(register, 4, 1));
        Assert.Equal(before, _channel.State);
    }

    [Theory]
    [InlineData(0x0c, 4)] // command, write only
    [InlineData(0x44, 4)] // a gap
    [InlineData(0x54, 4)]
    [InlineData(0xffc, 4)]
    [InlineData(0x00, 1)]
    [InlineData(0x00, 2)]
    [InlineData(0x02, 4)]
    [InlineData(0x00, 8)]
    [InlineData(0x18, 8)]
    [InlineData(0x24, 8)]
    [InlineData(0x50, 8)]
    public void Other_reads_are_refused(ulong register, int bytes) =>
        Assert.False(_channel.Device.TryRead(register, bytes, out _));

    [Theory]
    [InlineData(0x18, 1)]
    [InlineData(0x18, 2)]
    [InlineData(0x0c, 8)]
    [InlineData(0x24, 8)]
    [InlineData(0x48, 8)]
    [InlineData(0x1a, 4)]
    public void Other_writes_are_refused(ulong register, int bytes) =>
        Assert.False(_channel.Device.TryWrite(register, bytes, 1));

    [Fact]
    public void Status_and_capacity_follow_the_connection()
    {
        _channel.Command(ChannelCommand.Connect);
        Assert.Equal(StatusConnecting | (1U << StatusOutstandingShift), _channel[Status]);
        _channel.Deliver(ChannelReply.Connected(1, 0x1234_5678_9abc));
        Assert.Equal(StatusConnected | StatusEvent, _channel[Status]);
        Assert.True(_channel.Device.TryRead(Capacity, 8, out var capacity));
        Assert.Equal(0x1234_5678_9abcUL, capacity);
        Assert.Equal((0x5678_9abcU, 0x1234U), (_channel[Capacity], _channel[Capacity + 4]));
        _channel.Pop();
        Assert.Equal(StatusConnected, _channel[Status]);
        _channel.Issue(ChannelCommand.Write, 1);
        _channel.Issue(ChannelCommand.Write, 2);
        Assert.Equal(StatusConnected | (2U << StatusOutstandingShift), _channel[Status]);
        _channel.Command(ChannelCommand.Close);
        Assert.Equal(0U, _channel[Status]);
        Assert.Equal(0U, _channel[Capacity]);
    }

    [Fact]
    public void The_line_is_up_while_an_event_waits_and_is_enabled()
    {
        _channel.Command(ChannelCommand.Connect);
        _channel.Deliver(ChannelReply.Connected(1, 1));
        Assert.False(_channel.IsUp);
        _channel[InterruptEnable] = 1;
        Assert.True(_channel.IsUp);
        _channel[InterruptEnable] = 0;
        Assert.False(_channel.IsUp);
        _channel[InterruptEnable] = 1;
        _channel.Pop();
        Assert.False(_channel.IsUp);
    }

    [Fact]
    public void Without_a_wired_line_nothing_is_raised()
    {
        var device = new ChannelDevice("ch", 0x1000, null, 0, _channel.Host);
        device.TryWrite(InterruptEnable, 4, 1);
        device.TryWrite(Command, 4, 1);
        device.Deliver(ChannelReply.Connected(1, 1).ToInput(0));
        Assert.Equal((0UL, null), (device.Lines, device.Deadline));
        Assert.True(device.TryRead(Event, 4, out var kind));
        Assert.Equal(1UL, kind);
    }
}
