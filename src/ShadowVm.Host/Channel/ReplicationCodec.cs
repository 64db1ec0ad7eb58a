using System.Buffers;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Host.Channel;

/// <summary>The replication's own frames.</summary>
public sealed class ReplicationCodec : IFrameCodec
{
    /// <summary>The one instance; it has no state.</summary>
    public static readonly ReplicationCodec Instance = new();

    private ReplicationCodec()
    {
    }

    /// <inheritdoc/>
    public void Write(Frame frame, IBufferWriter<byte> destination) => FrameCodec.Write(frame, destination);

    /// <inheritdoc/>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, out Frame? frame)
    {
        var whole = FrameCodec.TryRead(ref bytes, out var read);
        frame = read;
        return whole;
    }
}
