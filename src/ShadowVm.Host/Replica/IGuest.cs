using ShadowVm.Machine;
using ShadowVm.Replication;

namespace ShadowVm.Host.Replica;

/// <summary>
/// What the outside needs of a virtual machine. One call of each member per epoch, none per instruction.
/// </summary>
public interface IGuest : IDisposable
{
    /// <summary>The epoch that runs or has just ended; 0 before the first <see cref="BeginEpoch"/>.</summary>
    ulong Epoch { get; }

    /// <summary>Guest instructions retired since the start.</summary>
    ulong Retired { get; }

    /// <summary>True where the guest waits for the outside; its epochs have no instructions meanwhile.</summary>
    bool Waiting { get; }

    /// <summary>The guest's exit code once it has ended.</summary>
    int? ExitCode { get; }

    /// <summary>Guest time in nanoseconds after the last retired instruction.</summary>
    ulong GuestTime { get; }

    /// <summary>Guest time in nanoseconds at which a device wants a boundary, or null.</summary>
    ulong? Deadline { get; }

    /// <summary>What the epoch that just ended asked of the outside, in order of number.</summary>
    ReadOnlySpan<DeviceOutput> Outputs { get; }

    /// <summary>The devices' kinds by index, as inputs and outputs name them.</summary>
    IReadOnlyList<GuestDevice> Devices { get; }

    /// <summary>Delivers a batch at the boundary where the machine stands and begins the next epoch.</summary>
    void BeginEpoch(ReadOnlySpan<DeviceInput> batch, ClockPair clock);

    /// <summary>Runs the epoch to its end, exact to the instruction.</summary>
    void RunEpoch();

    /// <summary>Digest of all state, at a boundary before delivery.</summary>
    Digest Digest();

    /// <summary>Adds a "disconnected" for each connection that is open or being opened now.</summary>
    void AddDisconnects(ICollection<DeviceInput> batch);
}

/// <summary>A device that has a backend.</summary>
/// <param name="Index">Index on the bus.</param>
/// <param name="Name">Name on the bus.</param>
/// <param name="Kind">What backend it asks for.</param>
public readonly record struct GuestDevice(ushort Index, string Name, BackendKind Kind);

/// <summary>The kinds of backends.</summary>
public enum BackendKind
{
    /// <summary>None: the device is all model.</summary>
    None,

    /// <summary>Bytes to and from an operator.</summary>
    Console,

    /// <summary>The channel device's disk.</summary>
    Disk,

    /// <summary>A program's files.</summary>
    Files,
}
