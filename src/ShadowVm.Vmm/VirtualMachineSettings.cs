using ShadowVm.Engine;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Vmm;

/// <summary>What an operator sets for one guest, the same on both replicas.</summary>
public sealed record VirtualMachineSettings
{
    /// <summary>Smallest epoch length in instructions.</summary>
    public const long EpochLengthMin = 1;

    /// <summary>Largest epoch length in instructions.</summary>
    public const long EpochLengthMax = 1_000_000_000;

    /// <summary>Epoch length that is right for most guests: an interrupt waits less than a disk does.</summary>
    public const long EpochLengthDefault = 200_000;

    /// <summary>What the recovery counter is set to at the start of each epoch.</summary>
    public long EpochLength { get; init; } = EpochLengthDefault;

    /// <summary>Name of the image, for errors.</summary>
    public string ImageName { get; init; } = "image";

    /// <summary>RAM in bytes, or null for what the machine description says.</summary>
    public ulong? MemoryBytes { get; init; }

    /// <summary>
    /// Whether another replica lives the same history: then delayed traps are buffered until a point that both reach.
    /// </summary>
    public bool Protected { get; init; }

    /// <summary>
    /// Drain_Priv: whether a drain instruction switches to the monitor; null for as <see cref="Protected"/> says, which
    /// is what is right. The guest can't reach it.
    /// </summary>
    public bool? DrainPriv { get; init; }

    /// <summary>What a drain instruction does where it switches to the monitor.</summary>
    public DrainPolicy DrainPolicy { get; init; }

    /// <summary>How guest code is carried out. The one setting that replicas may differ in.</summary>
    public EngineSettings Engine { get; init; } = new();

    /// <summary>Words to set in the guest's parameter block before it starts, by index.</summary>
    public IReadOnlyList<(int Index, ulong Value)> Parameters { get; init; } = [];

    /// <summary>What a Linux program is started with, where the machine runs one.</summary>
    public ProgramSettings Program { get; init; } = new();
}
