using System.Net;
using System.Reflection;
using ShadowVm.Host.Arbitration;
using ShadowVm.Host.Backends;
using ShadowVm.Host.Channel;
using ShadowVm.Host.Configuration;
using ShadowVm.Replication;

namespace ShadowVm.Host.LifeCycle;

/// <summary>What each replica brings along by itself: nothing of it crosses the channel.</summary>
public record ReplicaOptions
{
    /// <summary>Builds the guest.</summary>
    public required IGuestFactory Guests { get; init; }

    /// <summary>Where the console goes while this replica emits.</summary>
    public ConsoleOptions Console { get; init; } = new();

    /// <summary>Disks by name.</summary>
    public IReadOnlyList<DiskOptions> Disks { get; init; } = [];

    /// <summary>What of this host a program may reach.</summary>
    public ProgramFiles Files { get; init; } = new();

    /// <summary>
    /// A folder that both replicas reach, for the lock-file arbiter; null: none, and a replica that loses the other
    /// ends rather than go on alone.
    /// </summary>
    public string? ArbiterFolder { get; init; }

    /// <summary>Shuts out an old primary on another host, or null.</summary>
    public string? FenceCommand { get; init; }

    /// <summary>Who follows.</summary>
    public required IReplicaObserver Observer { get; init; }

    /// <summary>How the channel batches.</summary>
    public ChannelSettings Channel { get; init; } = new();

    /// <summary>This program's version: both replicas must have the same.</summary>
    internal string Build { get; init; } = BuildOfThis;

    /// <summary>Shuts the old primary out, given its process and address; the tests, whose replicas share a process,
    /// set another.</summary>
    internal Func<ProcessIdentity, string, (bool Done, string Detail)>? Fencing { get; init; }

    private static string BuildOfThis =>
        typeof(ReplicaOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "unknown";
}

/// <summary>A primary's options.</summary>
public sealed record PrimaryOptions : ReplicaOptions
{
    /// <summary>
    /// The guest; the primary itself fills in <see cref="PairConfiguration.Primary"/>,
    /// <see cref="PairConfiguration.Protected"/>, <see cref="PairConfiguration.Disks"/> and <see cref="PairConfiguration.ConsoleRelay"/>.
    /// </summary>
    public required PairConfiguration Configuration { get; init; }

    /// <summary>Where to wait for a backup.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Plaintext off-loopback is fine.</summary>
    public bool InsecurePlaintext { get; init; }
}

/// <summary>A backup's options.</summary>
public sealed record BackupOptions : ReplicaOptions
{
    /// <summary>Where the primary listens.</summary>
    public required IPEndPoint Primary { get; init; }

    /// <summary>Plaintext off-loopback is fine.</summary>
    public bool InsecurePlaintext { get; init; }
}

/// <summary>Options of a guest without a pair.</summary>
public sealed record RunnerOptions
{
    /// <summary>Builds the guest.</summary>
    public required IGuestFactory Guests { get; init; }

    /// <summary>The guest.</summary>
    public required PairConfiguration Configuration { get; init; }

    /// <summary>Where the console goes.</summary>
    public ConsoleOptions Console { get; init; } = new();

    /// <summary>What of this host a program may reach.</summary>
    public ProgramFiles Files { get; init; } = new();

    /// <summary>Disks.</summary>
    public IReadOnlyList<DiskOptions> Disks { get; init; } = [];

    /// <summary>Who hears of trouble.</summary>
    public required IReplicaObserver Observer { get; init; }

    /// <summary>Takes the digest at each boundary (epoch, digest), on the guest's thread; null: none is computed.
    /// </summary>
    public Action<ulong, Digest>? OnDigest { get; init; }

    /// <summary>Bytes of outputs on their way at which the guest waits.</summary>
    public long PendingOutputBytes { get; init; } = 64L << 20;
}
