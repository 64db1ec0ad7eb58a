using ShadowVm.Engine.Cpu;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// A hook's last answer with what it was worked out from. The monitor asks at every boundary whether an interrupt is due,
/// and almost never has anything changed that the answer depends on.
/// </summary>
internal sealed class RememberedAnswer
{
    private readonly Function _hook;
    private readonly CpuState _cpu;
    private readonly IBus _bus;
    private readonly int[] _slots;
    private readonly ulong[] _values;
    // False where the hook reads what isn't compared here, so that it must be evaluated each time.
    private readonly bool _remembers;
    private ulong _lines;
    private ulong _answer;
    private bool _isKnown;

    /// <summary>Remembers nothing yet.</summary>
    /// <param name="isa">The definition.</param>
    /// <param name="hook">A hook of it without arguments that changes nothing.</param>
    /// <param name="cpu">State.</param>
    /// <param name="bus">Where interrupt lines are.</param>
    public RememberedAnswer(IsaDefinition isa, Function hook, CpuState cpu, IBus bus)
    {
        (_hook, _cpu, _bus) = (hook, cpu, bus);
        var inputs = new HookInputs(isa, hook);
        _slots = inputs.Slots;
        _values = new ulong[_slots.Length];
        _remembers = !inputs.ReadsMore;
    }

    /// <summary>The hook's answer now.</summary>
    /// <param name="interpreter">Who evaluates it, where it must be.</param>
    public ulong Ask(ReferenceInterpreter interpreter)
    {
        if (_isKnown && HoldsStill()) return _answer;
        for (var i = 0; i < _slots.Length; i++) _values[i] = _cpu[_slots[i]];
        _lines = _bus.Lines;
        _answer = interpreter.Ask(_hook);
        _isKnown = _remembers;
        return _answer;
    }

    private bool HoldsStill()
    {
        if (_bus.Lines != _lines) return false;
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_cpu[_slots[i]] != _values[i]) return false;
        }

        return true;
    }
}
