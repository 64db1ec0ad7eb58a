namespace ShadowVm.Simulation.World;

/// <summary>Events in the order of simulated time; what falls on one instant happens in the order it was planned.</summary>
internal sealed class Schedule
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private long _order;

    /// <summary>Simulated microseconds since the start.</summary>
    public long Now { get; private set; }

    /// <summary>Plans an event.</summary>
    public void After(long microseconds, Action action) => At(Now + microseconds, action);

    /// <summary>Plans an event for an instant that is not past.</summary>
    public void At(long time, Action action) => _events.Enqueue(action, (Math.Max(time, Now), _order++));

    /// <summary>Takes the next event; null where nothing is planned.</summary>
    public Action? Next()
    {
        if (!_events.TryDequeue(out var action, out var at)) return null;
        Now = at.Time;
        return action;
    }
}
