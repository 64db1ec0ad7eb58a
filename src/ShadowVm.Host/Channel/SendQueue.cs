using System.Buffers;

namespace ShadowVm.Host.Channel;

/// <summary>
/// Bytes on their way to the sender thread: one buffer fills while the other is being sent. The lock is held for the
/// encoding of one frame or the swap of two references, never across a system call, so the role thread doesn't wait
/// for the network. The sender is woken by a flush or a full batch, not by each frame.
/// </summary>
internal sealed class SendQueue(int batchBytes, long limitBytes)
{
    private readonly object _gate = new();
    private ArrayBufferWriter<byte> _filling = new(64 * 1024);
    private ArrayBufferWriter<byte> _sending = new(64 * 1024);
    private bool _due;
    private bool _closing;

    /// <summary>Appends what <paramref name="encode"/> writes; false where the queue is over its limit.</summary>
    public bool TryEnqueue<T>(T item, Action<T, IBufferWriter<byte>> encode, bool flush)
    {
        lock (_gate)
        {
            if (_closing) return true;
            if (_filling.WrittenCount > limitBytes) return false;
            encode(item, _filling);
            if (flush || _filling.WrittenCount >= batchBytes) SetDue();
        }

        return true;
    }

    /// <summary>What is queued leaves.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_filling.WrittenCount != 0) SetDue();
        }
    }

    /// <summary>Nothing more is accepted; the sender takes what is queued and then learns of the end.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closing = true;
            SetDue();
        }
    }

    /// <summary>Sender: waits for a batch; empty at the end. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            while (!_due) Monitor.Wait(_gate);
            (_filling, _sending) = (_sending, _filling);
            _filling.ResetWrittenCount();
            _due = _closing;
            return _sending.WrittenMemory;
        }
    }

    private void SetDue()
    {
        if (_due) return;
        _due = true;
        Monitor.Pulse(_gate);
    }
}
