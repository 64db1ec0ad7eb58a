namespace ShadowVm.Machine.Console;

/// <summary>
/// What travels between a console's model and its backend. The payload of either direction is the bytes themselves,
/// one or more, in order, with no header. No message is bound to a connection.
/// </summary>
public static class ConsoleMessages
{
    /// <summary>Kind of an output: bytes that the guest wrote; and of an input: bytes that somebody typed.</summary>
    public const byte Bytes = 1;
}
