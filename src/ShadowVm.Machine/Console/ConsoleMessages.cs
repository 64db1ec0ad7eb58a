namespace ShadowVm.Machine.Console;

/// <summary>
/// What travels between a console's model and its backend. The payload of either direction is the bytes themselves,
/// one or more, in order, with no header. No message is bound to a connection.
/// </summary>
public static class ConsoleMessages
{
    /// <summary>Kind of an output: bytes that the guest wrote; and of an input: bytes that somebody typed.</summary>
    public const byte Bytes = 1;

    /// <summary>
    /// Kind of an output: bytes that a program wrote to its error output. A relay, which has one text, takes them like
    /// the others.
    /// </summary>
    public const byte ErrorBytes = 2;

    /// <summary>Kind of an input without bytes: nothing more will be typed.</summary>
    public const byte End = 3;
}
