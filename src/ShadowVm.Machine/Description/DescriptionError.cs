namespace ShadowVm.Machine.Description;

/// <summary>Something wrong in a machine description.</summary>
/// <param name="File">Name of the file as given to the parser.</param>
/// <param name="Line">Line from 1.</param>
/// <param name="Column">Column in bytes from 1.</param>
/// <param name="Message">One sentence with the offending text.</param>
public sealed record DescriptionError(string File, int Line, int Column, string Message)
{
    /// <summary>file:line:column: message.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
