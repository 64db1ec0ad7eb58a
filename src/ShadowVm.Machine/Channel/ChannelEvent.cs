namespace ShadowVm.Machine.Channel;

/// <summary>What an event at the head of the queue is.</summary>
public enum ChannelEventKind : uint
{
    /// <summary>No event waits.</summary>
    None = 0,

    /// <summary>An operation completed: it was performed, or failed with the status that is given (Rule 1).</summary>
    Completed = 1,

    /// <summary>
    /// The connection is gone; its outstanding operations may or may not have been performed (Rule 3). The program
    /// connects again and reissues them.
    /// </summary>
    Disconnected = 2,
}

/// <summary>How an operation ended.</summary>
public enum OperationStatus : uint
{
    /// <summary>Performed; what was written is on stable storage.</summary>
    Done = 0,

    /// <summary>The device failed; a write may have been performed in part.</summary>
    InputOutputError = 1,

    /// <summary>The sectors are not all on the disk; nothing was performed.</summary>
    BeyondEnd = 2,

    /// <summary>A write to a disk that is read only; nothing was performed.</summary>
    ReadOnly = 3,
}

/// <summary>An event in the queue.</summary>
/// <param name="Kind">Completed or disconnected.</param>
/// <param name="Tag">Tag of the operation; 0 for a disconnect.</param>
/// <param name="Connection">Number of the connection.</param>
/// <param name="Status">How the operation ended; 0 for a disconnect.</param>
internal readonly record struct ChannelEvent(
    ChannelEventKind Kind, uint Tag, uint Connection, OperationStatus Status);
