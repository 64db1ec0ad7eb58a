using System.Buffers;
using ShadowVm.Replication.Frames;

namespace ShadowVm.Host.Channel;

/// <summary>How frames become bytes; the channel itself knows no frame.</summary>
public interface IFrameCodec
{
    /// <summary>Appends a frame's bytes.</summary>
    void Write(Frame frame, IBufferWriter<byte> destination);

    /// <summary>
    /// Takes the first frame off the front of <paramref name="bytes"/>; false where more bytes are needed.
    /// </summary>
    /// <exception cref="Exception">The bytes are no frame; the message is a sentence.</exception>
    bool TryRead(ref ReadOnlySpan<byte> bytes, out Frame? frame);
}

/// <summary>Who hears of what a channel receives, called on the channel's receiver thread.</summary>
public interface IChannelListener
{
    /// <summary>A frame came, in order; the same read may have brought more.</summary>
    void OnFrame(Frame frame);

    /// <summary>All that a read brought was handed in: now is the time to wake who handles it.</summary>
    void OnRead();

    /// <summary>The channel ended. All frames before its end were handed in first; called once at most.</summary>
    void OnLost(string reason);
}
