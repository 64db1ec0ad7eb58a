using System.Buffers;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Simulation.World;

/// <summary>
/// One direction of the channel: first in, first out, each frame through the real codec, delayed by chance. What was
/// sent by a replica that died still arrives, unless its tail is cut; a partition holds everything back for ever.
/// </summary>
internal sealed class Link(Schedule schedule, Chance chance, Trace trace, int number)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private long _lastArrival;
    private long _cutBefore = long.MaxValue;
    private bool _partitioned;

    /// <summary>The last epoch whose end frame has arrived at the far side.</summary>
    public ulong EndsArrived { get; private set; }

    /// <summary>Sends a frame; it is handed to <paramref name="receive"/> when it arrives.</summary>
    public void Send(Frame frame, Action<Frame> receive)
    {
        _bytes.Clear();
        FrameCodec.Write(frame, _bytes);
        ReadOnlySpan<byte> bytes = _bytes.WrittenSpan;
        trace.Add(schedule.Now, 1 + number, Trace.Of(bytes));
        if (!FrameCodec.TryRead(ref bytes, out var copy)) throw new InvalidOperationException("a frame was not whole");
        var arrival = Math.Max(_lastArrival, schedule.Now + Delay());
        _lastArrival = arrival;
        schedule.At(arrival, () =>
        {
            if (_partitioned || arrival >= _cutBefore) return;
            if (copy is EndOfEpoch end) EndsArrived = end.Epoch;
            receive(copy);
        });
    }

    /// <summary>The sender died: after what it sent has arrived, the far side hears of the end.</summary>
    public void SenderDied(bool cutTail, Action lost)
    {
        if (cutTail) _cutBefore = schedule.Now + chance.Below(300);
        if (_partitioned) return; // silence is all that gets through
        schedule.At(Math.Max(_lastArrival, schedule.Now + Delay()), lost);
    }

    /// <summary>Nothing gets through any more, and nobody is told.</summary>
    public void Partition() => _partitioned = true;

    private long Delay() => chance.OneIn(20) ? chance.Between(200, 3000) : chance.Between(20, 200);
}
