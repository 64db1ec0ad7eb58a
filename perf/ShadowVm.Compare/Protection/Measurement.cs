namespace ShadowVm.Compare.Protection;

/// <summary>Normalised performance by guest, epoch length and commit policy: time protected over time alone.</summary>
internal sealed class Measurement
{
    private readonly Dictionary<(string Guest, long Length, string Policy), List<double>> _ratios = [];

    /// <summary>Adds a pair's time over that of the run alone which came before it.</summary>
    public void Add(string guest, long length, string policy, double alone, double pair)
    {
        if (!_ratios.TryGetValue((guest, length, policy), out var list)) _ratios.Add((guest, length, policy), list = []);
        list.Add(pair / alone);
    }

    /// <summary>What was measured.</summary>
    public Sample Of(string guest, long length, string policy) => new(_ratios[(guest, length, policy)]);
}
