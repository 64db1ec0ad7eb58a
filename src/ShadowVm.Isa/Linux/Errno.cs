namespace ShadowVm.Isa.Linux;

/// <summary>
/// Errors of system calls by their Linux names; each instruction set's table has the number that a program sees. The
/// order is that of logs and file requests: new ones go to the end.
/// </summary>
public enum Errno : byte
{
    /// <summary>No error.</summary>
    None,
#pragma warning disable CS1591 // Their meaning is that of errno(3).
    EPERM,
    ENOENT,
    ESRCH,
    EINTR,
    EIO,
    ENXIO,
    EBADF,
    EAGAIN,
    ENOMEM,
    EACCES,
    EFAULT,
    EBUSY,
    EEXIST,
    EXDEV,
    ENODEV,
    ENOTDIR,
    EISDIR,
    EINVAL,
    EMFILE,
    ENOTTY,
    EFBIG,
    ENOSPC,
    ESPIPE,
    EROFS,
    ERANGE,
    ENAMETOOLONG,
    ENOSYS,
    ENOTEMPTY,
    ELOOP,
    EOVERFLOW,
    EOPNOTSUPP,
    ETIMEDOUT,
    ESTALE,
#pragma warning restore CS1591
}
