namespace ShadowVm.Host;

/// <summary>
/// Something that the operator can put right: a file that is missing, a port in use, a setting that doesn't fit. The
/// message is one whole sentence for the operator; the command line prints it alone and ends with the exit code.
/// </summary>
public sealed class HostException : Exception
{
    /// <summary>Exit code for input that can't be used.</summary>
    public const int BadInput = 2;

    /// <summary>Creates one.</summary>
    /// <param name="sentence">What is wrong, with the place and the offending value.</param>
    /// <param name="exitCode">The exit code of the process.</param>
    /// <param name="inner">What the runtime said, if anything.</param>
    public HostException(string sentence, int exitCode = BadInput, Exception? inner = null)
        : base(sentence, inner) => ExitCode = exitCode;

    /// <summary>The exit code of the process.</summary>
    public int ExitCode { get; }
}
