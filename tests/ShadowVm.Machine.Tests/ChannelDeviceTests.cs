using ShadowVm.Machine.Channel;
using static ShadowVm.Machine.Channel.ChannelRegisters;

namespace ShadowVm.Machine.Tests;

public sealed class ChannelDeviceTests : IDisposable
{
    private readonly ChannelDriver _channel = new();

    public void Dispose() => _channel.Dispose();

    [Theory]
    [InlineData(0U)]
    [InlineData(6U)]
    [InlineData(0xffff_ffffU)]
    public void Unknown_commands_are_refused(uint command) =>
        Assert.Equal(ChannelResult.UnknownCommand, _channel.Command((ChannelCommand)command));

    [Fact]
    public void Rule_0_nothing_is_issued_without_a_completed_connect()
    {
        Assert.Equal(ChannelResult.NotConnected, _channel.Issue(ChannelCommand.Read, 1));
        Assert.Equal(ChannelResult.NotConnected, _channel.Issue(ChannelCommand.Write, 1));
        Assert.Equal(ChannelResult.NotConnected, _channel.Command(ChannelCommand.Close));
        Assert.Empty(_channel.Host.Outputs);
        _channel.Command(ChannelCommand.Connect);
        Assert.Equal(ChannelResult.NotConnected, _channel.Issue(ChannelCommand.Read, 1));
        Assert.Single(_channel.Host.Outputs);
    }

    [Fact]
    public void A_connect_is_an_operation_that_completes()
    {
        Assert.Equal(ChannelResult.Accepted, _channel.Command(ChannelCommand.Connect));
        Assert.Equal(
            new ChannelRequest(ChannelRequestKind.Connect, 1, ConnectTag, 0, 0, default),
            _channel.LastRequest with { Data = default });
        Assert.Equal(ChannelResult.AlreadyConnected, _channel.Command(ChannelCommand.Connect));
        _channel.Deliver(ChannelReply.Connected(1, 9));
        Assert.Equal(ChannelResult.AlreadyConnected, _channel.Command(ChannelCommand.Connect));
        Assert.Equal((ChannelEventKind.Completed, ConnectTag, 1U, OperationStatus.Done), _channel.Pop());
        Assert.Equal((ChannelEventKind.None, 0U, 0U, OperationStatus.Done), _channel.Pop());
        Assert.Single(_channel.Host.Outputs);
    }

    [Fact]
    public void A_connect_that_failed_has_completed_and_leaves_no_connection()
    {
        _channel.Command(ChannelCommand.Connect);
        _channel.Deliver(ChannelReply.Completed(1, ConnectTag, OperationStatus.InputOutputError));
        Assert.Equal(StatusEvent, _channel[Status]);
        Assert.Equal((ChannelEventKind.Completed, ConnectTag, 1U, OperationStatus.InputOutputError), _channel.Pop());
        Assert.Equal(ChannelResult.NotConnected, _channel.Issue(ChannelCommand.Read, 1));
        _channel.Connected();
        Assert.Equal(2U, _channel[Connection]);
    }

    [Fact]
    public void A_connect_waits_until_the_events_of_the_last_connection_are_taken()
    {
        _channel.Connected();
        _channel.Issue(ChannelCommand.Write, 1);
        _channel.Deliver(ChannelReply.Completed(1, 1, OperationStatus.Done));
        _channel.Deliver(ChannelReply.Disconnected(1));
        Assert.Equal(ChannelResult.EventsWaiting, _channel.Command(ChannelCommand.Connect));
        Assert.Equal((ChannelEventKind.Completed, 1U, 1U, OperationStatus.Done), _channel.Pop());
        Assert.Equal(ChannelResult.EventsWaiting, _channel.Command(ChannelCommand.Connect));
        Assert.Equal((ChannelEventKind.Disconnected, 0U, 1U, OperationStatus.Done), _channel.Pop());
        Assert.Equal(ChannelResult.Accepted, _channel.Command(ChannelCommand.Connect));
        Assert.Equal(2U, _channel[Connection]);
    }

