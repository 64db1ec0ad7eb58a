namespace ShadowVm.Compare.Protection;

/// <summary>
/// Normalised performance that Bressoud and Schneider published ("Hypervisor-based fault-tolerance", SOSP'95, table 1): time
/// under their hypervisor over time on the bare machine, two HP 9000/720 on 10 Mbit/s Ethernet. Their old protocol waits at
/// each boundary, as the commit policy <c>epoch</c>; their new one before I/O alone, as <c>output</c>.
/// </summary>
internal static class Published
{
    private static readonly long[] Lengths = [1000, 2000, 4000, 8000];

    private static readonly Dictionary<(string Guest, string Policy), double[]> Figures = new()
    {
        [("cpu", "epoch")] = [22.24, 11.83, 6.50, 3.83],
        [("cpu", "output")] = [11.67, 4.49, 3.21, 2.20],
        [("write", "epoch")] = [1.87, 1.71, 1.67, 1.64],
        [("write", "output")] = [1.70, 1.66, 1.66, 1.64],
        [("read", "epoch")] = [2.32, 2.10, 2.03, 1.98],
        [("read", "output")] = [1.92, 1.76, 1.72, 1.70],
    };

    /// <summary>A figure, or null where none was measured.</summary>
    public static double? Of(string guest, string policy, long length)
    {
        var index = Array.IndexOf(Lengths, length);
        return index >= 0 && Figures.TryGetValue((guest, policy), out var figures) ? figures[index] : null;
    }
}
