namespace ShadowVm.Engine;

/// <summary>How guest code is carried out. Each tier gives the same guest state; they differ in speed.</summary>
public enum Tier : byte
{
    /// <summary>The reference interpreter alone: walks the IR; what the other tiers are checked against.</summary>
    Reference,

    /// <summary>Predecoded records with a generated handler for each form of instruction.</summary>
    Cold,

    /// <summary>The cold tier, and hot code as translated blocks.</summary>
    Block,

    /// <summary>As before, and the hottest loops and calls among them as regions of many blocks.</summary>
    Region,
}

/// <summary>
/// Settings of the execution engine. But for <see cref="CallCause"/> none of them reaches the state of a protected guest:
/// replicas may differ in them.
/// </summary>
public sealed record EngineSettings
{
    /// <summary>Most instructions before the cold tier takes over: see <see cref="WarmUp"/>.</summary>
    public const long WarmUpMax = 1_000_000;

    /// <summary>
    /// The cause that a program's system calls raise, where the guest is a program without a system under it: its
    /// traps end the run. Set by the monitor.
    /// </summary>
    public ulong? CallCause { get; init; }

    /// <summary>The tier to use.</summary>
    public Tier Tier { get; init; } = Tier.Region;

    /// <summary>Whether blocks are compiled on a thread of their own, or at once on the guest's.</summary>
    public bool Background { get; init; } = true;

    /// <summary>Jumps to an address after which the code there is translated; 1 translates at the first.</summary>
    public long HotAfter { get; init; } = 200;

    /// <summary>
    /// Times that a look at a running guest finds it in a block before a region is made there; 0 makes one for each block
    /// at once, with all code that can be reached.
    /// </summary>
    public int RegionAfter { get; init; } = 4;

    /// <summary>
    /// Instructions between two looks at where the guest is. They cost a way through the dispatcher.
    /// </summary>
    public long LookEvery { get; init; } = 20_000;

    /// <summary>Most instructions of a region.</summary>
    public int RegionInstructions { get; init; } = 240;

    /// <summary>
    /// Most instructions of a block. Longer blocks leave less often and cost more to compile, dense ones more than in
    /// proportion: at 32 instead of 64, SHA-256 runs a third slower, and other programs hardly differ.
    /// </summary>
    public int BlockInstructions { get; init; } = 64;

    /// <summary>
    /// Instructions that the reference interpreter does first: a guest that ends after a few thousand doesn't pay for
    /// a code generator that it doesn't need.
    /// </summary>
    public long WarmUp { get; init; } = 20_000;

    /// <summary>
    /// Whether each run begins with nothing translated and no page remembered: what a replica that has just begun knows.
    /// For tests, since it takes its time.
    /// </summary>
    public bool Forgets { get; init; }

    /// <summary>
    /// Told on the guest's thread, between two instructions, of code that the translator failed at, which the tiers below carry out.
    /// Null where such a fault shall end the run, as tests want it.
    /// </summary>
    public Action<Translation.TranslatorFault>? OnTranslatorFault { get; init; }

    /// <summary>Called on the translator's thread before it translates for an address; for tests of what happens when it fails.</summary>
    internal Action<ulong, bool>? BeforeTranslation { get; init; }

    /// <summary>How the simulated processor delays traps, where the instruction set has such.</summary>
    public DelayedTraps.TrapHardwareSettings TrapHardware { get; init; } = new();

    /// <summary>Bytes of IL that translated blocks may have together; beyond it all are dropped.</summary>
    public long CacheBytes { get; init; } = 64 << 20;
}
