namespace ShadowVm.Replication.Frames;

/// <summary>Bounds on what a peer may send, checked before anything is allocated for it.</summary>
public static class FrameLimits
{
    /// <summary>Bytes of a frame behind its header. Small enough that heartbeats never wait long behind one.</summary>
    public const int BodyBytesMax = 64 * 1024;

    /// <summary>Data bytes in one interrupt or configuration frame; more is split.</summary>
    public const int DataBytesMax = 60 * 1024;

    /// <summary>Bytes of a sentence or a build string.</summary>
    public const int TextBytesMax = 4096;

    /// <summary>Bytes of a whole configuration, the guest's image included.</summary>
    public const int ConfigurationBytesMax = 512 << 20;

    /// <summary>Data bytes of one interrupt over all its frames.</summary>
    public const int InterruptBytesMax = 16 << 20;
}
