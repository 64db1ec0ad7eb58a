namespace ShadowVm.Machine.Programs;

/// <summary>What a Linux program is started with; the same on both replicas. Nothing of the host is in it by itself.</summary>
public sealed record ProgramSettings
{
    /// <summary>Arguments, the program's own name first.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment, each NAME=VALUE.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>What the program's random numbers come from.</summary>
    public ReadOnlyMemory<byte> Seed { get; init; }

    /// <summary>The wall clock at the program's start, nanoseconds since 1970.</summary>
    public ulong WallClock { get; init; }

    /// <summary>The dynamic linker that the program asks for: the file's bytes, or empty.</summary>
    public ReadOnlyMemory<byte> Interpreter { get; init; }
}
