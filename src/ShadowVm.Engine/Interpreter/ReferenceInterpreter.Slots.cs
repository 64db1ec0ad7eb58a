namespace ShadowVm.Engine.Interpreter;

/// <content>
/// Where control goes. With delay slots, pc, npc and slot are state: a branch writes npc, the instruction in its slot is
/// the next one, and an epoch may end between the two.
/// </content>
public sealed partial class ReferenceInterpreter
{
    private readonly int _nextPcSlot;
    private readonly int _delaySlot;

    // The address behind _next, and what becomes of the instruction at _next: it stands in a slot, it is passed over.
    private ulong _after;
    private bool _opensSlot;
    private bool _nullifies;

    /// <summary>The instruction at pc is followed by the next one, unless it says otherwise.</summary>
    private void Follow(int length)
    {
        if (_nextPcSlot < 0)
        {
            _next = (_pc + (ulong)length) & _addressMask;
            return;
        }

        _next = _cpu[_nextPcSlot];
        _after = Behind(_next);
        _opensSlot = _nullifies = false;
    }

    /// <summary>Control stays where it is, a delay slot included, unless a hook enters somewhere.</summary>
    private void Stay()
    {
        _next = _pc;
        if (_nextPcSlot < 0) return;
        _after = _cpu[_nextPcSlot];
        _opensSlot = _cpu[_delaySlot] != 0;
        _nullifies = false;
    }

    private void Go(ulong target)
    {
        if (_status != Status.Running) return;
        if (_nextPcSlot < 0) _next = target;
        else _after = target;
    }

    private void Enter(ulong target)
    {
        if (_status != Status.Running) return;
        _next = target;
        _after = Behind(target);
        _opensSlot = _nullifies = false;
    }

    private void CommitPc()
    {
        if (_nextPcSlot >= 0)
        {
            if (_nullifies) (_next, _after, _opensSlot) = (_after, Behind(_after), false);
            _cpu[_nextPcSlot] = _after & _addressMask;
            _cpu[_delaySlot] = _opensSlot ? 1UL : 0;
        }

        _cpu[_pcSlot] = _next & _addressMask;
    }

    private ulong Behind(ulong address) => address + (ulong)_isa.UnitBytes;
}
