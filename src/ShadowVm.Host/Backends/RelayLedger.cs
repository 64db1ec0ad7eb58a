using System.IO.Hashing;

namespace ShadowVm.Host.Backends;

/// <summary>
/// What a relay remembers: the newest generation, the last number, and a hash of the last outputs, so that a repeat is
/// dropped, one whose bytes differ is found, and an older generation is refused. Pure; the caller holds a lock.
/// </summary>
public sealed class RelayLedger
{
    /// <summary>Outputs whose content is remembered; older repeats are dropped unseen.</summary>
    public const int Remembered = 65536;

    private readonly Dictionary<ulong, UInt128> _hashes = [];
    private readonly Queue<ulong> _order = new();

    /// <summary>The newest generation that said hello, 0 before any.</summary>
    public ulong Generation { get; private set; }

    /// <summary>The number of the last output that got out, 0 before any.</summary>
    public ulong Last { get; private set; }

    /// <summary>Repeats dropped.</summary>
    public long Repeats { get; private set; }

    /// <summary>Repeats whose bytes differed.</summary>
    public long Differing { get; private set; }

    /// <summary>A replica says hello; false where a newer generation has been here.</summary>
    public bool TryEnter(ulong generation)
    {
        if (generation < Generation) return false;
        Generation = generation;
        return true;
    }

    /// <summary>An output arrives.</summary>
    public RelayVerdict Judge(ulong generation, ulong number, ReadOnlySpan<byte> bytes)
    {
        if (generation < Generation) return RelayVerdict.Fenced;
        var hash = XxHash128.HashToUInt128(bytes);
        if (number > Last)
        {
            Last = number;
            _hashes.Add(number, hash);
            _order.Enqueue(number);
            if (_order.Count > Remembered) _hashes.Remove(_order.Dequeue());
            return RelayVerdict.New;
        }

        Repeats++;
        if (!_hashes.TryGetValue(number, out var known) ? number > OldestRemembered() : known != hash)
        {
            Differing++;
            return RelayVerdict.Differs;
        }

        return RelayVerdict.Repeat;
    }

    /// <summary>A number that was skipped can't be a repeat of anything; one that was forgotten may be.</summary>
    private ulong OldestRemembered() => _order.Count < Remembered ? 0 : _order.Peek();
}

/// <summary>What becomes of an output at a relay.</summary>
public enum RelayVerdict
{
    /// <summary>It goes out.</summary>
    New,

    /// <summary>It is out already: dropped and acknowledged.</summary>
    Repeat,

    /// <summary>Its number is out with other bytes: dropped, reported.</summary>
    Differs,

    /// <summary>It comes from an older generation: refused.</summary>
    Fenced,
}
