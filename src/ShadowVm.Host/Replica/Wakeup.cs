namespace ShadowVm.Host.Replica;

/// <summary>
/// Wakes one sleeping thread, at no more than a fence and a read while it is awake. The sleeper announces its sleep,
/// looks for work once more, then sleeps; who makes work publishes it, then looks whether the other sleeps. The two
/// fences see to it that at least one of them notices the other.
/// </summary>
internal sealed class Wakeup : IDisposable
{
    private readonly AutoResetEvent _event = new(false);
    private int _sleeping;

    /// <summary>Sleeper: announces the sleep. Work is looked for after this.</summary>
    public void Announce() => Interlocked.Exchange(ref _sleeping, 1);

    /// <summary>Sleeper: there was work after all.</summary>
    public void Withdraw() => Volatile.Write(ref _sleeping, 0);

    /// <summary>Sleeper: sleeps until woken, at most this long (-1: for ever).</summary>
    public void Sleep(int milliseconds)
    {
        _event.WaitOne(milliseconds);
        Volatile.Write(ref _sleeping, 0);
    }

    /// <summary>Anybody: wakes the sleeper, if it sleeps. Work is published before this.</summary>
    public void Signal()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _sleeping) != 0 && Interlocked.Exchange(ref _sleeping, 0) != 0) _event.Set();
    }

    public void Dispose() => _event.Dispose();
}
