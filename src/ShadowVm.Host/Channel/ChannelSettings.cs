namespace ShadowVm.Host.Channel;

/// <summary>How the channel batches and when it gives up on its peer.</summary>
public sealed record ChannelSettings
{
    /// <summary>Bytes that leave though nobody has asked for it.</summary>
    public int BatchBytes { get; init; } = 32 * 1024;

    /// <summary>Bytes that may wait for the network; a peer that lets more pile up counts as lost.</summary>
    public long QueueLimitBytes { get; init; } = 256L << 20;

    /// <summary>Milliseconds that a clean close waits for its bytes to leave and for the peer's end.</summary>
    public int CloseMilliseconds { get; init; } = 2000;
}
