namespace ShadowVm.Simulation.World;

/// <summary>Test-and-set on a generation; now and then it doesn't answer for a while.</summary>
internal sealed class Arbiter(Schedule schedule, Chance chance, Trace trace)
{
    private readonly SortedDictionary<ulong, int> _holders = [];

    /// <summary>Asks for a generation; the answer comes later.</summary>
    public void Ask(ulong generation, int replica, Action<bool> answer)
    {
        var delay = chance.OneIn(4) ? chance.Between(5_000, 60_000) : chance.Between(100, 2000);
        schedule.After(delay, () =>
        {
            if (!_holders.TryGetValue(generation, out var holder)) _holders.Add(generation, holder = replica);
            trace.Add(schedule.Now, 20, generation, (ulong)holder);
            answer(holder == replica);
        });
    }
}
