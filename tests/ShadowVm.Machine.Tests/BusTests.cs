using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Console;

namespace ShadowVm.Machine.Tests;

public sealed class BusTests : IDisposable
{
    private const ulong Uart = 0x1000_0000;
    private const ulong Clock = 0x200_0000;
    private const ulong Finisher = 0x10_0000;
    private const ulong Channel = 0x1020_0000;
    private const ushort UartIndex = 2;
    private const ushort ChannelIndex = 3;

    private readonly TestHost _host = new();
    private readonly Bus _bus;

    public BusTests() => _bus = new Bus(TestHost.Virt(), _host);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Devices_stand_in_the_order_of_the_description() =>
        Assert.Equal(["test", "clock", "console", "channel"], _bus.Devices.Select(device => device.Name));

    [Theory]
    [InlineData(Uart, true)]
    [InlineData(Uart + 0xfff, true)]
    [InlineData(Uart + 0x1000, false)]
    [InlineData(Uart - 1, false)]
    [InlineData(Clock + 0xffff, true)]
    [InlineData(Clock + 0x1_0000, false)]
    [InlineData(0UL, false)]
    [InlineData(TestHost.RamStart, false)]
    [InlineData(ulong.MaxValue, false)]
    public void Device_pages_are_known(ulong address, bool expected) => Assert.Equal(expected, _bus.IsDevice(address));

    [Fact]
    public void Accesses_outside_windows_or_across_their_end_are_refused()
    {
        Assert.False(_bus.TryRead(Uart + 0x100, 1, out _)); // the page, not the window
        Assert.False(_bus.TryWrite(Uart + 0x100, 1, 0));
        Assert.False(_bus.TryRead(Uart - 1, 1, out _));
        Assert.False(_bus.TryRead(Finisher + 0xffe, 4, out _));
        Assert.True(_bus.TryRead(Finisher + 0xffc, 4, out _));
        Assert.False(_bus.TryRead(0, 8, out _));
        Assert.False(_bus.TryRead(ulong.MaxValue, 8, out _));
        Assert.False(_bus.TryWrite(ulong.MaxValue, 8, 0));
    }

    [Fact]
    public void An_access_reaches_the_register_at_its_offset()
    {
        Assert.True(_bus.TryRead(Channel, 4, out var id));
        Assert.Equal(ChannelRegisters.IdValue, id);
        Assert.True(_bus.TryWrite(Uart + 7, 1, 0x5a));
        Assert.True(_bus.TryRead(Uart + 7, 1, out var scratch));
        Assert.Equal(0x5aUL, scratch);
    }

    [Fact]
    public void Lines_are_those_of_all_devices_together()
    {
        Assert.Equal(0UL, _bus.Lines);
        _bus.TryWrite(Clock, 4, 1);
        Assert.Equal(1UL << 3, _bus.Lines);
        _bus.TryWrite(Clock + 0x4000, 8, 5);
        _bus.AtBoundary(499);
        Assert.Equal(1UL << 3, _bus.Lines);
        _bus.AtBoundary(500);
        Assert.Equal((1UL << 3) | (1UL << 7), _bus.Lines);
        _bus.TryWrite(Clock, 4, 0);
        Assert.Equal(1UL << 7, _bus.Lines);

        _bus.TryWrite(Channel + ChannelRegisters.InterruptEnable, 4, 1);
        _bus.TryWrite(Channel + ChannelRegisters.Command, 4, (ulong)ChannelCommand.Connect);
        _bus.Deliver(ChannelReply.Connected(1, 10).ToInput(ChannelIndex));
        Assert.Equal((1UL << 11) | (1UL << 7), _bus.Lines);
        _bus.TryWrite(Channel + ChannelRegisters.Command, 4, (ulong)ChannelCommand.PopEvent);
        Assert.Equal(1UL << 7, _bus.Lines);
    }

    [Fact]
    public void The_deadline_is_the_clocks()
    {
        Assert.Null(_bus.Deadline);
        _bus.TryWrite(Clock + 0x4000, 8, 123);
        Assert.Equal(12_300UL, _bus.Deadline);
        _bus.AtBoundary(12_300);
        Assert.Null(_bus.Deadline);
    }

    [Fact]
    public void Output_leaves_at_the_end_of_the_epoch_and_before_an_exit()
    {
        _bus.TryWrite(Uart, 1, 'a');
        _bus.TryWrite(Uart, 1, 'b');
        Assert.Empty(_host.Outputs);
        _bus.EndEpoch();
        _bus.EndEpoch();
        var output = Assert.Single(_host.Outputs);
        Assert.Equal((UartIndex, ConsoleMessages.Bytes, false), (output.Device, output.Kind, output.Bound));
        Assert.Equal("ab"u8.ToArray(), output.Data);

        _bus.TryWrite(Uart, 1, 'c');
        _bus.TryWrite(Finisher, 4, 0x3333 | (42 << 16));
        Assert.Equal("c"u8.ToArray(), _host.Outputs[1].Data);
        Assert.Equal(42, _host.ExitCode);
        _bus.EndEpoch();
        Assert.Equal(2, _host.Outputs.Count);
    }

    [Fact]
    public void Input_for_a_device_that_is_not_there_is_dropped()
    {
        var before = TestHost.Saved(_bus.Save);
        _bus.Deliver(new DeviceInput(4, ConsoleMessages.Bytes, false, [1]));
        _bus.Deliver(new DeviceInput(0xffff, 0, true, []));
        _bus.Deliver(new DeviceInput(0, 1, true, [1, 2, 3]));
        _bus.Deliver(new DeviceInput(1, 1, true, [1, 2, 3]));
        Assert.Equal(before, TestHost.Saved(_bus.Save));
    }

