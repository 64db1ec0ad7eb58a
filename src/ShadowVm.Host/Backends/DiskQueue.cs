namespace ShadowVm.Host.Backends;

/// <summary>
/// Operations on their way to a disk's threads. Any order is allowed (Rule 2), and threads finish in any order; only
/// two operations on one sector, at least one of them a write, keep the order in which the guest issued them, for
/// otherwise what the disk holds in the end would be a matter of chance.
/// </summary>
internal sealed class DiskQueue
{
    private readonly object _lock = new();
    private readonly List<DiskOperation> _waiting = [];
    private readonly List<DiskOperation> _running = [];
    private bool _closed;

    /// <summary>Operations that wait or run.</summary>
    public int Outstanding
    {
        get
        {
            lock (_lock) return _waiting.Count + _running.Count;
        }
    }

    public void Add(DiskOperation operation)
    {
        lock (_lock)
        {
            _waiting.Add(operation);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>A thread: waits for an operation that nothing holds back; null at the end.</summary>
    public DiskOperation? Take()
    {
        lock (_lock)
        {
            while (!_closed)
            {
                var index = 0;
                while (index < _waiting.Count && IsHeldBack(index)) index++;
                if (index == _waiting.Count)
                {
                    Monitor.Wait(_lock);
                    continue;
                }

                var operation = _waiting[index];
                _waiting.RemoveAt(index);
                _running.Add(operation);
                return operation;
            }
        }

        return null;
    }

    /// <summary>A thread: the operation is over.</summary>
    public void Done(DiskOperation operation)
    {
        lock (_lock)
        {
            _running.Remove(operation);
            Monitor.PulseAll(_lock); // what it held back may go
        }
    }

    /// <summary>Takes back what hasn't begun.</summary>
    public List<DiskOperation> TakeBack(Predicate<DiskOperation> which)
    {
        lock (_lock)
        {
            var taken = _waiting.FindAll(which);
            _waiting.RemoveAll(which);
            return taken;
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private bool IsHeldBack(int index)
    {
        var operation = _waiting[index];
        foreach (var running in _running)
        {
            if (running.Conflicts(operation)) return true;
        }

        for (var i = 0; i < index; i++)
        {
            if (_waiting[i].Conflicts(operation)) return true;
        }

        return false;
    }
}
