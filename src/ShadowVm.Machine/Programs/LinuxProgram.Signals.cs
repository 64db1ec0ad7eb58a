using System.Globalization;
using ShadowVm.Engine;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <content>
/// Signals: what a program sets is kept and given back, and a signal to itself that nothing catches ends it. Handlers
/// are not run: a signal that would need one is refused.
/// </content>
public sealed partial class LinuxProgram
{
    private const int SignalMax = 128;
    private const int SignalBase = 128;

    private readonly byte[]?[] _actions = new byte[SignalMax + 1][];
    private readonly byte[] _blocked = new byte[16];

    private void Fault(ProgramTrap trap)
    {
        var signal = _abi.Signals.GetValueOrDefault(trap.Cause, SignalIllegal);
        var what = signal switch
        {
            SignalIllegal => $"the instruction at 0x{trap.Pc:x} is none that a program may use",
            SignalTrap => $"it came to a breakpoint at 0x{trap.Pc:x}",
            SignalArithmetic => $"the instruction at 0x{trap.Pc:x} has no result",
            _ => $"the instruction at 0x{trap.Pc:x} accessed 0x{trap.Value:x}",
        };
        EndBySignal(signal, what);
    }

    /// <summary>Ends the program for a trap that may come late.</summary>
    /// <param name="classes">V2: bits of the trap's classes.</param>
    /// <param name="pc">Address of the instruction that was not carried out any more.</param>
    public void TrapLate(ulong classes, ulong pc)
    {
        var delayed = _abi.Delayed ?? throw new InvalidOperationException("a trap came late, and the table has none");
        var names = delayed.Classes.Where(each => (classes >> each.Bit & 1) != 0).Select(each => each.Name);
        EndBySignal(delayed.Signal, $"{delayed.Name} trap ({string.Join(", ", names)}) before 0x{pc:x}");
    }

    private const int SignalIllegal = 4;
    private const int SignalTrap = 5;
    private const int SignalArithmetic = 8;
    private const int SignalKill = 9;

    private void EndBySignal(int signal, string what)
    {
        Say(string.Create(CultureInfo.InvariantCulture, $"the program was ended by signal {signal}: {what}"));
        _host.Exit(SignalBase + signal);
    }

    private Outcome SignalAction(int signal, ulong address, ulong old)
    {
        var isFixed = signal == SignalKill || (ulong)signal == _abi[LinuxValue.Sigstop];
        if (signal is < 1 or > SignalMax || (address != 0 && isFixed)) return Fail(Errno.EINVAL);
        var layout = _abi[LinuxLayout.Sigaction];
        var bytes = new byte[layout.Bytes];
        if (address != 0 && !_host.Memory.TryCopyOut(address, bytes)) return Fail(Errno.EFAULT);
        if (old != 0 && !_host.Memory.TryCopyIn(old, _actions[signal] ?? new byte[layout.Bytes])) return Fail(Errno.EFAULT);
        if (address != 0) _actions[signal] = bytes;
        return Done(0);
    }

    private Outcome SignalMask(ulong how, ulong set, ulong old, ulong size)
    {
        if (size is 0 or > 16) return Fail(Errno.EINVAL);
        Span<byte> bytes = stackalloc byte[(int)size];
        if (set != 0 && !_host.Memory.TryCopyOut(set, bytes)) return Fail(Errno.EFAULT);
        if (old != 0 && !_host.Memory.TryCopyIn(old, _blocked.AsSpan(0, (int)size))) return Fail(Errno.EFAULT);
        if (set == 0) return Done(0);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (how == _abi[LinuxValue.SigBlock]) _blocked[i] |= bytes[i];
            else if (how == _abi[LinuxValue.SigUnblock]) _blocked[i] &= (byte)~bytes[i];
            else if (how == _abi[LinuxValue.SigSetmask]) _blocked[i] = bytes[i];
            else return Fail(Errno.EINVAL);
        }

        return Done(0);
    }

    private Outcome Signal(int group, int thread, int signal) =>
        group == (int)ProcessId ? Signal(thread, signal) : Fail(Errno.ESRCH);

    private Outcome Signal(int process, int signal)
    {
        const long ignore = 1;
        if (process != (int)ProcessId && process != 0) return Fail(Errno.ESRCH);
        if (signal is < 0 or > SignalMax) return Fail(Errno.EINVAL);
        if (signal == 0) return Done(0);
        var handler = HandlerOf(signal);
        if (handler == ignore) return Done(0);
        if (handler != 0)
        {
            return Refuse(
                SystemCall.Kill, Errno.ENOSYS, "a signal to the program itself is refused (ENOSYS): its handlers are not run");
        }

        var number = (ulong)signal;
        if (number == _abi[LinuxValue.Sigchld] || number == _abi[LinuxValue.Sigcont] || number == _abi[LinuxValue.Sigurg]
            || number == _abi[LinuxValue.Sigwinch])
        {
            return Done(0);
        }

        EndBySignal(signal, "it sent it to itself");
        return Done(0);
    }

    private long HandlerOf(int signal)
    {
        if (_actions[signal] is not { } action) return 0;
        var field = _abi[LinuxLayout.Sigaction]["handler"];
        var value = 0UL;
        for (var i = 0; i < field.Bytes; i++)
        {
            var at = field.Offset + (_memory.BigEndian ? i : field.Bytes - 1 - i);
            value = (value << 8) | action[at];
        }

        return (long)value;
    }

    private void SaveSignals(StateWriter writer)
    {
        writer.Write("blocked", _blocked);
        for (var signal = 1; signal <= SignalMax; signal++)
        {
            if (_actions[signal] is not { } action) continue;
            writer.Write((ulong)signal);
            writer.Write("action", action);
        }
    }
}
