using ShadowVm.Machine.Channel;
using static ShadowVm.Machine.Channel.ChannelRegisters;

namespace ShadowVm.Machine.Tests;

/// <summary>A channel device with a guest's hand on its registers and a backend's on its inputs.</summary>
internal sealed class ChannelDriver : IDisposable
{
    public const ushort Index = 5;
    public const int Line = 11;
    public const ulong Buffer = TestHost.RamStart + 0x1000;

    public ChannelDriver() => Device = new ChannelDevice("ch", 0x1000, Line, Index, Host);

    public TestHost Host { get; } = new();

    public ChannelDevice Device { get; }

    public bool IsUp => Device.Lines == 1UL << Line;

    public byte[] State => TestHost.Saved(Device.Save);

    public uint this[ulong register]
    {
        get
        {
            Assert.True(Device.TryRead(register, 4, out var value));
            return (uint)value;
        }
        set => Assert.True(Device.TryWrite(register, 4, value));
    }

    public ChannelRequest LastRequest
    {
        get
        {
            var output = Host.Outputs[^1];
            Assert.Equal(Index, output.Device);
            Assert.True(output.Bound);
            Assert.True(ChannelRequest.TryDecode(output.Kind, output.Data, out var request));
            return request;
        }
    }

    public ChannelResult Command(ChannelCommand command)
    {
        this[ChannelRegisters.Command] = (uint)command;
        return (ChannelResult)this[Result];
    }

    public ChannelResult Issue(
        ChannelCommand command, uint tag, ulong sector = 0, uint count = 1, ulong address = Buffer)
    {
        this[Tag] = tag;
        this[Count] = count;
        Assert.True(Device.TryWrite(Sector, 8, sector));
        Assert.True(Device.TryWrite(Address, 8, address));
        return Command(command);
    }

    public void Deliver(ChannelReply reply) => Device.Deliver(reply.ToInput(Index));

    /// <summary>Connects under the next number and takes the connect's event.</summary>
    public ChannelDriver Connected(ulong capacity = 1000)
    {
        Assert.Equal(ChannelResult.Accepted, Command(ChannelCommand.Connect));
        Deliver(ChannelReply.Connected(this[Connection], capacity));
        Assert.Equal((ChannelEventKind.Completed, ConnectTag, this[Connection], OperationStatus.Done), Pop());
        return this;
    }

    /// <summary>Reads the event at the head and pops it.</summary>
    public (ChannelEventKind Kind, uint Tag, uint Connection, OperationStatus Status) Pop()
    {
        var head = (
            (ChannelEventKind)this[Event], this[EventTag], this[EventConnection], (OperationStatus)this[EventStatus]);
        Assert.Equal(ChannelResult.Accepted, Command(ChannelCommand.PopEvent));
        return head;
    }

    public void Dispose() => Host.Dispose();
}
