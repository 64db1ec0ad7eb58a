namespace ShadowVm.Machine.Console;

/// <summary>A bounded first-in-first-out queue of bytes that allocates once.</summary>
internal sealed class ByteQueue(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _head;

    /// <summary>Bytes waiting.</summary>
    public int Count { get; private set; }

    /// <summary>Appends a byte; false where the queue is full.</summary>
    public bool TryAdd(byte value)
    {
        if (Count == _bytes.Length) return false;
        _bytes[(_head + Count) % _bytes.Length] = value;
        Count++;
        return true;
    }

    /// <summary>Takes the oldest byte; the caller has looked at <see cref="Count"/>.</summary>
    public byte Take()
    {
        if (Count == 0) throw new InvalidOperationException("taken from an empty queue");
        var value = _bytes[_head];
        Drop(1);
        return value;
    }

    /// <summary>Forgets the oldest bytes, at most as many as wait.</summary>
    public void Drop(int count)
    {
        count = Math.Min(count, Count);
        _head = (_head + count) % _bytes.Length;
        Count -= count;
    }

    /// <summary>Writes the bytes, oldest first: where they lie in the ring doesn't show.</summary>
    public void Save(StateWriter writer, string name)
    {
        var first = Math.Min(Count, _bytes.Length - _head);
        writer.Write(name, _bytes.AsSpan(_head, first), _bytes.AsSpan(0, Count - first));
    }
}
