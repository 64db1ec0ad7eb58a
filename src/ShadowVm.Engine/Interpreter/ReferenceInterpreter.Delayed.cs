using ShadowVm.Engine.DelayedTraps;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

/// <content>Traps that may be delivered late.</content>
public sealed partial class ReferenceInterpreter
{
    private ulong _trapClasses;
    private ulong _trapRegisters;

    /// <summary>Instruction that an exit left at pc enters or leaves a handler.</summary>
    internal bool CurrentEnters => _instruction?.Definition is { } definition && definition.Enters;

    /// <summary>Gives the trap of the instruction that was carried out last; the next has none again.</summary>
    public TrapVectors TakeDelayed()
    {
        var traps = new TrapVectors(_trapClasses, _trapRegisters);
        (_trapClasses, _trapRegisters) = (0, 0);
        return traps;
    }

    /// <summary>
    /// Enters the guest's handler for traps that were delayed, before the instruction at pc. It takes one from the
    /// recovery counter.
    /// </summary>
    public void EnterDelayed(TrapVectors traps)
    {
        Statistics.Traps++;
        _instruction = null;
        _pc = _next = _cpu[_pcSlot];
        Enter(_isa.Hooks.Deliver!, traps.Classes, traps.Registers);
    }

    private void ExecuteDelay(Node n)
    {
        var (classes, registers) = (Evaluate(n.A!), Evaluate(n.B!));
        if (_status != Status.Running) return;
        _trapClasses |= classes;
        _trapRegisters |= registers;
    }
}
