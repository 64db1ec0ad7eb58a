namespace ShadowVm.Replication.Frames;

/// <summary>Kind byte of each frame; part of the wire format.</summary>
public enum FrameKind : byte
{
    /// <summary><see cref="Frames.Hello"/>.</summary>
    Hello = 1,

    /// <summary><see cref="Frames.ConfigurationPart"/>.</summary>
    ConfigurationPart = 2,

    /// <summary><see cref="Frames.Ready"/>.</summary>
    Ready = 3,

    /// <summary><see cref="Frames.Refuse"/>.</summary>
    Refuse = 4,

    /// <summary><see cref="InterruptFrame"/>.</summary>
    Interrupt = 5,

    /// <summary><see cref="Frames.EndOfEpoch"/>.</summary>
    EndOfEpoch = 6,

    /// <summary><see cref="Frames.Acknowledge"/>.</summary>
    Acknowledge = 7,

    /// <summary><see cref="Frames.Heartbeat"/>.</summary>
    Heartbeat = 8,

    /// <summary><see cref="Frames.ReleasedThrough"/>.</summary>
    ReleasedThrough = 9,

    /// <summary><see cref="Frames.Goodbye"/>.</summary>
    Goodbye = 10,
}

/// <summary>
/// First frame of each side. Body: kind, role (1: 0 primary, 1 backup), protocol version (4), build (text), pair (16),
/// generation (8), first clock pair (8 + 8).
/// </summary>
/// <param name="FromBackup">Who speaks.</param>
/// <param name="ProtocolVersion">Version of this wire format.</param>
/// <param name="Build">The program's version: both sides must be the same build.</param>
/// <param name="Pair">The pair's identity; zero from a backup, which learns it here.</param>
/// <param name="Generation">Grows with every change of roles.</param>
/// <param name="FirstClock">Guest time of epoch 1.</param>
public sealed record Hello(
    bool FromBackup, uint ProtocolVersion, string Build, Guid Pair, ulong Generation, ClockPair FirstClock) : Frame
{
    /// <summary>The version that this build speaks.</summary>
    public const uint CurrentVersion = 2;
}

/// <summary>A part of the configuration. Body: kind, offset (4), total (4), data (length 4, bytes).</summary>
/// <param name="Offset">Where in the configuration the part begins; parts come in order.</param>
/// <param name="Total">Size of the whole.</param>
/// <param name="Data">The part.</param>
public sealed record ConfigurationPart(uint Offset, uint Total, byte[] Data) : Frame;

/// <summary>The backup has built the guest. Body: kind, digest (8 + 8).</summary>
/// <param name="Initial">Digest of its state before the first instruction.</param>
public sealed record Ready(Digest Initial) : Frame;

/// <summary>The sender can't go on with this peer. Body: kind, sentence (text).</summary>
/// <param name="Sentence">Why.</param>
public sealed record Refuse(string Sentence) : Frame;

/// <summary>
/// A buffered interrupt, patent fig. 4. Body: kind, epoch (8), class (4), flags (1: bit 0 bound to a connection, bit 1
/// more data follows in the next frame), data (length 4, bytes).
/// </summary>
/// <param name="Epoch">The epoch at whose end it is delivered.</param>
/// <param name="Class">Opaque.</param>
/// <param name="Bound">See <see cref="Interrupt.Bound"/>.</param>
/// <param name="More">True where the next frame goes on with the data.</param>
/// <param name="Data">Payload.</param>
public sealed record InterruptFrame(ulong Epoch, uint Class, bool Bound, bool More, byte[] Data) : Frame;

/// <summary>
/// An epoch ended on the primary; its interrupts stand before this frame. Body: kind, epoch (8), instructions (8),
/// digest (8 + 8), next clock pair (8 + 8), flags (1: bit 0 the guest exited, bit 1 wanted), exit code (4).
/// </summary>
/// <param name="Epoch">Which one.</param>
/// <param name="Instructions">Guest instructions retired since the start.</param>
/// <param name="Digest">State at the boundary, before delivery.</param>
/// <param name="NextClock">Guest time of the next epoch.</param>
/// <param name="ExitCode">The guest's, where it ended.</param>
/// <param name="Wanted">
/// Outputs or the guest wait for the acknowledgement of this epoch: it is sent at once, when it was received and when it was
/// executed. Otherwise it comes with a later one or at the next tick, since two frames and four awakened threads for each of
/// thousands of epochs a second are time that the guests don't get.
/// </param>
public sealed record EndOfEpoch(
    ulong Epoch, ulong Instructions, Digest Digest, ClockPair NextClock, int? ExitCode, bool Wanted) : Frame;

/// <summary>
/// What the backup has. Body: kind, received (8), executed (8), instructions (8). Cumulative: the last one counts.
/// </summary>
/// <param name="Received">Every frame through the end of this epoch is in its memory: enough to commit.</param>
/// <param name="Executed">Its guest stands at the end of this epoch.</param>
/// <param name="Instructions">Instructions that its guest has retired.</param>
public sealed record Acknowledge(ulong Received, ulong Executed, ulong Instructions) : Frame;

/// <summary>A sign of life. Body: kind, epoch (8), instructions (8).</summary>
/// <param name="Epoch">The last epoch that ended at the sender.</param>
/// <param name="Instructions">Instructions retired by then.</param>
public sealed record Heartbeat(ulong Epoch, ulong Instructions) : Frame;

/// <summary>
/// Every output through this number is out for good, so that nobody needs to repeat it. Body: kind, number (8).
/// </summary>
/// <param name="Number">The number.</param>
public sealed record ReleasedThrough(ulong Number) : Frame;

/// <summary>The pair ends here. Body: kind, flags (1: bit 0 an operator stopped it), exit code (4).</summary>
/// <param name="ExitCode">The guest's exit code, or the operator's 130.</param>
/// <param name="Stopped">True where an operator ended it, not the guest.</param>
public sealed record Goodbye(int ExitCode, bool Stopped) : Frame;
