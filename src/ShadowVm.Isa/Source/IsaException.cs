namespace ShadowVm.Isa;

/// <summary>A definition can't be used; all that is wrong with it is in <see cref="Diagnostics"/>.</summary>
public sealed class IsaException : Exception
{
    /// <summary>An error made of findings; the message is one line for each.</summary>
    /// <param name="diagnostics">The findings, errors among them.</param>
    public IsaException(IReadOnlyList<Diagnostic> diagnostics)
        : base(string.Join('\n', diagnostics))
    {
        Diagnostics = diagnostics;
    }

    /// <summary>An error that has no place in a text, such as a definition that isn't found.</summary>
    /// <param name="message">One sentence.</param>
    public IsaException(string message)
        : base(message)
    {
        Diagnostics = [];
    }

    /// <summary>The findings in text order; empty where the message says all.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
