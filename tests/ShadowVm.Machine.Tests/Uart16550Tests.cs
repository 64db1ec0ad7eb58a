using ShadowVm.Machine.Console;

namespace ShadowVm.Machine.Tests;

public sealed class Uart16550Tests : IDisposable
{
    private const int Line = 10;

    private readonly TestHost _host = new();
    private readonly Uart16550 _uart;

    public Uart16550Tests() => _uart = new Uart16550("u", 0x100, Line, 1, _host);

    private bool IsUp => _uart.Lines == 1UL << Line;

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Registers_at_reset()
    {
        Assert.Equal(0, Read(0));
        Assert.Equal(0, Read(1));
        Assert.Equal(0x01, Read(2));
        Assert.Equal(0, Read(3));
        Assert.Equal(0x08, Read(4));
        Assert.Equal(0x60, Read(5));
        Assert.Equal(0xb0, Read(6));
        Assert.Equal(0, Read(7));
        Write(3, 0x80);
        Assert.Equal(12, Read(0));
        Assert.Equal(0, Read(1));
        Assert.Equal(0UL, _uart.Lines);
    }

    [Fact]
    public void Registers_hold_the_bits_that_exist()
    {
        for (var register = 1; register < 8; register++)
        {
            if (register != 3) Write(register, 0xff);
        }

        Assert.Equal(0x0f, Read(1));
        Assert.Equal(0xc0, Read(2) & 0xf0);
        Assert.Equal(0x1f, Read(4));
        Assert.Equal(0x60, Read(5));
        Assert.Equal(0xf0, Read(6)); // loopback: all four outputs on all four inputs
        Assert.Equal(0xff, Read(7));
        Write(3, 0xff);
        Assert.Equal(0xff, Read(3));
    }

    [Fact]
    public void The_divisor_lies_under_its_access_bit()
    {
        Write(3, 0x83);
        Write(0, 0x34);
        Write(1, 0x12);
        Assert.Equal((0x34, 0x12), (Read(0), Read(1)));
        Write(3, 0x03);
        Assert.Equal((0, 0), (Read(0), Read(1)));
        _uart.EndEpoch();
        Assert.Empty(_host.Outputs);
    }

    [Fact]
    public void Bytes_leave_as_one_message_per_epoch()
    {
        foreach (var value in "hello"u8) Write(0, value);
        Assert.Equal(0x60, Read(5));
        Assert.Empty(_host.Outputs);
        _uart.EndEpoch();
        _uart.EndEpoch();

        var output = Assert.Single(_host.Outputs);
        Assert.Equal((1, 1, false), (output.Device, output.Kind, output.Bound));
        Assert.Equal("hello"u8.ToArray(), output.Data);
    }

    [Fact]
    public void A_long_epoch_leaves_in_bounded_messages()
    {
        for (var at = 0; at < 10_000; at++) Write(0, (byte)at);
        _uart.EndEpoch();

        Assert.Equal([4096, 4096, 1808], _host.Outputs.Select(output => output.Data.Length));
        Assert.Equal(
            Enumerable.Range(0, 10_000).Select(at => (byte)at), _host.Outputs.SelectMany(output => output.Data));
    }

    [Fact]
    public void Input_is_read_in_order_while_data_is_ready()
    {
        Deliver(1, 2);
        Deliver(3);
        Assert.Equal(0x61, Read(5));
        Assert.Equal((1, 2, 3), (Read(0), Read(0), Read(0)));
        Assert.Equal(0x60, Read(5));
        Assert.Equal(0, Read(0));
    }

    [Fact]
    public void Input_beyond_the_limit_is_dropped_and_shows_as_an_overrun_once()
    {
        Deliver(new byte[4095]);
        Deliver(7);
        Assert.Equal(0x61, Read(5));
        Deliver(8, 9);
        Assert.Equal(0x63, Read(5));
        Assert.Equal(0x61, Read(5));
        for (var at = 0; at < 4095; at++) Assert.Equal(0, Read(0));
        Assert.Equal(7, Read(0));
        Assert.Equal(0x60, Read(5));
    }

    [Fact]
    public void Input_of_another_kind_is_dropped()
    {
        _uart.Deliver(new DeviceInput(1, 2, false, [1]));
        _uart.Deliver(new DeviceInput(1, 1, false, []));
        Assert.Equal(0x60, Read(5));
    }

    [Fact]
    public void Aligned_wide_accesses_count_as_one_byte()
    {
        Deliver(0xa5, 0x5a);
        Assert.True(_uart.TryRead(0, 4, out var value));
        Assert.Equal(0xa5UL, value);
        Assert.True(_uart.TryRead(0, 8, out value));
        Assert.Equal(0x5aUL, value);
        Assert.True(_uart.TryWrite(0, 4, 0x11223344));
        _uart.EndEpoch();
        Assert.Equal([0x44], _host.Outputs[0].Data);
    }

