using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>Interrupts as frames: large data is split on one side and put together on the other.</summary>
internal static class InterruptFrames
{
    /// <summary>Sends one interrupt; gives its size in bytes.</summary>
    public static long Send(Interrupt interrupt, IRoleActions actions)
    {
        var data = interrupt.Data;
        Check.That(data.Length <= FrameLimits.InterruptBytesMax, $"an interrupt of {data.Length} bytes");
        var at = 0;
        bool more;
        do
        {
            var length = Math.Min(FrameLimits.DataBytesMax, data.Length - at);
            more = at + length < data.Length;
            var part = length == data.Length ? data : data.AsSpan(at, length).ToArray();
            actions.Send(new InterruptFrame(interrupt.Epoch, interrupt.Class, interrupt.Bound, more, part), flush: false);
            at += length;
        }
        while (more);
        return data.Length + FrameCodec.HeaderBytes;
    }
}

/// <summary>The backup's buffer of received interrupts that belong to no ended epoch yet.</summary>
internal sealed class InterruptAssembly
{
    // What all interrupts of one epoch may have together: a disk's requests at once are far below.
    private const long EpochBytesMax = 64 << 20;
    private const int InterruptBytes = 64; // what one without data costs here

    private readonly List<Interrupt> _whole = [];
    private readonly List<byte> _partial = [];
    private long _bytes;

    /// <summary>True between the frames of one interrupt.</summary>
    public bool Partial => _partial.Count != 0;

    /// <summary>Takes a frame; one sentence where it makes no sense, else null.</summary>
    public string? Add(InterruptFrame frame, ulong epoch)
    {
        if (frame.Epoch != epoch) return $"an interrupt came for epoch {frame.Epoch} during epoch {epoch}";
        if (_partial.Count + frame.Data.Length > FrameLimits.InterruptBytesMax)
        {
            return $"an interrupt has more than {FrameLimits.InterruptBytesMax} bytes";
        }

        _bytes += frame.Data.Length + InterruptBytes;
        if (_bytes > EpochBytesMax) return $"the interrupts of epoch {epoch} have more than {EpochBytesMax} bytes";
        if (!frame.More && _partial.Count == 0)
        {
            _whole.Add(new Interrupt(frame.Epoch, frame.Class, frame.Bound, frame.Data));
            return null;
        }

        _partial.AddRange(frame.Data);
        if (frame.More) return null;
        _whole.Add(new Interrupt(frame.Epoch, frame.Class, frame.Bound, [.. _partial]));
        _partial.Clear();
        return null;
    }

    /// <summary>Hands over the whole interrupts and forgets all.</summary>
    public Interrupt[] TakeAll()
    {
        Interrupt[] all = [.. _whole];
        _whole.Clear();
        _partial.Clear();
        _bytes = 0;
        return all;
    }
}
