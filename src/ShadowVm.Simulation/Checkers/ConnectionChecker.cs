using ShadowVm.Machine.Channel;
using ShadowVm.Simulation.Machines;
using ShadowVm.Simulation.World;

namespace ShadowVm.Simulation.Checkers;

/// <summary>
/// Rules 0 to 3 as a guest sees them: no event of a connection that is dead already, none for an operation that is not
/// outstanding. A connection that the guest itself closed may still have events on their way.
/// </summary>
internal static class ConnectionChecker
{
    public static void Check(List<string> violations, List<LivedEpoch> lived, uint channelClass)
    {
        var outstanding = new HashSet<(uint Connection, uint Tag)>();
        var closed = new HashSet<uint>();
        uint? open = null;
        for (var i = 0; i < lived.Count; i++)
        {
            foreach (var interrupt in lived[i].Delivered)
            {
                if (!Channels.TryReply(interrupt, channelClass, out var reply) || closed.Contains(reply.Connection)) continue;
                if (reply.Connection != open)
                {
                    violations.Add($"epoch {i + 1} began with an event of connection {reply.Connection}, which is dead");
                    return;
                }

                if (reply.Kind == ChannelReplyKind.Disconnected)
                {
                    open = null;
                    outstanding.Clear();
                }
                else if (!outstanding.Remove((reply.Connection, reply.Tag)))
                {
                    violations.Add($"epoch {i + 1} began with a completion of tag {reply.Tag}, which is not outstanding");
                    return;
                }
            }

            foreach (var output in lived[i].Outputs)
            {
                if (!Channels.TryRequest(output, channelClass, out var request)) continue;
                if (request.Kind == ChannelRequestKind.Close)
                {
                    closed.Add(request.Connection);
                    open = null;
                    outstanding.Clear();
                    continue;
                }

                if (request.Kind == ChannelRequestKind.Connect) open = request.Connection;
                outstanding.Add((request.Connection, request.Tag));
            }
        }
    }
}
