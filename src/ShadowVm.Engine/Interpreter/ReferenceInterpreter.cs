using ShadowVm.Engine.Cpu;
using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

/// <summary>
/// Executes guest instructions by walking their IR: the tier that all others are checked against. Simple enough to
/// trust, one instruction at a time, no state of its own between instructions.
/// </summary>
public sealed partial class ReferenceInterpreter : IDisposable
{
    private readonly IsaDefinition _isa;
    private readonly CpuState _cpu;
    private readonly GuestMemory _memory;
    private readonly IBus _bus;
    private readonly EpochClock _clock;
    private readonly RegisterFile[] _files;
    private readonly PendingWrites _pending;
    private readonly DecodeCache _decoded;
    private readonly Frame _frame = new();
    private readonly int _pcSlot;
    private readonly ulong _unitMask;
    private readonly ulong _addressMask;

    // The instruction being executed.
    private DecodedInstruction? _instruction;
    private ulong _pc;
    private ulong _next;
    private bool _privileged;

    /// <summary>Binds the interpreter to one virtual processor and its surroundings.</summary>
    public ReferenceInterpreter(IsaDefinition isa, CpuState cpu, GuestMemory memory, IBus bus, EpochClock clock)
        : this(isa, cpu, memory, bus, clock, new DecodeCache(isa, memory), remembers: false)
    {
    }

    /// <summary>
    /// As the other, with a table of decoded instructions that others use too; pages may be remembered if the memory's
    /// watcher has them forgotten when a table is written.
    /// </summary>
    internal ReferenceInterpreter(
        IsaDefinition isa, CpuState cpu, GuestMemory memory, IBus bus, EpochClock clock, DecodeCache decoded, bool remembers)
    {
        _isa = isa;
        _cpu = cpu;
        _memory = memory;
        _bus = bus;
        _clock = clock;
        _files = [.. isa.Registers];
        _pending = new PendingWrites(cpu, HookInputs.OfTranslation(isa));
        _decoded = decoded;
        _pcSlot = isa.PcSlot;
        _nextPcSlot = isa.NextPcSlot;
        _delaySlot = isa.DelaySlot;
        _unitMask = (ulong)isa.UnitBytes - 1;
        _addressMask = Bits.Mask(isa.AddressBits);
        if (isa.Hooks.Translate is null) return;
        _translation = new AddressTranslation(isa, cpu, memory, remembers) { Walker = this };
    }

    /// <summary>True after an instruction that waits, until <see cref="ClearWaits"/>.</summary>
    public bool Waits { get; private set; }

    /// <summary>Instruction that an exit left at pc, or null where nothing could be fetched there.</summary>
    public DecodedInstruction? Current => _instruction;

    /// <summary>Cause of the last trap that an instruction raised; nobody but tests of a definition asks.</summary>
    internal UInt128? LastCause { get; set; }

    /// <summary>Where traps and interrupts are counted.</summary>
    internal EngineStatistics Statistics { get; init; } = new();

    /// <summary>Frees what pages are remembered in.</summary>
    public void Dispose() => _translation?.Dispose();

    /// <summary>Forgets that the guest waits.</summary>
    public void ClearWaits() => Waits = false;

    /// <summary>
    /// Runs user instructions until the recovery counter is at zero or the monitor is needed. Each retired
    /// instruction and each trap entry takes one from the counter.
    /// </summary>
    /// <param name="counter">The recovery counter, not negative; what is left of it comes back.</param>
    public ExitReason Run(ref long counter)
    {
        _translation?.Choose();
        var left = counter;
        var reason = ExitReason.Counter;
        while (left > 0)
        {
            if (Fetch())
            {
                var kind = _instruction!.Class;
                if (kind != InstructionClass.User)
                {
                    reason = kind == InstructionClass.Kernel ? ExitReason.Kernel : ExitReason.Drain;
                    break;
                }

                ExecuteFetched(privileged: false);
            }

            if (!Finish())
            {
                reason = ExitReason.Device;
                break;
            }

            left--;
            if (HasTrap)
            {
                reason = ExitReason.Trap;
                break;
            }

            if ((_trapClasses | _trapRegisters) != 0)
            {
                reason = ExitReason.Trapped;
                break;
            }
        }

        counter = left;
        return reason;
    }

    /// <summary>
    /// Carries out the one instruction at pc for the monitor, whatever its class, devices included. It takes one from
    /// the recovery counter, whether it retires or traps.
    /// </summary>
    public void StepPrivileged()
    {
        _translation?.Choose();
        if (Fetch()) ExecuteFetched(privileged: true);
        if (!Finish()) throw new InvalidOperationException($"a privileged step left the engine at {_pc:x}");
    }

