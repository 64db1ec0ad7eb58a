using System.Text;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <content>Memory, limits, names, time and chance: all of it the guest's own.</content>
public sealed partial class LinuxProgram
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;
    private const ulong StackLimit = 8 << 20;

    private ulong _wakeAt;
    private bool _timesOut;

    private Outcome Map(ulong address, ulong length, int protection, ulong flags, int descriptor, long offset)
    {
        const ulong shared = 1;
        const ulong typeMask = 0xf;
        const int writable = 2;
        if (length == 0 || (flags & 3) == 0 || offset < 0) return Fail(Errno.EINVAL);
        var anonymous = (flags & _abi[LinuxValue.MapAnonymous]) != 0;
        OpenFile? file = null;
        if (!anonymous)
        {
            file = _descriptors[(uint)descriptor];
            if (file is null) return Fail(Errno.EBADF);
            if (file.Kind == FileKind.Zero) file = null;
            else if (file.Kind != FileKind.Host || file.IsDirectory) return Fail(Errno.ENODEV);
            else if (!file.CanRead) return Fail(Errno.EACCES);
            if (file is not null && (flags & typeMask) == shared && (protection & writable) != 0)
            {
                return Refuse(
                    SystemCall.Mmap, Errno.ENODEV,
                    "a shared writable mapping of a file is refused (ENODEV): a survivor couldn't have it");
            }
        }

        var noReplace = _abi[LinuxValue.MapFixedNoreplace];
        var isFixed = (flags & (_abi[LinuxValue.MapFixed] | noReplace)) != 0;
        var replaces = (flags & noReplace) == 0;
        var error = _space.Map(address, length, protection, isFixed, replaces, out var at);
        if (error != Errno.None) return Fail(error);
        return file is null ? Done(at) : ReadMapping(file, at, length, offset);
    }

    private Outcome Remap(ulong address, ulong oldLength, ulong newLength, ulong flags)
    {
        const ulong mayMove = 1;
        if ((flags & ~mayMove) != 0) return Fail(Errno.EINVAL);
        var error = _space.Remap(address, oldLength, newLength, (flags & mayMove) != 0, out var at);
        return error == Errno.None ? Done(at) : Fail(error);
    }

    private Outcome Advise(ulong address, ulong length, ulong advice)
    {
        if (length != 0 && !_host.Memory.Contains(address, length)) return Fail(Errno.ENOMEM);
        if (advice == _abi[LinuxValue.MadvDontneed]) _space.Clear(address, length);
        return Done(0);
    }

    private Outcome SetThreadArea(ulong address)
    {
        if (_abi.ThreadSlot < 0) return Fail(Errno.ENOSYS);
        _cpu[_abi.ThreadSlot] = address;
        return Done(0);
    }

    private Outcome Affinity(ulong process, ulong length, ulong address)
    {
        if (process != 0 && process != ProcessId) return Fail(Errno.ESRCH);
        if (length < 8) return Fail(Errno.EINVAL);
        Span<byte> mask = stackalloc byte[8];
        mask[_memory.BigEndian ? _memory.WordBytes - 1 : 0] = 1;
        return _host.Memory.TryCopyIn(address, mask) ? Done(8) : Fail(Errno.EFAULT);
    }

    private ulong LimitOf(int resource)
    {
        const int stack = 3;
        if (resource == stack) return Math.Min(StackLimit, _space.End - _space.StackBottom);
        return (ulong)resource == _abi[LinuxValue.RlimitNofile] ? Descriptors.Max : ulong.MaxValue;
    }

    private Outcome Limits(ulong process, int resource, ulong wanted, ulong old)
    {
        if (process != 0 && process != ProcessId) return Fail(Errno.ESRCH);
        if (wanted != 0 && !_memory.Contains(wanted, 16)) return Fail(Errno.EFAULT);
        if (old == 0) return Done(0);
        var limit = LimitOf(resource);
        return _memory.TryWrite(old, 8, limit) && _memory.TryWrite(old + 8, 8, limit) ? Done(0) : Fail(Errno.EFAULT);
    }

    private Outcome Limits(int resource, ulong address)
    {
        var layout = _abi[LinuxLayout.Rlimit];
        var largest = layout["cur"].Bytes == 4 ? int.MaxValue : ulong.MaxValue;
        var limit = Math.Min(LimitOf(resource), largest);
        return _memory.TryWritePair(address, layout, "cur", limit, "max", limit) ? Done(0) : Fail(Errno.EFAULT);
    }

    /// <summary>Guest time as the time of user code; nothing else is counted.</summary>
    private Outcome Usage(ulong who, ulong address)
    {
        _ = who;
        var timeval = _abi.Layouts[(int)LinuxLayout.Timeval];
        if (timeval is null) return Fail(Errno.ENOSYS);
        var bytes = new byte[(2 * timeval.Bytes) + (14 * _memory.WordBytes)];
        _memory.Put(bytes, timeval["sec"], _host.Time / NanosecondsPerSecond);
        _memory.Put(bytes, timeval["usec"], _host.Time % NanosecondsPerSecond / 1000);
        return _host.Memory.TryCopyIn(address, bytes) ? Done(0) : Fail(Errno.EFAULT);
    }

    private Outcome SystemName(ulong address)
    {
        const int fieldBytes = 65;
        string[] fields = ["Linux", "shadowvm", "6.1.0", "#1", _abi.MachineName, "(none)"];
        var bytes = new byte[fields.Length * fieldBytes];
        for (var i = 0; i < fields.Length; i++) Encoding.ASCII.GetBytes(fields[i], bytes.AsSpan(i * fieldBytes, fieldBytes - 1));
        return _host.Memory.TryCopyIn(address, bytes) ? Done(0) : Fail(Errno.EFAULT);
    }

    /// <summary>One thread: nobody can be woken, and who waits without a time-out waits for ever.</summary>
    private Outcome Futex(ulong address, int operation, ulong value, ulong timeout, bool wide)
    {
        const int commandMask = 0x7f;
        const int clockRealtime = 0x100;
        switch (operation & commandMask)
        {
            case 0 or 9:
                if (!_memory.TryRead(address, 4, out var found)) return Fail(Errno.EFAULT);
                if (found != (uint)value) return Fail(Errno.EAGAIN);
                if (timeout == 0) return Block(Waits.Forever);
                if (!TryReadTime(timeout, wide, out var time)) return Fail(Errno.EFAULT);
                var absolute = (operation & commandMask) == 9;
                var wall = absolute && (operation & clockRealtime) != 0;
                return SleepUntil(absolute ? FromClock(time, wall) : Later(time), timesOut: true);
            case 1 or 3 or 4 or 5 or 10:
                return Done(0);
            default:
                return Fail(Errno.ENOSYS);
        }
    }

    private ulong WallTime => _settings.WallClock + _host.Time;

    private static bool IsWall(ulong clock) => clock is 0 or 5 or 11;

    private Outcome ReadClock(ulong clock, ulong address, bool wide)
    {
        if (clock > 11) return Fail(Errno.EINVAL);
        var time = IsWall(clock) ? WallTime : _host.Time;
        return WriteTime(address, time, wide) ? Done(0) : Fail(Errno.EFAULT);
    }

    private Outcome ClockStep(ulong clock, ulong at)
    {
        if (clock > 11) return Fail(Errno.EINVAL);
        return at == 0 || WriteTime(at, 1, wide: false) ? Done(0) : Fail(Errno.EFAULT);
    }

    private Outcome TimeOfDay(ulong address)
    {
        if (address == 0) return Done(0);
        var (time, layout) = (WallTime, _abi[LinuxLayout.Timeval]);
        return _memory.TryWritePair(
            address, layout, "sec", time / NanosecondsPerSecond, "usec", time % NanosecondsPerSecond / 1000)
                ? Done(0)
                : Fail(Errno.EFAULT);
    }

    private Outcome Sleep(ulong clock, ulong flags, ulong request, bool wide)
    {
        const ulong absolute = 1;
        if (clock > 11) return Fail(Errno.EINVAL);
        if (!TryReadTime(request, wide, out var time)) return Fail(Errno.EFAULT);
        if (time == ulong.MaxValue) return Fail(Errno.EINVAL);
        return SleepUntil((flags & absolute) != 0 ? FromClock(time, IsWall(clock)) : Later(time), timesOut: false);
    }

    private ulong Later(ulong time) => time > ulong.MaxValue - _host.Time ? ulong.MaxValue : _host.Time + time;

    /// <summary>Guest time of a clock's time.</summary>
    private ulong FromClock(ulong time, bool wall) =>
        !wall ? time : time > _settings.WallClock ? time - _settings.WallClock : 0;

    private Outcome SleepUntil(ulong time, bool timesOut)
    {
        if (time <= _host.Time) return timesOut ? Fail(Errno.ETIMEDOUT) : Done(0);
        (_wakeAt, _timesOut) = (time, timesOut);
        return Block(Waits.Sleep);
    }

    /// <summary>Nanoseconds of a timespec; all ones where it is none.</summary>
    private bool TryReadTime(ulong address, bool wide, out ulong time)
    {
        time = ulong.MaxValue;
        var (second, nanosecond) = TimeFields(wide);
        if (!_memory.TryRead(address, second, out var seconds) || !_memory.TryRead(address, nanosecond, out var rest)) return false;
        if (seconds >= 0 && rest is >= 0 and < (long)NanosecondsPerSecond)
        {
            time = (ulong)Math.Min(seconds, 9_000_000_000) * NanosecondsPerSecond + (ulong)rest;
        }

        return true;
    }

    private bool WriteTime(ulong address, ulong time, bool wide)
    {
        Span<byte> bytes = stackalloc byte[16];
        var (second, nanosecond) = TimeFields(wide);
        _memory.Put(bytes, second, time / NanosecondsPerSecond);
        _memory.Put(bytes, nanosecond, time % NanosecondsPerSecond);
        return _host.Memory.TryCopyIn(address, bytes[..(wide ? 16 : _abi[LinuxLayout.Timespec].Bytes)]);
    }

    /// <summary>Calls made for 64-bit time have one layout everywhere.</summary>
    private (StructField Second, StructField Nanosecond) TimeFields(bool wide)
    {
        if (wide) return (new StructField("sec", 0, 8), new StructField("nsec", 8, 8));
        var layout = _abi[LinuxLayout.Timespec];
        return (layout["sec"], layout["nsec"]);
    }

    private Outcome Random(ulong address, ulong length)
    {
        length = Math.Min(length, 1 << 20);
        if (!_memory.Contains(address, length)) return Fail(Errno.EFAULT);
        var bytes = new byte[length];
        _random.Fill(bytes);
        _host.Memory.TryCopyIn(address, bytes);
        return Done(length);
    }

    /// <summary>The calls have other uses, which their first argument names; none of them is carried out here.</summary>
    private Outcome FloatControl(FloatControlCalls control, ulong number, ulong first, ulong address)
    {
        if (number == control.Read && first == control.ReadFirst)
            return Check(_memory.TryWrite(address, 8, ReadFloatControl()) ? Errno.None : Errno.EFAULT);
        if (number != control.Write || first != control.WriteFirst) return Fail(Errno.EOPNOTSUPP);
        if (!_memory.TryRead(address, 8, out var value)) return Fail(Errno.EFAULT);
        WriteFloatControl(value);
        return Done(0);
    }
}
