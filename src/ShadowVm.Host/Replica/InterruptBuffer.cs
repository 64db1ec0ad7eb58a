using ShadowVm.Machine;

namespace ShadowVm.Host.Replica;

/// <summary>
/// The patent's interrupt buffer (fig. 4) on the primary: backends post from their threads, the guest's thread takes
/// all at a boundary and so closes the epoch's set; what comes later belongs to the next. Posting pushes on a linked
/// list by compare-and-exchange, taking is one exchange, and a boundary at which nothing came is one read.
/// </summary>
public sealed class InterruptBuffer
{
    private readonly Wakeup _guest;
    private Node? _newest;

    internal InterruptBuffer(Wakeup guest) => _guest = guest;

    /// <summary>True where nothing waits.</summary>
    public bool IsEmpty => Volatile.Read(ref _newest) is null;

    /// <summary>Any thread: buffers an input for the current epoch's end and wakes a waiting guest.</summary>
    public void Post(DeviceInput input)
    {
        var node = new Node(input);
        Node? seen;
        do
        {
            seen = Volatile.Read(ref _newest);
            node.Older = seen;
        }
        while (Interlocked.CompareExchange(ref _newest, node, seen) != seen);
        _guest.Signal();
    }

    /// <summary>Guest's thread: takes all that was posted, oldest first.</summary>
    internal void TakeAll(List<DeviceInput> batch)
    {
        if (IsEmpty) return;
        var first = batch.Count;
        for (var node = Interlocked.Exchange(ref _newest, null); node is not null; node = node.Older)
        {
            batch.Add(node.Input);
        }

        batch.Reverse(first, batch.Count - first);
    }

    private sealed class Node(DeviceInput input)
    {
        public readonly DeviceInput Input = input;
        public Node? Older;
    }
}
