namespace ShadowVm.Isa;

/// <summary>One finding about a definition's text, with its place.</summary>
/// <param name="File">Name of the file within the definition.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
/// <param name="IsError">True for an error, false for a warning.</param>
/// <param name="Message">One sentence that names the offending text.</param>
/// <param name="Hint">What to do about it, or null.</param>
public sealed record Diagnostic(string File, int Line, int Column, bool IsError, string Message, string? Hint)
{
    /// <summary>The finding as printed: file:line:column: kind: sentence; hint.</summary>
    public override string ToString() =>
        $"{File}:{Line}:{Column}: {(IsError ? "error" : "warning")}: {Message}{(Hint is null ? "" : "; " + Hint)}";
}
