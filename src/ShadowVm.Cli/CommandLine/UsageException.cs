namespace ShadowVm.Cli.CommandLine;

/// <summary>What the user gave can't be used; the message is one sentence with the value. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