    [Fact]
    public void A_write_takes_its_bytes_at_the_command()
    {
        var bytes = Enumerable.Range(0, 1024).Select(at => (byte)(at * 7)).ToArray();
        _channel.Connected();
        _channel.Host.Memory.TryCopyIn(ChannelDriver.Buffer, bytes);
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, 3, sector: 77, count: 2));
        _channel.Host.Memory.TryCopyIn(ChannelDriver.Buffer, new byte[1024]);

        var request = _channel.LastRequest;
        Assert.Equal(
            (ChannelRequestKind.Write, 1U, 3U, 77UL, 2U),
            (request.Kind, request.Connection, request.Tag, request.Sector, request.Count));
        Assert.Equal(bytes, request.Data.ToArray());
    }

    [Fact]
    public void A_read_brings_its_bytes_with_the_delivery()
    {
        var bytes = Enumerable.Range(0, 1024).Select(at => (byte)(at * 5)).ToArray();
        var buffer = new byte[1024];
        _channel.Connected();
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Read, 3, sector: 77, count: 2));
        var request = _channel.LastRequest;
        Assert.Equal((ChannelRequestKind.Read, 77UL, 2U, 0), (
            request.Kind, request.Sector, request.Count, request.Data.Length));

        _channel[Address] = 0; // what the registers hold now is the next operation's business
        _channel[Count] = 1;
        _channel.Host.Memory.TryCopyOut(ChannelDriver.Buffer, buffer);
        Assert.Equal(new byte[1024], buffer);
        _channel.Deliver(ChannelReply.Completed(1, 3, OperationStatus.Done, bytes));
        _channel.Host.Memory.TryCopyOut(ChannelDriver.Buffer, buffer);
        Assert.Equal(bytes, buffer);
        Assert.Equal((ChannelEventKind.Completed, 3U, 1U, OperationStatus.Done), _channel.Pop());
    }

    [Theory]
    [InlineData(OperationStatus.InputOutputError)]
    [InlineData(OperationStatus.BeyondEnd)]
    [InlineData(OperationStatus.ReadOnly)]
    public void Rule_1_a_known_failure_completes_with_its_status_and_changes_no_memory(OperationStatus status)
    {
        _channel.Connected();
        _channel.Host.Memory.TryCopyIn(ChannelDriver.Buffer, [1, 2, 3]);
        _channel.Issue(ChannelCommand.Read, 3);
        _channel.Deliver(ChannelReply.Completed(1, 3, status));
        Assert.Equal((ChannelEventKind.Completed, 3U, 1U, status), _channel.Pop());
        var buffer = new byte[3];
        _channel.Host.Memory.TryCopyOut(ChannelDriver.Buffer, buffer);
        Assert.Equal([1, 2, 3], buffer);
    }

    [Fact]
    public void Rule_2_operations_complete_in_any_order()
    {
        _channel.Connected();
        for (var tag = 1U; tag <= 4; tag++) _channel.Issue(ChannelCommand.Write, tag);
        uint[] order = [3, 1, 4, 2];
        foreach (var tag in order) _channel.Deliver(ChannelReply.Completed(1, tag, OperationStatus.Done));
        Assert.Equal(order, Enumerable.Range(0, 4).Select(_ => _channel.Pop().Tag));
        Assert.Equal(StatusConnected, _channel[Status]);
    }

    [Fact]
    public void Rule_3_a_disconnect_ends_the_connection_and_forgets_what_is_outstanding()
    {
        _channel.Connected();
        _channel.Issue(ChannelCommand.Write, 1);
        _channel.Issue(ChannelCommand.Write, 2);
        _channel.Deliver(ChannelReply.Completed(1, 2, OperationStatus.Done));
        _channel.Deliver(ChannelReply.Disconnected(1));
        Assert.Equal(StatusEvent, _channel[Status]);
        Assert.Equal(ChannelResult.NotConnected, _channel.Issue(ChannelCommand.Write, 3));

        // The completed one stays in front; there is one disconnect, whatever else comes for that connection.
        _channel.Deliver(ChannelReply.Completed(1, 1, OperationStatus.Done));
        _channel.Deliver(ChannelReply.Disconnected(1));
        Assert.Equal((ChannelEventKind.Completed, 2U, 1U, OperationStatus.Done), _channel.Pop());
        Assert.Equal((ChannelEventKind.Disconnected, 0U, 1U, OperationStatus.Done), _channel.Pop());
        Assert.Equal(0U, _channel[Status]);
    }

    [Fact]
    public void A_disconnect_ends_a_connection_that_is_being_opened()
    {
        _channel.Command(ChannelCommand.Connect);
        _channel.Deliver(ChannelReply.Disconnected(1));
        _channel.Deliver(ChannelReply.Connected(1, 5));
        Assert.Equal((ChannelEventKind.Disconnected, 0U, 1U, OperationStatus.Done), _channel.Pop());
        Assert.Equal(0U, _channel[Status]);
    }

    [Fact]
    public void A_close_ends_the_connection_without_an_event()
    {
        _channel.Connected();
        _channel.Issue(ChannelCommand.Read, 1);
        Assert.Equal(ChannelResult.Accepted, _channel.Command(ChannelCommand.Close));
        var request = _channel.LastRequest;
        Assert.Equal((ChannelRequestKind.Close, 1U, 0U), (request.Kind, request.Connection, request.Tag));
        _channel.Deliver(ChannelReply.Completed(1, 1, OperationStatus.Done, new byte[512]));
        _channel.Deliver(ChannelReply.Disconnected(1));
        Assert.Equal(0U, _channel[Status]);
        Assert.Equal(ChannelResult.NotConnected, _channel.Command(ChannelCommand.Close));
        _channel.Connected();
        Assert.Equal(2U, _channel[Connection]);
    }

    [Fact]
    public void Replies_for_another_connection_are_discarded()
    {
        _channel.Connected();
        _channel.Issue(ChannelCommand.Write, 1);
        _channel.Deliver(ChannelReply.Disconnected(1));
        _channel.Pop();
        _channel.Connected();
        _channel.Issue(ChannelCommand.Write, 1);
        var before = _channel.State;
        foreach (var connection in new[] { 1U, 3U })
        {
            _channel.Deliver(ChannelReply.Completed(connection, 1, OperationStatus.Done));
            _channel.Deliver(ChannelReply.Connected(connection, 1));
            _channel.Deliver(ChannelReply.Disconnected(connection));
        }

        Assert.Equal(before, _channel.State);
        _channel.Deliver(ChannelReply.Completed(2, 1, OperationStatus.Done));
        Assert.Equal((ChannelEventKind.Completed, 1U, 2U, OperationStatus.Done), _channel.Pop());
    }

    [Fact]
    public void Replies_that_fit_no_outstanding_operation_are_discarded()
    {
        _channel.Command(ChannelCommand.Connect);
        _channel.Deliver(ChannelReply.Completed(1, 7, OperationStatus.Done)); // only the connect is outstanding
        _channel.Deliver(ChannelReply.Connected(1, 1));
        _channel.Pop();
        _channel.Issue(ChannelCommand.Read, 1, count: 2);
        _channel.Issue(ChannelCommand.Write, 2);
        var before = _channel.State;
        _channel.Deliver(ChannelReply.Completed(1, 3, OperationStatus.Done));
        _channel.Deliver(ChannelReply.Connected(1, 1));
        _channel.Deliver(ChannelReply.Completed(1, 1, OperationStatus.Done));
        _channel.Deliver(ChannelReply.Completed(1, 1, OperationStatus.Done, new byte[512]));
        _channel.Deliver(ChannelReply.Completed(1, 2, OperationStatus.Done, new byte[512]));
        _channel.Device.Deliver(new DeviceInput(ChannelDriver.Index, 1, true, [1, 2, 3]));
        _channel.Device.Deliver(new DeviceInput(ChannelDriver.Index, 9, true, ChannelReply.Disconnected(1).Encode()));
        Assert.Equal(before, _channel.State);
        Assert.Equal(StatusConnected | (2U << StatusOutstandingShift), _channel[Status]);
    }

    [Theory]
    [InlineData(0UL, 0U)]
    [InlineData(0UL, 129U)]
    [InlineData(0UL, uint.MaxValue)]
    [InlineData(SectorEnd, 1U)]
    [InlineData(SectorEnd - 1, 2U)]
    [InlineData(ulong.MaxValue, 1U)]
    public void Sectors_that_cannot_be_are_refused(ulong sector, uint count)
    {
        _channel.Connected();
        Assert.Equal(ChannelResult.BadSectors, _channel.Issue(ChannelCommand.Read, 1, sector, count));
        Assert.Equal(ChannelResult.BadSectors, _channel.Issue(ChannelCommand.Write, 1, sector, count));
        Assert.Single(_channel.Host.Outputs);
    }

    [Theory]
    [InlineData(TestHost.RamStart - 1)]
    [InlineData(TestHost.RamStart + TestHost.RamSize - 511)]
    [InlineData(TestHost.RamStart + TestHost.RamSize)]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 511)]
    public void Addresses_outside_RAM_are_refused(ulong address)
    {
        _channel.Connected();
        Assert.Equal(ChannelResult.BadAddress, _channel.Issue(ChannelCommand.Read, 1, address: address));
        Assert.Equal(ChannelResult.BadAddress, _channel.Issue(ChannelCommand.Write, 1, address: address));
        Assert.Single(_channel.Host.Outputs);
    }

    [Fact]
    public void The_last_sector_of_RAM_and_of_all_sectors_are_accepted()
    {
        _channel.Connected();
        var last = TestHost.RamStart + TestHost.RamSize - 512;
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Read, 1, SectorEnd - 1, 1, last));
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, 2, SectorEnd - 128, 128));
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, 3, 0, 1, ChannelDriver.Buffer + 1));
    }

    [Fact]
    public void A_tag_is_free_again_when_its_operation_is_completed()
    {
        _channel.Connected();
        Assert.Equal(ChannelResult.TagInUse, _channel.Issue(ChannelCommand.Read, ConnectTag));
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, 0));
        Assert.Equal(ChannelResult.TagInUse, _channel.Issue(ChannelCommand.Write, 0));
        Assert.Equal(ChannelResult.TagInUse, _channel.Issue(ChannelCommand.Read, 0));
        _channel.Deliver(ChannelReply.Completed(1, 0, OperationStatus.Done));
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Read, 0));
    }

    [Fact]
    public void Operations_and_events_together_are_limited()
    {
        _channel.Connected();
        for (var tag = 0U; tag < 32; tag++)
        {
            Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, tag));
        }

        Assert.Equal(ChannelResult.TooMany, _channel.Issue(ChannelCommand.Write, 32));
        Assert.Equal(32U, _channel[Status] >> StatusOutstandingShift);
        for (var tag = 0U; tag < 32; tag++) _channel.Deliver(ChannelReply.Completed(1, tag, OperationStatus.Done));
        Assert.Equal(ChannelResult.TooMany, _channel.Issue(ChannelCommand.Write, 32)); // 32 events wait
        _channel.Pop();
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, 32));
        _channel.Deliver(ChannelReply.Disconnected(1)); // the queue has room for it behind all others
        for (var tag = 1U; tag < 32; tag++) Assert.Equal(tag, _channel.Pop().Tag);
        Assert.Equal(ChannelEventKind.Disconnected, _channel.Pop().Kind);
        Assert.Equal(ChannelEventKind.None, _channel.Pop().Kind);
    }

    [Fact]
    public void Disconnects_are_added_while_connected_or_connecting()
    {
        var batch = new List<DeviceInput>();
        _channel.Device.AddDisconnects(batch);
        Assert.Empty(batch);
        _channel.Command(ChannelCommand.Connect);
        _channel.Device.AddDisconnects(batch);
        _channel.Deliver(ChannelReply.Connected(1, 1));
        _channel.Device.AddDisconnects(batch);
        _channel.Command(ChannelCommand.Close);
        _channel.Device.AddDisconnects(batch);
        Assert.Equal(2, batch.Count);
        Assert.All(batch, input => Assert.Equal(ChannelReply.Disconnected(1).Encode(), input.Data));
        Assert.All(batch, input => Assert.Equal(ChannelDriver.Index, input.Device));
        Assert.All(batch, input => Assert.Equal((2, true), (input.Kind, input.Bound)));
    }

    [Fact]
    public void A_program_that_follows_the_rules_survives_a_disconnect()
    {
        _channel.Connected();
        _channel.Host.Memory.TryCopyIn(ChannelDriver.Buffer, [42]);
        _channel.Issue(ChannelCommand.Write, 9, sector: 5);
        var batch = new List<DeviceInput>();
        _channel.Device.AddDisconnects(batch);
        foreach (var input in batch) _channel.Device.Deliver(input);
        Assert.Equal(ChannelEventKind.Disconnected, _channel.Pop().Kind);
        _channel.Connected();
        Assert.Equal(ChannelResult.Accepted, _channel.Issue(ChannelCommand.Write, 9, sector: 5));
        var request = _channel.LastRequest;
        Assert.Equal((2U, 9U, 5UL, (byte)42), (request.Connection, request.Tag, request.Sector, request.Data.Span[0]));
        _channel.Deliver(ChannelReply.Completed(1, 9, OperationStatus.Done)); // the old connection's, too late
        Assert.Equal(ChannelEventKind.None, _channel.Pop().Kind);
        _channel.Deliver(ChannelReply.Completed(2, 9, OperationStatus.Done));
        Assert.Equal((ChannelEventKind.Completed, 9U, 2U, OperationStatus.Done), _channel.Pop());
    }

    [Fact]
    public void Two_devices_with_one_random_history_agree_and_stay_bounded()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            using var first = new ChannelDriver();
            using var second = new ChannelDriver();
            Live(first, new Random(seed));
            Live(second, new Random(seed));
            Assert.Equal(first.State, second.State);
            Assert.Equal(
                first.Host.Outputs.Select(output => (output.Number, output.Kind, Convert.ToHexString(output.Data))),
                second.Host.Outputs.Select(output => (output.Number, output.Kind, Convert.ToHexString(output.Data))));
        }
    }

    /// <summary>A guest and a backend that do anything at all: nothing throws, every request decodes.</summary>
    private static void Live(ChannelDriver channel, Random random)
    {
        for (var step = 0; step < 2000; step++)
        {
            var connection = (uint)Math.Max(0, channel[Connection] + random.Next(-1, 2));
            var tag = random.Next(8) == 0 ? ConnectTag : (uint)random.Next(48);
            switch (random.Next(8))
            {
                case 0: channel.Command((ChannelCommand)random.Next(7)); break;
                case 1: channel.Command(ChannelCommand.Connect); break;
                case 2 or 3:
                    channel.Issue(
                        random.Next(2) == 0 ? ChannelCommand.Read : ChannelCommand.Write,
                        tag,
                        (ulong)random.Next(),
                        (uint)random.Next(3),
                        ChannelDriver.Buffer + (ulong)random.Next(0, 1 << 18));
                    break;
                case 4:
                    channel.Deliver(ChannelReply.Completed(
                        connection, tag, (OperationStatus)random.Next(2), new byte[512 * random.Next(3)]));
                    break;
                case 5: channel.Deliver(ChannelReply.Connected(connection, 7)); break;
                case 6 when random.Next(20) == 0: channel.Deliver(ChannelReply.Disconnected(connection)); break;
                default:
                    channel.Device.TryWrite((ulong)random.Next(0x60), 4, (ulong)random.Next(200));
                    channel.Device.TryRead((ulong)random.Next(0x60), random.Next(2) == 0 ? 4 : 8, out _);
                    break;
            }

            Assert.InRange(channel[Status] >> StatusOutstandingShift, 0U, 32U);
        }

        foreach (var output in channel.Host.Outputs)
        {
            Assert.True(ChannelRequest.TryDecode(output.Kind, output.Data, out _));
        }

        var waiting = 0;
        while (channel.Pop().Kind != ChannelEventKind.None) waiting++;
        Assert.InRange(waiting, 0, 33);
    }
}
