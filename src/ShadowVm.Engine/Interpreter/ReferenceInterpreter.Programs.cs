namespace ShadowVm.Engine.Interpreter;

/// <content>
/// A program without a system under it: its traps are the monitor's. A system call retires, and the program goes on
/// behind it once the monitor has put its result into registers; any other trap leaves the program at its instruction.
/// </content>
public sealed partial class ReferenceInterpreter
{
    /// <summary>The cause that a program's system calls raise; null where traps go to the guest's own handler.</summary>
    public ulong? CallCause { get; init; }

    /// <summary>True after a trap of a program, until <see cref="TakeTrap"/>.</summary>
    public bool HasTrap { get; private set; }

    /// <summary>The trap that the program made, which is forgotten here.</summary>
    public ProgramTrap TakeTrap()
    {
        HasTrap = false;
        return new ProgramTrap((ulong)_raisedCause, (ulong)_raisedValue, _pc);
    }

    private void LeaveTrap()
    {
        _pending.Discard();
        _deferred.Clear();
        _status = Status.Running;
        Waits = false; // an abandoned instruction doesn't wait either
        HasTrap = true;
        if ((ulong)_raisedCause != CallCause) return;
        Commit();
        _cpu.Retired++;
    }
}
