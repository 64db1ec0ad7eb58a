namespace ShadowVm.Replication.Roles;

/// <summary>
/// Holds a primary's outputs until their epoch is safe, lets them out in the order of their numbers, and knows through
/// which number all are out for good.
/// </summary>
internal sealed class OutputGate(IRoleActions actions)
{
    private readonly Queue<Output> _held = new();
    private readonly Dictionary<ulong, int> _unconfirmed = [];
    private readonly Queue<ulong> _order = new();

    /// <summary>Every output through this number is out for good.</summary>
    public ulong ReleasedThrough { get; private set; }

    /// <summary>Bytes of the outputs that are held, or left and are not out for good yet.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>True where outputs wait for their epoch.</summary>
    public bool Holds => _held.Count != 0;

    /// <summary>True where nothing is held and everything that left is out for good.</summary>
    public bool IsEmpty => _held.Count == 0 && _order.Count == 0;

    /// <summary>Takes on what another replica is known to have let out.</summary>
    public void StartAfter(ulong number) => ReleasedThrough = number;

    /// <summary>Holds the outputs of an epoch.</summary>
    public void Hold(Output[] outputs)
    {
        foreach (var output in outputs)
        {
            PendingBytes += output.Data.Length;
            _held.Enqueue(output);
        }
    }

    /// <summary>Lets out what belongs to this epoch and those before it.</summary>
    public void Release(ulong throughEpoch)
    {
        while (_held.TryPeek(out var output) && output.Epoch <= throughEpoch)
        {
            _held.Dequeue();
            PendingBytes -= output.Data.Length;
            LetOut(output);
        }
    }

    /// <summary>Lets one output out without holding it.</summary>
    public void LetOut(Output output)
    {
        // A number that leaves again, after a take-over, is still one output.
        if (_unconfirmed.TryAdd(output.Number, output.Data.Length)) PendingBytes += output.Data.Length;
        _order.Enqueue(output.Number);
        actions.Release(output);
    }

    /// <summary>A backend has it for good; true where <see cref="ReleasedThrough"/> went on.</summary>
    public bool Confirm(ulong number)
    {
        if (_unconfirmed.Remove(number, out var bytes)) PendingBytes -= bytes;
        var before = ReleasedThrough;
        while (_order.TryPeek(out var first) && !_unconfirmed.ContainsKey(first))
        {
            ReleasedThrough = Math.Max(ReleasedThrough, first);
            _order.Dequeue();
        }

        return ReleasedThrough != before;
    }
}
