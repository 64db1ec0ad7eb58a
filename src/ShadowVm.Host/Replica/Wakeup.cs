namespace ShadowVm.Host.Replica;

/// <summary>
/// Wakes one sleeping thread, at no more than a fence and a read while it is awake. The sleeper announces its sleep,
/// looks for work once more, then sleeps; who makes work publishes it, then looks whether the other sleeps. The two
/// fences see to it that at least one of them notices the other. It may be signalled at any time, also when its
/// sleeper is gone.
/// </summary>
internal sealed class Wakeup
{
    private readonly object _gate = new();
    private int _sleeping;
    private bool _signalled;

    /// <summary>Sleeper: announces the sleep. Work is looked for after this.</summary>
    public void Announce() => Interlocked.Exchange(ref _sleeping, 1);

    /// <summary>Sleeper: there was work after all.</summary>
    public void Withdraw() => Volatile.Write(ref _sleeping, 0);

    /// <summary>Sleeper: sleeps until woken, at most this long (-1: for ever). It may wake without a cause.</summary>
    public void Sleep(int milliseconds)
    {
        lock (_gate)
        {
            if (!_signalled) Monitor.Wait(_gate, milliseconds);
            _signalled = false;
        }

        Volatile.Write(ref _sleeping, 0);
    }

    /// <summary>Anybody: wakes the sleeper, if it sleeps. Work is published before this.</summary>
    public void Signal()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) == 0 || Interlocked.Exchange(ref _sleeping, 0) == 0) return;
        lock (_gate)
        {
            _signalled = true;
            Monitor.Pulse(_gate);
        }
    }
}
