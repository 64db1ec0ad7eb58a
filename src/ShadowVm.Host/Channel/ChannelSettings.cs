namespace ShadowVm.Host.Channel;

/// <summary>How the channel batches and when it gives up on its peer.</summary>
public sealed record ChannelSettings
{
    /// <summary>Bytes at which a batch leaves without waiting.</summary>
    public int BatchBytes { get; init; } = 32 * 1024;

    /// <summary>
    /// Milliseconds that bytes wait for company when nobody asked to flush. One is the shortest wait that the runtime
    /// offers without spinning; what an output or an idle guest waits for is flushed at once.
    /// </summary>
    public int BatchMilliseconds { get; init; } = 1;

    /// <summary>Bytes that may wait for the network; a peer that lets more pile up counts as lost.</summary>
    public long QueueLimitBytes { get; init; } = 256L << 20;

    /// <summary>Milliseconds that a clean close waits for its bytes to leave and for the peer's end.</summary>
    public int CloseMilliseconds { get; init; } = 2000;
}
