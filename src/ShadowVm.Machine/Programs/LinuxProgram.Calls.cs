using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <content>Which call does what.</content>
public sealed partial class LinuxProgram
{
    private Outcome Carry(SystemCall call, Arguments a) => call switch
    {
        SystemCall.Exit or SystemCall.ExitGroup => End(a.Int() & 0xff),

        SystemCall.Openat => Open(a.Int(), a.Word(), a.Word(), a.Word()),
        SystemCall.Open => Open(CurrentDirectory, a.Word(), a.Word(), a.Word()),
        SystemCall.Close => Close(a.Descriptor()),
        SystemCall.Read => Read(a.Descriptor(), a.Word(), a.Word()),
        SystemCall.Readv => ReadVector(a.Descriptor(), a.Word(), a.Word()),
        SystemCall.Pread64 => ReadAt(a.Descriptor(), a.Word(), a.Word(), a.Wide()),
        SystemCall.Write => Write(a.Descriptor(), a.Word(), a.Word()),
        SystemCall.Writev => WriteVector(a.Descriptor(), a.Word(), a.Word()),
        SystemCall.Pwrite64 => WriteAt(a.Descriptor(), a.Word(), a.Word(), a.Wide()),
        SystemCall.Lseek => Seek(a.Descriptor(), SignedWord(a.Word()), a.Int(), 0),
        SystemCall.Llseek => SeekWide(a.Descriptor(), a.Word(), a.Word(), a.Word(), a.Int()),
        SystemCall.Fstat => Status(a.Descriptor(), a.Word(), LinuxLayout.Stat),
        SystemCall.Fstat64 => Status(a.Descriptor(), a.Word(), LinuxLayout.Stat64),
        SystemCall.Newfstatat => StatusAt(a.Int(), a.Word(), a.Word(), a.Word(), LinuxLayout.Stat),
        SystemCall.Fstatat64 => StatusAt(a.Int(), a.Word(), a.Word(), a.Word(), LinuxLayout.Stat64),
        SystemCall.Stat => StatusAt(CurrentDirectory, a.Word(), a.Word(), 0, LinuxLayout.Stat),
        SystemCall.Stat64 => StatusAt(CurrentDirectory, a.Word(), a.Word(), 0, LinuxLayout.Stat64),
        SystemCall.Lstat => StatusAt(CurrentDirectory, a.Word(), a.Word(), AtNoFollow, LinuxLayout.Stat),
        SystemCall.Lstat64 => StatusAt(CurrentDirectory, a.Word(), a.Word(), AtNoFollow, LinuxLayout.Stat64),
        SystemCall.Statx => ExtendedStatus(a.Int(), a.Word(), a.Word(), a.Word(), a.Word()),
        SystemCall.Access => Access(CurrentDirectory, a.Word(), a.Int()),
        SystemCall.Faccessat or SystemCall.Faccessat2 => Access(a.Int(), a.Word(), a.Int()),
        SystemCall.Readlinkat => ReadLink(a.Int(), a.Word(), a.Word(), a.Word()),
        SystemCall.Readlink => ReadLink(CurrentDirectory, a.Word(), a.Word(), a.Word()),
        SystemCall.Getdents64 => List(a.Descriptor(), a.Word(), a.Word()),
        SystemCall.Ftruncate => Truncate(a.Descriptor(), SignedWord(a.Word())),
        SystemCall.Ftruncate64 => Truncate(a.Descriptor(), a.Wide()),
        SystemCall.Fsync or SystemCall.Fdatasync => Sync(a.Descriptor()),
        SystemCall.Mkdirat => MakeDirectory(a.Int(), a.Word(), a.Word()),
        SystemCall.Mkdir => MakeDirectory(CurrentDirectory, a.Word(), a.Word()),
        SystemCall.Unlinkat => Remove(a.Int(), a.Word(), (a.Word() & AtRemoveDirectory) != 0),
        SystemCall.Unlink => Remove(CurrentDirectory, a.Word(), directory: false),
        SystemCall.Rmdir => Remove(CurrentDirectory, a.Word(), directory: true),
        SystemCall.Renameat => Rename(a.Int(), a.Word(), a.Int(), a.Word(), 0),
        SystemCall.Renameat2 => Rename(a.Int(), a.Word(), a.Int(), a.Word(), a.Word()),
        SystemCall.Rename => Rename(CurrentDirectory, a.Word(), CurrentDirectory, a.Word(), 0),
        SystemCall.Fcntl or SystemCall.Fcntl64 => Control(a.Descriptor(), a.Int(), a.Word()),
        SystemCall.Ioctl => DeviceControl(a.Descriptor(), a.Word()),
        SystemCall.Dup => Duplicate(a.Descriptor()),
        SystemCall.Dup2 => Duplicate(a.Descriptor(), a.Descriptor(), 0, sameIsFine: true),
        SystemCall.Dup3 => Duplicate(a.Descriptor(), a.Descriptor(), a.Word(), sameIsFine: false),
        SystemCall.Getcwd => GetDirectory(a.Word(), a.Word()),
        SystemCall.Chdir => ChangeDirectory(a.Word()),
        SystemCall.Umask => SetMask(a.Word()),

        SystemCall.Brk => Done(_space.SetBreak(a.Word())),
        SystemCall.Mmap => Map(a.Word(), a.Word(), a.Int(), a.Word(), a.Int(), (long)a.Word()),
        SystemCall.Mmap2 => Map(a.Word(), a.Word(), a.Int(), a.Word(), a.Int(), (long)(a.Word() << 12)),
        SystemCall.Munmap => Check(_space.Unmap(a.Word(), a.Word())),
        SystemCall.Mprotect => Check(_space.Protect(a.Word(), a.Word(), a.Int())),
        SystemCall.Mremap => Remap(a.Word(), a.Word(), a.Word(), a.Word()),
        SystemCall.Madvise => Advise(a.Word(), a.Word(), a.Word()),

        SystemCall.Getpid or SystemCall.Gettid or SystemCall.SetTidAddress => Done(ProcessId),
        SystemCall.Getppid => Done(1),
        SystemCall.Getuid or SystemCall.Geteuid or SystemCall.Getgid or SystemCall.Getegid => Done(UserId),
        SystemCall.Getxpid => Both(ProcessId, 1),
        SystemCall.Getxuid or SystemCall.Getxgid => Both(UserId, UserId),
        SystemCall.SetRobustList or SystemCall.SchedYield => Done(0),
        SystemCall.SetThreadArea => SetThreadArea(a.Word()),
        SystemCall.SchedGetaffinity => Affinity(a.Word(), a.Word(), a.Word()),
        SystemCall.Prlimit64 => Limits(a.Word(), a.Int(), a.Word(), a.Word()),
        SystemCall.Getrlimit => Limits(a.Int(), a.Word()),
        SystemCall.Setrlimit => Done(0),
        SystemCall.Getrusage => Usage(a.Word(), a.Word()),
        SystemCall.Uname => SystemName(a.Word()),
        SystemCall.Futex => Futex(a.Word(), a.Int(), a.Word(), a.Word(), wide: false),
        SystemCall.FutexTime64 => Futex(a.Word(), a.Int(), a.Word(), a.Word(), wide: true),

        SystemCall.RtSigaction => SignalAction(a.Int(), a.Word(), a.Word()),
        SystemCall.RtSigprocmask => SignalMask(a.Word(), a.Word(), a.Word(), a.Word()),
        SystemCall.Kill or SystemCall.Tkill => Signal(a.Int(), a.Int()),
        SystemCall.Tgkill => Signal(a.Int(), a.Int(), a.Int()),

        SystemCall.ClockGettime => ReadClock(a.Word(), a.Word(), wide: false),
        SystemCall.ClockGettime64 => ReadClock(a.Word(), a.Word(), wide: true),
        SystemCall.ClockGetres => ClockStep(a.Word(), a.Word()),
        SystemCall.Gettimeofday => TimeOfDay(a.Word()),
        SystemCall.Nanosleep => Sleep(0, 0, a.Word(), wide: false),
        SystemCall.ClockNanosleep => Sleep(a.Word(), a.Word(), a.Word(), wide: false),
        SystemCall.ClockNanosleepTime64 => Sleep(a.Word(), a.Word(), a.Word(), wide: true),
        SystemCall.Getrandom => Random(a.Word(), a.Word()),

        SystemCall.Clone or SystemCall.Clone3 or SystemCall.Fork or SystemCall.Vfork => Refuse(
            call, Errno.ENOSYS, "a second process or thread is refused (ENOSYS): a guest program is one process with one thread"),
        SystemCall.Execve => Refuse(
            call, Errno.ENOSYS, "execve is refused (ENOSYS): a guest program stays the program that it was started as"),
        SystemCall.Pipe or SystemCall.Pipe2 => Refuse(
            call, Errno.ENOSYS, "a pipe is refused (ENOSYS): a survivor couldn't reopen it"),
        SystemCall.Socket or SystemCall.Socketpair => Refuse(
            call, Errno.ENOSYS, "a socket is refused (ENOSYS): a survivor couldn't reopen it"),
        _ => Fail(Errno.ENOSYS),
    };

    private long SignedWord(ulong value) => _memory.WordBytes == 8 ? (long)value : (int)value;

    private Outcome End(int code)
    {
        _host.Exit(code);
        return Done(0);
    }

    /// <summary>The result in its register, and a second one in its own.</summary>
    private Outcome Both(ulong first, ulong second)
    {
        if (_abi.SecondSlot >= 0) _cpu[_abi.SecondSlot] = second;
        return Done(first);
    }
}