    /// <summary>
    /// Enters the guest's trap handler for an interrupt before the instruction at pc. It takes one from the recovery
    /// counter.
    /// </summary>
    public void EnterInterrupt(ulong cause)
    {
        Statistics.Interrupts++;
        _instruction = null;
        _pc = _next = _cpu[_pcSlot];
        EnterTrap(cause, 0);
    }

    /// <summary>Evaluates a hook without arguments that changes nothing.</summary>
    public ulong Ask(Function hook)
    {
        _instruction = null;
        _pc = _next = _cpu[_pcSlot];
        _status = Status.Running;
        var value = (ulong)Invoke(hook);
        _pending.Discard();
        return value;
    }

    /// <summary>Runs a hook for its effects on registers; pc is what it sets it to, or stays.</summary>
    /// <param name="hook">The hook.</param>
    /// <param name="value">Its argument, where it has one.</param>
    public void Perform(Function hook, ulong value = 0)
    {
        if (hook.ParameterCount > 0) _frame.PassArgument(0, value);
        _instruction = null;
        _pc = _cpu[_pcSlot];
        Stay();
        _status = Status.Running;
        Invoke(hook);
        Commit();
    }

    /// <summary>False where the instruction at pc can't be fetched; its fault then stands in the status.</summary>
    private bool Fetch()
    {
        _status = Status.Running;
        _pc = _next = _cpu[_pcSlot] & _addressMask;
        _instruction = null;
        _privileged = false;
        if ((_pc & _unitMask) != 0)
        {
            SetFault(Access.Fetch, _pc, Status.Misaligned);
            return false;
        }

        if (IsPaged) return FetchPaged();
        if (!_decoded.TryFetch(_pc, out var instruction))
        {
            SetFault(Access.Fetch, _decoded.MissingAt(_pc) & _addressMask, Status.Faulted);
            return false;
        }

        return Fetched(instruction);
    }

    private void ExecuteFetched(bool privileged)
    {
        _privileged = privileged;
        var definition = _instruction!.Definition;
        if (definition is null)
        {
            Invoke(_isa.Hooks.Illegal);
            return;
        }

        var caller = _frame.Enter(definition.LocalCount);
        Execute(definition.Body);
        _frame.Leave(caller);
    }

    /// <summary>Commits, traps, or gives up the instruction; false where a device is needed.</summary>
    private bool Finish()
    {
        switch (_status)
        {
            case Status.Running or Status.Returned:
                Commit();
                _cpu.Retired++;
                return true;

            case Status.NeedsDevice:
                Abandon();
                return false;

            case Status.Faulted or Status.Misaligned:
                var hook = _status == Status.Misaligned ? _isa.Hooks.Misaligned ?? _isa.Hooks.Fault : _isa.Hooks.Fault;
                _status = Status.Running;
                _frame.PassArgument(0, (ulong)_faultAccess);
                _frame.PassArgument(1, _faultAddress);
                Invoke(hook);
                break;
        }

        if (_status != Status.Raised) throw new InvalidOperationException($"a fault hook raised nothing at {_pc:x}");
        Statistics.Traps++;
        LastCause = _raisedCause;
        if (CallCause is not null) LeaveTrap();
        else EnterTrap(_raisedCause, _raisedValue);
        return true;
    }

    private void EnterTrap(UInt128 cause, UInt128 value) => Enter(_isa.Hooks.Trap, cause, value);

    private void Enter(Function hook, UInt128 first, UInt128 second)
    {
        Abandon();
        _status = Status.Running;
        Waits = false; // an abandoned instruction doesn't wait either
        Stay();
        _frame.PassArgument(0, first);
        if (hook.ParameterCount > 1) _frame.PassArgument(1, second);
        _entering = true;
        Invoke(hook);
        _entering = false;
        if (_status == Status.Raised) throw new InvalidOperationException($"the trap hook raised at {_pc:x}");
        Commit();
    }

    private void Abandon()
    {
        _pending.Discard();
        _deferred.Clear();
        (_trapClasses, _trapRegisters) = (0, 0);
    }

    private void Commit()
    {
        CommitPc();
        _inputWritten = _pending.Commit();
        if (_deferred.Count > 0) RunDeferred();
        if (_inputWritten) _translation!.Choose();
    }

    private void RunDeferred()
    {
        // Run for their effects after the commit, each of them a commit of its own; they read the new registers and
        // can't raise. One may put another behind it; functions can't recurse, so that ends.
        _status = Status.Running;
        for (var i = 0; i < _deferred.Count; i++)
        {
            Execute(_deferred[i]);
            _inputWritten |= _pending.Commit();
        }

        _deferred.Clear();
    }

    private UInt128 Invoke(Function function)
    {
        var caller = _frame.Enter(function.LocalCount);
        _result = 0;
        Execute(function.Body);
        if (_status == Status.Returned) _status = Status.Running;
        _frame.Leave(caller);
        return _result;
    }
}
