using System.Text;
using ShadowVm.Machine;
using ShadowVm.Machine.Channel;

namespace ShadowVm.Vmm.Tests.World;

/// <summary>
/// An outside without chance: a disk in memory that answers each request a fixed number of guest instructions after
/// it was issued, a console that only listens, and disconnects where the script says so.
/// </summary>
internal sealed class ScriptedWorld
{
    private readonly List<(ulong Due, DeviceInput Input)> _coming = [];
    private readonly StringBuilder _console = new();
    private readonly ushort _channel;
    private readonly ulong _delay;
    private uint _connection;

    public ScriptedWorld(VirtualMachine machine, int sectors = 4096, ulong delay = 20_000)
    {
        Disk = new byte[sectors * 512];
        _delay = delay;
        _channel = (ushort)machine.Devices.ToList().FindIndex(device => device is ChannelDevice);
    }

    /// <summary>What the disk holds.</summary>
    public byte[] Disk { get; }

    /// <summary>What was printed.</summary>
    public string Console => _console.ToString();

    /// <summary>Requests that the guest has issued, connects included.</summary>
    public int Requests { get; private set; }

    /// <summary>Instruction counts at or after which the connection is cut once.</summary>
    public Queue<ulong> DisconnectAt { get; } = new();

    /// <summary>Called once for each epoch of the pair.</summary>
    public Action? BetweenEpochs { get; set; }

    /// <summary>Takes the outputs of the epoch that ended.</summary>
    public void Take(VirtualMachine machine)
    {
        foreach (var output in machine.Outputs)
        {
            if (output.Device != _channel)
            {
                _console.Append(Encoding.UTF8.GetString(output.Data));
                continue;
            }

            Assert.True(ChannelRequest.TryDecode(output.Kind, output.Data, out var request));
            Requests++;
            if (Serve(request) is { } reply) _coming.Add((machine.Retired + _delay, reply.ToInput(_channel)));
        }
    }

    /// <summary>What is due at the boundary where the machine stands; while it waits, whatever comes next.</summary>
    public DeviceInput[] Due(VirtualMachine machine)
    {
        if (DisconnectAt.TryPeek(out var at) && at <= machine.Retired && _connection != 0)
        {
            DisconnectAt.Dequeue();
            _coming.Clear();
            return [ChannelReply.Disconnected(_connection).ToInput(_channel)];
        }

        var take = _coming.TakeWhile(item => item.Due <= machine.Retired).Count();
        var timer = machine.Deadline is { } deadline && deadline > machine.GuestTime;
        if (take == 0 && machine.Waiting && _coming.Count != 0 && !timer) take = 1;
        var due = _coming.Take(take).Select(item => item.Input).ToArray();
        _coming.RemoveRange(0, take);
        return due;
    }

    private ChannelReply? Serve(in ChannelRequest request)
    {
        var at = (int)request.Sector * 512;
        switch (request.Kind)
        {
            case ChannelRequestKind.Connect:
                _connection = request.Connection;
                return ChannelReply.Connected(request.Connection, (ulong)Disk.Length / 512);
            case ChannelRequestKind.Close:
                _connection = 0;
                return null;
            case ChannelRequestKind.Write:
                request.Data.Span.CopyTo(Disk.AsSpan(at));
                return ChannelReply.Completed(request.Connection, request.Tag, OperationStatus.Done);
            default:
                var data = Disk.AsSpan(at, (int)request.Count * 512).ToArray();
                return ChannelReply.Completed(request.Connection, request.Tag, OperationStatus.Done, data);
        }
    }
}
