namespace ShadowVm.Isa.Linux;

/// <summary>
/// Numbers of Linux that differ from one instruction set to another. A name of Linux is the member's in upper case
/// with underscores: <see cref="OCreat"/> is <c>O_CREAT</c>.
/// </summary>
public enum LinuxValue : byte
{
#pragma warning disable CS1591 // Their meaning is that of the Linux manual pages.
    OCreat,
    OExcl,
    OTrunc,
    OAppend,
    ODirectory,
    ONofollow,
    OCloexec,
    OTmpfile,
    MapFixed,
    MapFixedNoreplace,
    MapAnonymous,
    MadvDontneed,
    Sigbus,
    Sigchld,
    Sigcont,
    Sigstop,
    Sigurg,
    Sigwinch,
    SigBlock,
    SigUnblock,
    SigSetmask,
    Tcgets,
    Tiocgwinsz,
    RlimitNofile,
#pragma warning restore CS1591
}

/// <summary>Structures of Linux that differ from one instruction set to another.</summary>
public enum LinuxLayout : byte
{
    /// <summary>struct stat as stat, fstat and newfstatat fill it.</summary>
    Stat,

    /// <summary>struct stat as stat64, fstat64 and fstatat64 fill it.</summary>
    Stat64,

    /// <summary>struct timespec: sec, nsec.</summary>
    Timespec,

    /// <summary>struct timeval: sec, usec.</summary>
    Timeval,

    /// <summary>struct iovec: base, len.</summary>
    Iovec,

    /// <summary>struct rlimit of getrlimit and setrlimit: cur, max.</summary>
    Rlimit,

    /// <summary>struct sigaction of the system call: handler, flags, mask.</summary>
    Sigaction,
}
