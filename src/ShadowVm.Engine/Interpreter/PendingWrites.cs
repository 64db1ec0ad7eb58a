using ShadowVm.Engine.Cpu;

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// Register writes of the instruction being executed. They take effect together when it commits, the last one to a
/// slot wins, and none does when it is abandoned.
/// </summary>
internal sealed class PendingWrites(CpuState cpu, HookInputs inputs)
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

    /// <summary>Makes the writes; true where one changed a slot that addresses are translated by.</summary>
    public bool Commit()
    {
        var changed = false;
        for (var i = 0; i < _count; i++)
        {
            var slot = _slots[i];
            changed |= inputs.Contains(slot) && cpu[slot] != _values[i];
            cpu[slot] = _values[i];
        }

        _count = 0;
        return changed;
    }

    public void Discard() => _count = 0;
}
