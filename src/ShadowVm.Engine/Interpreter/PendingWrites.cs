using ShadowVm.Engine.Cpu;

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// Register writes of the instruction being executed. They take effect together when it commits, the last one to a
/// slot wins, and none does when it is abandoned.
/// </summary>
internal sealed class PendingWrites(CpuState cpu)
{
    private int[] _slots = new int[64];
    private ulong[] _values = new ulong[64];
    private int _count;

    public void Add(int slot, ulong value)
    {
        if (_count == _slots.Length)
        {
            Array.Resize(ref _slots, _count * 2);
            Array.Resize(ref _values, _count * 2);
        }

        _slots[_count] = slot;
        _values[_count++] = value;
    }

    public void Commit()
    {
        for (var i = 0; i < _count; i++) cpu[_slots[i]] = _values[i];
        _count = 0;
    }

    public void Discard() => _count = 0;
}
