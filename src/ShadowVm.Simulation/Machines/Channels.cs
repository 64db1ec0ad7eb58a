using ShadowVm.Machine.Channel;
using ShadowVm.Replication;

namespace ShadowVm.Simulation.Machines;

/// <summary>The channel device's requests and replies as outputs and interrupts.</summary>
internal static class Channels
{
    public static Interrupt ToInterrupt(in ChannelReply reply, uint channelClass, ulong epoch) =>
        new(epoch, channelClass | (uint)reply.Kind, Bound: true, reply.Encode());

    public static bool TryRequest(Output output, uint channelClass, out ChannelRequest request)
    {
        request = default;
        return (output.Class & ~0xffffu) == channelClass
            && ChannelRequest.TryDecode((byte)output.Class, output.Data, out request);
    }

    public static bool TryReply(Interrupt interrupt, uint channelClass, out ChannelReply reply)
    {
        reply = default;
        return (interrupt.Class & ~0xffffu) == channelClass
            && ChannelReply.TryDecode((byte)interrupt.Class, interrupt.Data, out reply);
    }
}
