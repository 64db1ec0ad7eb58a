namespace ShadowVm.Cli.Demo;

/// <summary>What a demonstration runs with.</summary>
/// <param name="Commit">Commit policy, as the command line writes it.</param>
/// <param name="EpochLength">Instructions per epoch, as the command line writes it.</param>
/// <param name="Keep">Leave the temporary folder.</param>
internal sealed record DemoSettings(string Commit, string EpochLength, bool Keep)
{
    /// <summary>Records that the guest writes.</summary>
    public const int Records = 240;

    /// <summary>Writes that the guest keeps outstanding.</summary>
    public const int Window = 6;

    /// <summary>The guest prints a line every so many records.</summary>
    public const int LineEvery = 20;

    /// <summary>Milliseconds that the disk takes for each operation.</summary>
    public const int DiskLatencyMilliseconds = 5;

    /// <summary>Milliseconds after which a pair that hasn't finished counts as hung.</summary>
    public const int PairMillisecondsMax = 50_000;
}
