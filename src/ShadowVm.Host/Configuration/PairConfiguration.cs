using ShadowVm.Host.Arbitration;
using ShadowVm.Machine.Programs;
using ShadowVm.Replication;
using ShadowVm.Vmm;

namespace ShadowVm.Host.Configuration;

/// <summary>
/// All that makes a guest, as the primary sends it: the backup builds from this and from nothing of its own, but for
/// the definition of the instruction set, which it has by name and checks by hash. Disks travel by name, never by path.
/// </summary>
public sealed record PairConfiguration
{
    /// <summary>The pair's identity, new at each start.</summary>
    public required Guid Pair { get; init; }

    /// <summary>The primary's process, for the fence.</summary>
    public required ProcessIdentity Primary { get; init; }

    /// <summary>The instruction set's name and variant, as the operator writes it.</summary>
    public required string Isa { get; init; }

    /// <summary>Hash over the definition's files, hexadecimal.</summary>
    public required string IsaHash { get; init; }

    /// <summary>The machine's name.</summary>
    public required string Machine { get; init; }

    /// <summary>The machine description's bytes.</summary>
    public required byte[] MachineDescription { get; init; }

    /// <summary>The image's file name, for people.</summary>
    public required string ImageName { get; init; }

    /// <summary>The image's bytes.</summary>
    public required byte[] Image { get; init; }

    /// <summary>RAM in bytes, or null for what the machine description says.</summary>
    public ulong? MemoryBytes { get; init; }

    /// <summary>Instructions per epoch.</summary>
    public required long EpochLength { get; init; }

    /// <summary>Where guest time comes from.</summary>
    public ClockMode Clock { get; init; }

    /// <summary>Execution tier, as the operator writes it.</summary>
    public string Tier { get; init; } = "region";

    /// <summary>Words of the guest's parameter block, by index.</summary>
    public IReadOnlyList<(int Index, ulong Value)> Parameters { get; init; } = [];

    /// <summary>What a Linux program is started with.</summary>
    public ProgramSettings Program { get; init; } = new();

    /// <summary>The number that the primary left in the program's root folder; empty where there is none.</summary>
    public string FilesIdentity { get; init; } = "";

    /// <summary>Disks in the order of the devices they belong to.</summary>
    public IReadOnlyList<DiskName> Disks { get; init; } = [];

    /// <summary>True where the console goes through a relay, so that the backup needs one too.</summary>
    public bool ConsoleRelay { get; init; }

    /// <summary>
    /// Whether this is a pair's guest, so that its delayed traps are buffered to points which both replicas reach.
    /// </summary>
    public bool Protected { get; init; }

    /// <summary>What a drain instruction of a protected guest does.</summary>
    public DrainPolicy DrainPolicy { get; init; }

    /// <summary>How the roles go about it.</summary>
    public RoleSettings Role { get; init; } = new();

    /// <summary>Whether two are the same to the byte.</summary>
    public bool Equals(PairConfiguration? other) =>
        other is not null && ConfigurationCodec.Encode(this).AsSpan().SequenceEqual(ConfigurationCodec.Encode(other));

    /// <inheritdoc/>
    public override int GetHashCode() => Pair.GetHashCode();
}

/// <summary>A disk as both replicas know it.</summary>
/// <param name="Name">Its name; each replica maps it to a path by its own options.</param>
/// <param name="Identity">The number that the primary left beside it.</param>
public readonly record struct DiskName(string Name, string Identity);

/// <summary>Where guest time comes from.</summary>
public enum ClockMode
{
    /// <summary>The host's monotonic clock, logged.</summary>
    Host,

    /// <summary>Instructions alone.</summary>
    Instructions,
}