    [Theory]
    [InlineData(8UL, 1)]
    [InlineData(0xffUL, 1)]
    [InlineData(1UL, 2)]
    [InlineData(2UL, 4)]
    [InlineData(4UL, 8)]
    public void Other_offsets_and_unaligned_accesses_are_refused(ulong offset, int bytes)
    {
        Assert.False(_uart.TryRead(offset, bytes, out _));
        Assert.False(_uart.TryWrite(offset, bytes, 0));
    }

    [Fact]
    public void Received_data_interrupts_while_enabled()
    {
        Deliver(1);
        Assert.False(IsUp);
        Write(1, 0x01);
        Assert.True(IsUp);
        Assert.Equal(0x04, Read(2));
        Read(0);
        Assert.False(IsUp);
        Assert.Equal(0x01, Read(2));
    }

    [Theory]
    [InlineData(0x01, 1)]
    [InlineData(0x41, 4)]
    [InlineData(0x81, 8)]
    [InlineData(0xc1, 14)]
    public void Below_the_trigger_level_the_interrupt_is_a_timeout(int control, int level)
    {
        Write(2, (byte)control);
        Write(1, 0x01);
        Deliver(new byte[level]);
        Assert.Equal(0xc4, Read(2));
        Read(0);
        Assert.Equal(level == 1 ? 0xc1 : 0xcc, Read(2));
        Assert.Equal(level > 1, IsUp);
    }

    [Fact]
    public void The_transmit_interrupt_rises_on_enable_and_after_a_byte_and_is_answered_by_reading()
    {
        Write(1, 0x02);
        Assert.True(IsUp);
        Assert.Equal(0x02, Read(2));
        Assert.False(IsUp);
        Assert.Equal(0x01, Read(2));
        Write(0, 1);
        Assert.True(IsUp);
        Write(1, 0x00);
        Assert.False(IsUp);
        Write(1, 0x02);
        Assert.True(IsUp);
    }

    [Fact]
    public void Interrupts_are_named_by_priority()
    {
        Write(1, 0x07);
        Write(0, 1);
        Deliver(new byte[4097]);
        Assert.Equal(0x06, Read(2));
        Read(5);
        Assert.Equal(0x04, Read(2));
        for (var at = 0; at < 4096; at++) Read(0);
        Assert.Equal(0x02, Read(2));
        Assert.Equal(0x01, Read(2));
    }

    [Fact]
    public void A_receiver_reset_empties_what_the_chip_could_hold()
    {
        Deliver([.. Enumerable.Range(0, 40).Select(at => (byte)at)]);
        Write(2, 0x01); // on: the one byte of the buffer register is lost
        Assert.Equal(1, Read(0));
        Write(2, 0x03);
        Assert.Equal(18, Read(0));
        Write(2, 0x00); // off: sixteen bytes are lost
        Assert.Equal(35, Read(0));
        Write(2, 0x02);
        Assert.Equal(37, Read(0));
    }

    [Fact]
    public void Loopback_receives_what_is_sent_and_sends_nothing()
    {
        Write(4, 0x10);
        Write(0, 0x77);
        Assert.Equal(0x77, Read(0));
        _uart.EndEpoch();
        Assert.Empty(_host.Outputs);
        Assert.Equal(0x00, Read(6));
        Write(4, 0x11);
        Assert.Equal(0x20, Read(6));
        Write(4, 0x12);
        Assert.Equal(0x10, Read(6));
    }

    [Fact]
    public void Without_a_wired_line_nothing_is_raised()
    {
        var unwired = new Uart16550("u", 0x100, null, 0, _host);
        unwired.TryWrite(1, 1, 0x0f);
        Assert.Equal(0UL, unwired.Lines);
        Assert.Null(unwired.Deadline);
    }

    [Fact]
    public void Every_state_shows_in_what_is_saved()
    {
        var seen = new HashSet<string>();
        Action[] steps =
        [
            () => Write(1, 1), () => Write(2, 0xc1), () => Write(3, 3), () => Write(4, 1), () => Write(7, 1),
            () => Write(0, 65), () => Deliver(1), () => Deliver(new byte[4096]),
            () => Write(3, 0x83), () => Write(0, 1), () => Write(1, 1),
        ];
        foreach (var step in steps)
        {
            step();
            Assert.True(seen.Add(Convert.ToHexString(TestHost.Saved(_uart.Save))));
        }
    }

    private int Read(int register)
    {
        Assert.True(_uart.TryRead((ulong)register, 1, out var value));
        return (int)value;
    }

    private void Write(int register, byte value) => Assert.True(_uart.TryWrite((ulong)register, 1, value));

    private void Deliver(params byte[] bytes) => _uart.Deliver(new DeviceInput(1, ConsoleMessages.Bytes, false, bytes));
}
