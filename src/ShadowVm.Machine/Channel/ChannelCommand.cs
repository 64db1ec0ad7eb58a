namespace ShadowVm.Machine.Channel;

/// <summary>What a write to <see cref="ChannelRegisters.Command"/> asks for.</summary>
public enum ChannelCommand : uint
{
    /// <summary>Opens a connection (Rule 0); outstanding until its completion or a disconnect.</summary>
    Connect = 1,

    /// <summary>Reads sectors into RAM; the bytes arrive with the completion.</summary>
    Read = 2,

    /// <summary>Writes sectors from RAM; the bytes are copied now.</summary>
    Write = 3,

    /// <summary>
    /// Drops the connection at once, without an event. Operations that were outstanding may or may not have been
    /// performed (Rule 3) and never complete.
    /// </summary>
    Close = 4,

    /// <summary>Takes the event at the head of the queue off; does nothing where none waits.</summary>
    PopEvent = 5,
}
