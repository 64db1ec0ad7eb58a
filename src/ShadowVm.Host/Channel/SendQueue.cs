using System.Buffers;

namespace ShadowVm.Host.Channel;

/// <summary>
/// Bytes on their way to the sender thread: one buffer fills while the other is being sent. The lock is held for the
/// encoding of one frame or the swap of two references, never across a system call, so the role thread doesn't wait
/// for the network.
/// </summary>
internal sealed class SendQueue(int batchBytes, int batchMilliseconds, long limitBytes)
{
    private readonly Lock _encoding = new();
    private readonly object _signal = new();
    private ArrayBufferWriter<byte> _filling = new(64 * 1024);
    private ArrayBufferWriter<byte> _sending = new(64 * 1024);
    private bool _urgent;
    private bool _closing;

    /// <summary>Appends what <paramref name="encode"/> writes; false where the queue is over its limit.</summary>
    public bool TryEnqueue<T>(T item, Action<T, IBufferWriter<byte>> encode, bool flush)
    {
        bool wake;
        lock (_encoding)
        {
            if (_closing) return true;
            var before = _filling.WrittenCount;
            if (before > limitBytes) return false;
            encode(item, _filling);
            // The first byte starts the sender's clock, a full batch or a flush ends it.
            wake = flush || before == 0 || (before < batchBytes && _filling.WrittenCount >= batchBytes);
            if (flush) _urgent = true;
        }

        if (wake) lock (_signal) Monitor.Pulse(_signal);
        return true;
    }

    /// <summary>Nothing more is accepted; the sender takes what is queued and then learns of the end.</summary>
    public void Close()
    {
        lock (_encoding) _closing = true;
        lock (_signal) Monitor.Pulse(_signal);
    }

    /// <summary>Sender: waits for a batch; empty at the end. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        lock (_signal)
        {
            while (!HasBytes(out var closing))
            {
                if (closing) return default;
                Monitor.Wait(_signal);
            }

            // Bytes that nobody asked to flush wait for company, once.
            if (!IsDue()) Monitor.Wait(_signal, batchMilliseconds);
        }

        lock (_encoding)
        {
            (_filling, _sending) = (_sending, _filling);
            _filling.ResetWrittenCount();
            _urgent = false;
            return _sending.WrittenMemory;
        }
    }

    private bool HasBytes(out bool closing)
    {
        lock (_encoding)
        {
            closing = _closing;
            return _filling.WrittenCount != 0;
        }
    }

    private bool IsDue()
    {
        lock (_encoding) return _urgent || _closing || _filling.WrittenCount >= batchBytes;
    }
}
