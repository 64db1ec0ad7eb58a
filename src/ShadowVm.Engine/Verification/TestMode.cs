namespace ShadowVm.Engine.Verification;

/// <summary>One of the ways in which tests of a definition are carried out; all must come to the same state.</summary>
/// <param name="Tier">Who carries code out.</param>
/// <param name="InEpochsOfOne">Whether the recovery counter expires at each instruction.</param>
public sealed record TestMode(Tier Tier, bool InEpochsOfOne)
{
    /// <summary>
    /// Each tier, as one epoch and in epochs of one instruction. Regions aren't among them: one of a single block is that
    /// block.
    /// </summary>
    public static IReadOnlyList<TestMode> All { get; } =
    [
        .. from tier in new[] { Tier.Reference, Tier.Cold, Tier.Block }
           from single in new[] { false, true }
           select new TestMode(tier, single),
    ];

    /// <summary>What all others are compared with.</summary>
    public static TestMode Reference { get; } = new(Tier.Reference, false);

    /// <summary>
    /// The tier from the first instruction on, with every block translated when it is first met, on this thread. Blocks are
    /// short, since code that is made up takes the compiler long.
    /// </summary>
    public EngineSettings Settings =>
        new()
        {
            Tier = Tier,
            WarmUp = 0,
            HotAfter = 1,
            Background = false,
            BlockInstructions = 12,
        };

    /// <summary>Such as "block, counter at each instruction".</summary>
    public override string ToString() =>
        Tier.ToString().ToLowerInvariant() + (InEpochsOfOne ? ", counter at each instruction" : "");
}
