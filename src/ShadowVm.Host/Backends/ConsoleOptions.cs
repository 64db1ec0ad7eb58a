using System.Net;

namespace ShadowVm.Host.Backends;

/// <summary>Where the guest's console goes.</summary>
public sealed record ConsoleOptions
{
    /// <summary>Where its bytes go, without a relay.</summary>
    public Stream Output { get; init; } = Stream.Null;

    /// <summary>Where a program's error output goes, without a relay; null: with the rest.</summary>
    public Stream? ErrorOutput { get; init; }

    /// <summary>Opens its input, or null for none; without a relay.</summary>
    public Func<Stream>? Input { get; init; }

    /// <summary>A relay that outlives this replica, or null.</summary>
    public IPEndPoint? Relay { get; init; }

    /// <summary>The process's own streams.</summary>
    public static ConsoleOptions Standard() => new()
    {
        Output = Console.OpenStandardOutput(),
        ErrorOutput = Console.OpenStandardError(),
        Input = Console.OpenStandardInput,
    };
}
