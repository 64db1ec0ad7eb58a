namespace ShadowVm.Machine.Channel;

/// <summary>
/// What <see cref="ChannelRegisters.Result"/> says of the last command. A refused command changes nothing else. A read
/// or write is checked in the order connection, sectors, address, tag, number.
/// </summary>
public enum ChannelResult : uint
{
    /// <summary>Accepted.</summary>
    Accepted = 0,

    /// <summary>There is no connection, or it isn't completed yet (a close also drops one that isn't).</summary>
    NotConnected = 1,

    /// <summary>An outstanding operation has this tag, or it is the connect's.</summary>
    TagInUse = 2,

    /// <summary>Outstanding operations and waiting events together are at the maximum.</summary>
    TooMany = 3,

    /// <summary>The bytes don't all lie in RAM.</summary>
    BadAddress = 4,

    /// <summary>The count is not 1 to 128, or the sectors end beyond 2^54.</summary>
    BadSectors = 5,

    /// <summary>A connection is open or being opened.</summary>
    AlreadyConnected = 6,

    /// <summary>Events of the last connection wait: they are taken before a new connection is opened.</summary>
    EventsWaiting = 7,

    /// <summary>No such command.</summary>
    UnknownCommand = 8,
}