    [Fact]
    public void The_version_changes_whenever_the_state_does()
    {
        var random = new Random(7);
        ulong[] places = [Uart, Uart + 1, Uart + 2, Uart + 3, Uart + 5, Clock, Clock + 0x4000, Channel + 0x0c];
        var (state, version) = (TestHost.Saved(_bus.Save), _bus.Version);
        var changes = 0;
        for (var step = 0; step < 20_000; step++)
        {
            _host.Time += 50;
            var place = places[random.Next(places.Length)];
            var bytes = place >= Uart && place < Channel ? 1 : 4;
            switch (random.Next(5))
            {
                case 0: _bus.TryRead(place, bytes, out _); break;
                case 1: _bus.Deliver(new DeviceInput(UartIndex, ConsoleMessages.Bytes, false, [1, 2])); break;
                case 2: _bus.AtBoundary(_host.Time); break;
                case 3: _bus.EndEpoch(); break;
                default: _bus.TryWrite(place, bytes, (ulong)random.Next(6)); break;
            }

            var now = TestHost.Saved(_bus.Save);
            if (!now.AsSpan().SequenceEqual(state))
            {
                Assert.NotEqual(version, _bus.Version);
                changes++;
            }

            Assert.Equal(_bus.Devices.Aggregate(0UL, (lines, device) => lines | device.Lines), _bus.Lines);
            Assert.Equal(_bus.Devices.Min(device => device.Deadline), _bus.Deadline);
            (state, version) = (now, _bus.Version);
        }

        Assert.InRange(changes, 1000, 20_000);
    }

    [Fact]
    public void Saving_twice_or_on_two_machines_with_one_history_gives_the_same_bytes()
    {
        using var other = new TestHost();
        var twin = new Bus(TestHost.Virt(), other);
        foreach (var bus in new[] { _bus, twin })
        {
            for (var at = 0; at < 5000; at++)
            {
                bus.Deliver(new DeviceInput(UartIndex, ConsoleMessages.Bytes, false, [(byte)at]));
                // The twin's ring of input wraps elsewhere than the first's: its place must not show.
                if (bus == _bus || at % 3 == 0) bus.TryRead(Uart, 1, out _);
            }

            while (bus.TakeConsole() >= 0)
            {
            }

            bus.Deliver(new DeviceInput(UartIndex, ConsoleMessages.Bytes, false, new byte[3000]));
            bus.TryRead(Uart + 5, 1, out _);
            bus.TryWrite(Clock + 0x4000, 8, 77);
        }

        Assert.Equal(TestHost.Saved(_bus.Save), TestHost.Saved(_bus.Save));
        Assert.Equal(TestHost.Saved(_bus.Save), TestHost.Saved(twin.Save));
        twin.TryWrite(Clock + 0x4000, 8, 78);
        Assert.NotEqual(TestHost.Saved(_bus.Save), TestHost.Saved(twin.Save));
    }

    [Fact]
    public void Accesses_and_boundaries_allocate_nothing()
    {
        void Live(int times)
        {
            for (var at = 0; at < times; at++)
            {
                _host.Time += 100;
                _bus.TryRead(Uart + 5, 1, out _);
                _bus.TryWrite(Uart + 7, 1, 1);
                _bus.TryWrite(Clock + 0x4000, 8, (ulong)at);
                _bus.TryRead(Channel + ChannelRegisters.Status, 4, out _);
                _bus.EndEpoch();
                _bus.AtBoundary(_host.Time);
                Assert.True(_bus.IsDevice(Uart));
            }
        }

        Live(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Live(1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Disconnects_are_added_for_open_connections_only()
    {
        var batch = new List<DeviceInput>();
        _bus.AddDisconnects(batch);
        Assert.Empty(batch);
        _bus.TryWrite(Channel + ChannelRegisters.Command, 4, (ulong)ChannelCommand.Connect);
        _bus.AddDisconnects(batch);
        var added = Assert.Single(batch);
        Assert.Equal((ChannelIndex, 2, true), (added.Device, added.Kind, added.Bound));
        Assert.Equal(ChannelReply.Disconnected(1).Encode(), added.Data);
    }

    [Fact]
    public void Firmware_calls_reach_the_console_and_the_clock()
    {
        Assert.Equal(-1, _bus.TakeConsole());
        _bus.Deliver(new DeviceInput(UartIndex, ConsoleMessages.Bytes, false, [7]));
        Assert.Equal(7, _bus.TakeConsole());

        _bus.TryWrite(Uart + 3, 1, 0x80); // DLAB hides the data register from the guest, not from firmware
        Assert.True(_bus.TryPutConsole((byte)'x'));
        _bus.EndEpoch();
        Assert.Equal("x"u8.ToArray(), Assert.Single(_host.Outputs).Data);

        _host.Time = 1_234_567;
        Assert.True(_bus.TryReadClock(out var ticks));
        Assert.Equal(12_345UL, ticks);
        Assert.True(_bus.TrySetTimer(20_000));
        Assert.Equal(2_000_000UL, _bus.Deadline);
    }

    [Fact]
    public void A_machine_without_console_and_clock_refuses_firmware_calls()
    {
        var text = "machine m\nfor a\nram at 0 size 4K\n"u8;
        var bare = new Bus(Description.MachineDescription.Parse("f", text), _host);

        Assert.False(bare.TryPutConsole(1));
        Assert.Equal(-1, bare.TakeConsole());
        Assert.False(bare.TrySetTimer(1));
        Assert.False(bare.TryReadClock(out _));
        Assert.Null(bare.Deadline);
        Assert.False(bare.IsDevice(0));
    }
}
