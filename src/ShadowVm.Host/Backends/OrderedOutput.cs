namespace ShadowVm.Host.Backends;

/// <summary>
/// Outputs that leave in order on a thread of their own, so that a slow terminal holds up neither the role nor, below a
/// limit, the guest.
/// </summary>
internal sealed class OrderedOutput : IDisposable
{
    private readonly object _lock = new();
    private readonly Queue<(ulong Number, byte[] Data)> _queue = new();
    private readonly Action<ulong, byte[]> _write;
    private readonly Thread _thread;
    private long _pending;
    private bool _writing;
    private bool _closed;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="write">Writes one output; may block; doesn't throw.</param>
    public OrderedOutput(string name, Action<ulong, byte[]> write)
    {
        _write = write;
        _thread = new Thread(WriteAll) { IsBackground = true, Name = name };
        _thread.Start();
    }

    public long PendingBytes => Interlocked.Read(ref _pending);

    public void Add(ulong number, byte[] data)
    {
        Interlocked.Add(ref _pending, data.Length);
        lock (_lock)
        {
            _queue.Enqueue((number, data));
            Monitor.PulseAll(_lock);
        }
    }

    public bool Drain(int milliseconds)
    {
        var end = Environment.TickCount64 + milliseconds;
        lock (_lock)
        {
            while (_queue.Count != 0 || _writing)
            {
                var left = end - Environment.TickCount64;
                if (left <= 0) return false;
                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }
        }

        return true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            (ulong Number, byte[] Data) next;
            lock (_lock)
            {
                _writing = false;
                Monitor.PulseAll(_lock);
                while (_queue.Count == 0 && !_closed) Monitor.Wait(_lock);
                if (_queue.Count == 0) return;
                next = _queue.Dequeue();
                _writing = true;
            }

            _write(next.Number, next.Data);
            Interlocked.Add(ref _pending, -next.Data.Length);
        }
    }
}
