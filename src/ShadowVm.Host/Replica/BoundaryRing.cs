using System.Runtime.InteropServices;

namespace ShadowVm.Host.Replica;

/// <summary>
/// The guest's thread writes boundary records, the role thread reads them: one producer, one consumer, no lock, no
/// allocation, no system call. Each side keeps its index on a cache line of its own and a copy of the other's, so that
/// an uncontended write touches no line that the other side writes.
/// </summary>
internal sealed class BoundaryRing
{
    private readonly BoundaryRecord[] _records;
    private readonly int _mask;
    private Indexes _indexes;

    /// <summary>Creates a ring.</summary>
    /// <param name="capacity">Number of records, a power of two.</param>
    public BoundaryRing(int capacity)
    {
        if (capacity <= 0 || (capacity & (capacity - 1)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "not a power of two");
        }

        _records = new BoundaryRecord[capacity];
        _mask = capacity - 1;
    }

    /// <summary>Number of records that fit.</summary>
    public int Capacity => _records.Length;

    /// <summary>Records in the ring; exact for neither side while the other moves.</summary>
    public int Count => (int)(Volatile.Read(ref _indexes.Written) - Volatile.Read(ref _indexes.Read));

    /// <summary>Producer: appends a record; false where the ring is full.</summary>
    public bool TryWrite(in BoundaryRecord record)
    {
        var written = _indexes.Written;
        if (written - _indexes.ReadSeen >= _records.Length)
        {
            _indexes.ReadSeen = Volatile.Read(ref _indexes.Read);
            if (written - _indexes.ReadSeen >= _records.Length) return false;
        }

        _records[written & _mask] = record;
        Volatile.Write(ref _indexes.Written, written + 1);
        return true;
    }

    /// <summary>Consumer: takes the oldest record; false where there is none.</summary>
    public bool TryRead(out BoundaryRecord record)
    {
        var read = _indexes.Read;
        if (read == _indexes.WrittenSeen)
        {
            _indexes.WrittenSeen = Volatile.Read(ref _indexes.Written);
            if (read == _indexes.WrittenSeen)
            {
                record = default;
                return false;
            }
        }

        ref var slot = ref _records[read & _mask];
        record = slot;
        slot = default; // keeps no output of the past alive
        Volatile.Write(ref _indexes.Read, read + 1);
        return true;
    }

    /// <summary>128 bytes apart: adjacent lines are fetched in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Indexes
    {
        [FieldOffset(128)]
        public long Written;

        [FieldOffset(136)]
        public long ReadSeen;

        [FieldOffset(256)]
        public long Read;

        [FieldOffset(264)]
        public long WrittenSeen;
    }
}
