using ShadowVm.Replication;

namespace ShadowVm.Simulation.Machines;

/// <summary>A guest with its monitor, as the simulator drives it. Disk requests are those of the channel device.</summary>
public interface ISimulatedMachine : IDisposable
{
    /// <summary>The epoch that runs or has just ended; 0 before the first.</summary>
    ulong Epoch { get; }

    /// <summary>Instructions retired.</summary>
    ulong Instructions { get; }

    /// <summary>True where the guest waits for the outside.</summary>
    bool Waiting { get; }

    /// <summary>The guest's exit code once it has ended.</summary>
    int? ExitCode { get; }

    /// <summary>Guest time in nanoseconds.</summary>
    ulong GuestTime { get; }

    /// <summary>Guest time at which it wants a boundary, or null.</summary>
    ulong? Deadline { get; }

    /// <summary>Class of the channel device's interrupts and outputs but for the kind in its low byte.</summary>
    uint ChannelClass { get; }

    /// <summary>Class of console input and output.</summary>
    uint ConsoleClass { get; }

    /// <summary>Delivers a batch and begins the next epoch.</summary>
    void BeginEpoch(IReadOnlyList<Interrupt> batch, ClockPair clock);

    /// <summary>Runs the epoch to its end.</summary>
    void RunEpoch();

    /// <summary>What the epoch that ended asked of the outside.</summary>
    Output[] TakeOutputs();

    /// <summary>Digest at the boundary.</summary>
    Digest Digest();

    /// <summary>A disconnect for each connection that is open or being opened.</summary>
    IReadOnlyList<Interrupt> Disconnects();
}
