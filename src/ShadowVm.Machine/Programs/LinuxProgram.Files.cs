using System.Text;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <content>
/// Calls on files as far as the program's own state goes: descriptors, offsets, the current directory. What the host
/// has to do is a request, see <see cref="Request"/>.
/// </content>
public sealed partial class LinuxProgram
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const ulong AtNoFollow = 0x100;
    private const ulong AtRemoveDirectory = 0x200;
    private const ulong AtEmptyPath = 0x1000;
    private const int VectorMax = 1024;

    private readonly Descriptors _descriptors = new();
    private string _directory = "/";
    private uint _lastHandle;
    private uint _mask = 0x12; // 022

    private Outcome Open(int directory, ulong pathAt, ulong flags, ulong mode)
    {
        if (TryResolve(directory, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        if (!_descriptors.HasRoom) return Fail(Errno.EMFILE);
        if (Has(flags, LinuxValue.OTmpfile) && _abi[LinuxValue.OTmpfile] != 0)
        {
            return Refuse(
                SystemCall.Openat, Errno.EOPNOTSUPP, "a file without a name is refused (EOPNOTSUPP): a survivor couldn't reopen it");
        }

        var access = flags & 3;
        var special = path switch
        {
            "/dev/null" => FileKind.Null,
            "/dev/zero" => FileKind.Zero,
            "/dev/random" or "/dev/urandom" => FileKind.Random,
            _ => FileKind.Host,
        };
        var file = new OpenFile
        {
            Kind = special,
            Handle = special == FileKind.Host ? ++_lastHandle : 0,
            Path = path,
            Flags = flags & ~(_abi[LinuxValue.OCreat] | _abi[LinuxValue.OExcl] | _abi[LinuxValue.OTrunc] | _abi[LinuxValue.OCloexec]),
            CanRead = access != 1,
            CanWrite = access is 1 or 2,
            Appends = Has(flags, LinuxValue.OAppend),
        };
        var closes = Has(flags, LinuxValue.OCloexec);
        if (special != FileKind.Host) return Done((ulong)_descriptors.Add(file, 0, closes));
        var creates = Has(flags, LinuxValue.OCreat);
        var how = FileFlags.None;
        if (file.CanWrite) how |= FileFlags.Write;
        if (creates) how |= FileFlags.Create;
        if (creates && Has(flags, LinuxValue.OExcl)) how |= FileFlags.Exclusive;
        if (Has(flags, LinuxValue.OTrunc) && file.CanWrite) how |= FileFlags.Truncate;
        if (Has(flags, LinuxValue.ODirectory)) how |= FileFlags.Directory;
        if (Has(flags, LinuxValue.ONofollow)) how |= FileFlags.NoFollow;
        var request = new FileRequest
        {
            Operation = FileOperation.Open,
            Handle = file.Handle,
            Path = path,
            Flags = how,
            Mode = (uint)mode & 0xfff & ~_mask,
        };
        var then = new Transfer { Step = Step.Open, File = file, Flag = closes };
        // To make what must not be there is two requests, so that a survivor's second try isn't taken for somebody else's.
        return how.HasFlag(FileFlags.Exclusive)
            ? LookFirst(path, wantsIt: false, request with { Flags = how & ~FileFlags.Exclusive }, then)
            : Issue(request, then);
    }

    private Outcome Close(ulong descriptor)
    {
        if (_descriptors[descriptor] is null) return Fail(Errno.EBADF);
        Forget(_descriptors.Remove(descriptor));
        return Done(0);
    }

    private void Forget(OpenFile? file)
    {
        if (file is { Kind: FileKind.Host })
            Emit(new FileRequest { Operation = FileOperation.Close, Handle = file.Handle });
    }

    private Outcome Read(ulong descriptor, ulong address, ulong length) =>
        Read(descriptor, [(address, length)], at: null);

    private Outcome ReadAt(ulong descriptor, ulong address, ulong length, long offset) =>
        offset < 0 ? Fail(Errno.EINVAL) : Read(descriptor, [(address, length)], offset);

    private Outcome ReadVector(ulong descriptor, ulong vector, ulong count) =>
        TryReadVector(vector, count, out var parts) is var error and not Errno.None
            ? Fail(error)
            : Read(descriptor, parts, at: null);

    private Outcome Read(ulong descriptor, List<(ulong Address, ulong Length)> parts, long? at)
    {
        if (_descriptors[descriptor] is not { CanRead: true } file) return Fail(Errno.EBADF);
        if (file.IsDirectory) return Fail(Errno.EISDIR);
        if (!parts.TrueForAll(part => _memory.Contains(part.Address, part.Length))) return Fail(Errno.EFAULT);
        parts.RemoveAll(part => part.Length == 0);
        if (parts.Count == 0) return Done(0);
        switch (file.Kind)
        {
            case FileKind.Host:
                return NextPart(new Transfer
                {
                    Step = Step.Read,
                    File = file,
                    Parts = parts,
                    Offset = at ?? file.Offset,
                    MovesFile = at is null,
                });
            case FileKind.Input when at is not null:
                return Fail(Errno.ESPIPE);
            case FileKind.Input:
                _transfer = new Transfer { Step = Step.Read, Parts = parts };
                if (_console.Typed > 0 || _console.Ended) return TakeInput();
                return Block(Waits.Input);
            case FileKind.Null:
                return Done(0);
            default:
                return ReadSpecial(file.Kind, parts);
        }
    }

    private Outcome ReadSpecial(FileKind kind, List<(ulong Address, ulong Length)> parts)
    {
        var done = 0UL;
        foreach (var (address, length) in parts)
        {
            var bytes = new byte[Math.Min(length, 1 << 20)];
            if (kind == FileKind.Random) _random.Fill(bytes);
            _host.Memory.TryCopyIn(address, bytes);
            done += (ulong)bytes.Length;
            if ((ulong)bytes.Length < length) break;
        }

        return Done(done);
    }

    /// <summary>Something was typed, or nothing more will be.</summary>
    private void InputCame()
    {
        if (_waits != Waits.Input) return;
        _waits = Waits.Nothing;
        Answer(TakeInput());
    }

    private Outcome TakeInput()
    {
        var (address, length) = _transfer!.Parts[0];
        _transfer = null;
        var bytes = new byte[(int)Math.Min(length, (ulong)_console.Typed)];
        _console.Read(bytes);
        _host.Memory.TryCopyIn(address, bytes);
        return Done((ulong)bytes.Length);
    }

    private Outcome Write(ulong descriptor, ulong address, ulong length) =>
        Write(descriptor, [(address, length)], at: null);

    private Outcome WriteAt(ulong descriptor, ulong address, ulong length, long offset) =>
        offset < 0 ? Fail(Errno.EINVAL) : Write(descriptor, [(address, length)], offset);

    private Outcome WriteVector(ulong descriptor, ulong vector, ulong count) =>
        TryReadVector(vector, count, out var parts) is var error and not Errno.None
            ? Fail(error)
            : Write(descriptor, parts, at: null);

    private Outcome Write(ulong descriptor, List<(ulong Address, ulong Length)> parts, long? at)
    {
        if (_descriptors[descriptor] is not { CanWrite: true } file) return Fail(Errno.EBADF);
        if (!parts.TrueForAll(part => _memory.Contains(part.Address, part.Length))) return Fail(Errno.EFAULT);
        parts.RemoveAll(part => part.Length == 0);
        var all = parts.Aggregate(0UL, (sum, part) => sum + part.Length);
        if (file.Kind != FileKind.Host)
        {
            if (file.Kind is FileKind.Output or FileKind.ErrorOutput)
            {
                if (at is not null) return Fail(Errno.ESPIPE);
                foreach (var (address, length) in parts) WriteConsole(address, length, file.Kind == FileKind.ErrorOutput);
            }

            return Done(all);
        }

        if (parts.Count == 0) return Done(0);
        var transfer = new Transfer
        {
            Step = Step.Write,
            File = file,
            Parts = parts,
            Offset = at ?? file.Offset,
            MovesFile = at is null,
        };
        if (!file.Appends) return NextPart(transfer);
        // Where the end is, is asked for once: the write itself is at an offset, so that a repeat changes nothing.
        transfer.Step = Step.FindEnd;
        return Issue(Of(file, FileOperation.Status), transfer);
    }

    private void WriteConsole(ulong address, ulong length, bool isError)
    {
        Span<byte> bytes = stackalloc byte[4096];
        while (length > 0)
        {
            var part = bytes[..(int)Math.Min(length, (ulong)bytes.Length)];
            _host.Memory.TryCopyOut(address, part);
            _console.Write(part, isError);
            address += (ulong)part.Length;
            length -= (ulong)part.Length;
        }
    }

    private Outcome ReadMapping(OpenFile file, ulong at, ulong length, long offset) => NextPart(new Transfer
    {
        Step = Step.Read,
        File = file,
        Parts = [(at, length)],
        Offset = offset,
        Address = at,
        Flag = true,
    });

    private Outcome Seek(ulong descriptor, long offset, int whence, ulong resultAt)
    {
        if (_descriptors[descriptor] is not { } file) return Fail(Errno.EBADF);
        if (file.Kind is FileKind.Input or FileKind.Output or FileKind.ErrorOutput) return Fail(Errno.ESPIPE);
        if (file.Kind != FileKind.Host) return Seek(file, 0, resultAt);
        switch (whence)
        {
            case 0: return Seek(file, offset, resultAt);
            case 1: return Seek(file, file.Offset + offset, resultAt);
            case 2:
                return Issue(
                    Of(file, FileOperation.Status),
                    new Transfer { Step = Step.SeekEnd, File = file, Offset = offset, Address = resultAt });
            default: return Fail(Errno.EINVAL);
        }
    }

    private Outcome SeekWide(ulong descriptor, ulong high, ulong low, ulong resultAt, int whence) =>
        _memory.Contains(resultAt, 8)
            ? Seek(descriptor, (long)((high << 32) | (uint)low), whence, resultAt)
            : Fail(Errno.EFAULT);

    private Outcome Seek(OpenFile file, long offset, ulong resultAt)
    {
        if (offset < 0) return Fail(Errno.EINVAL);
        file.Offset = offset;
        if (resultAt == 0) return Done((ulong)offset);
        return _memory.TryWrite(resultAt, 8, (ulong)offset) ? Done(0) : Fail(Errno.EFAULT);
    }

    private Outcome Status(ulong descriptor, ulong address, LinuxLayout layout)
    {
        if (_descriptors[descriptor] is not { } file) return Fail(Errno.EBADF);
        if (!_memory.Contains(address, (ulong)_abi[layout].Bytes)) return Fail(Errno.EFAULT);
        if (file.Kind != FileKind.Host) return WriteStatus(StatusOf(file), address, layout);
        return Issue(Of(file, FileOperation.Status), new Transfer { Step = Step.Status, Address = address, Layout = layout });
    }

    private Outcome StatusAt(int directory, ulong pathAt, ulong address, ulong flags, LinuxLayout layout)
    {
        if (!_memory.Contains(address, (ulong)_abi[layout].Bytes)) return Fail(Errno.EFAULT);
        if (IsEmptyPath(pathAt, flags)) return Status((uint)directory, address, layout);
        if (TryResolve(directory, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        return Issue(
            LookAt(path, (flags & AtNoFollow) != 0), new Transfer { Step = Step.Status, Address = address, Layout = layout });
    }

    private Outcome ExtendedStatus(int directory, ulong pathAt, ulong flags, ulong mask, ulong address)
    {
        _ = mask; // more than asked for is allowed
        if (!_memory.Contains(address, ExtendedStatusBytes)) return Fail(Errno.EFAULT);
        var then = new Transfer { Step = Step.ExtendedStatus, Address = address };
        if (IsEmptyPath(pathAt, flags))
        {
            if (_descriptors[(uint)directory] is not { } file) return Fail(Errno.EBADF);
            return file.Kind == FileKind.Host
                ? Issue(Of(file, FileOperation.Status), then)
                : WriteExtendedStatus(StatusOf(file), address);
        }

        if (TryResolve(directory, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        return Issue(LookAt(path, (flags & AtNoFollow) != 0), then);
    }

    private bool IsEmptyPath(ulong pathAt, ulong flags) =>
        (flags & AtEmptyPath) != 0 && (pathAt == 0 || (_memory.TryRead(pathAt, 1, out var first) && first == 0));

    private Outcome Access(int directory, ulong pathAt, int mode) =>
        TryResolve(directory, pathAt, out var path) is var error and not Errno.None
            ? Fail(error)
            : Issue(LookAt(path, noFollow: false), new Transfer { Step = Step.Access, Offset = mode & 7 });

    private Outcome ReadLink(int directory, ulong pathAt, ulong address, ulong size)
    {
        if (TryResolve(directory, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        if (size == 0) return Fail(Errno.EINVAL);
        if (!_memory.Contains(address, size)) return Fail(Errno.EFAULT);
        if (path == "/proc/self/exe") return WriteLink(Encoding.UTF8.GetBytes(ProgramPath), address, size);
        return Issue(
            new FileRequest { Operation = FileOperation.ReadLink, Path = path },
            new Transfer { Step = Step.ReadLink, Address = address, Length = size });
    }

    private string ProgramPath
    {
        get
        {
            var name = _settings.Arguments.Count > 0 ? _settings.Arguments[0] : "program";
            return name.StartsWith('/') ? name : "/" + name;
        }
    }

    private Outcome List(ulong descriptor, ulong address, ulong size)
    {
        if (_descriptors[descriptor] is not { } file) return Fail(Errno.EBADF);
        if (!file.IsDirectory) return Fail(Errno.ENOTDIR);
        if (!_memory.Contains(address, size)) return Fail(Errno.EFAULT);
        return Issue(
            Of(file, FileOperation.List) with { Offset = file.Offset, Count = (int)Math.Min(size, FileRequest.BytesMax) },
            new Transfer { Step = Step.List, File = file, Address = address, Length = size });
    }

    private Outcome Truncate(ulong descriptor, long length)
    {
        if (length < 0) return Fail(Errno.EINVAL);
        if (_descriptors[descriptor] is not { CanWrite: true, Kind: FileKind.Host } file) return Fail(Errno.EINVAL);
        return Issue(Of(file, FileOperation.Truncate) with { Offset = length }, new Transfer { Step = Step.Plain });
    }

    private Outcome Sync(ulong descriptor)
    {
        if (_descriptors[descriptor] is not { } file) return Fail(Errno.EBADF);
        return file.Kind == FileKind.Host
            ? Issue(Of(file, FileOperation.Sync), new Transfer { Step = Step.Plain })
            : Fail(Errno.EINVAL);
    }

    private Outcome MakeDirectory(int directory, ulong pathAt, ulong mode)
    {
        if (TryResolve(directory, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        var request = new FileRequest
        {
            Operation = FileOperation.MakeDirectory,
            Path = path,
            Mode = (uint)mode & 0xfff & ~_mask,
        };
        return LookFirst(path, wantsIt: false, request, new Transfer { Step = Step.Plain });
    }

    private Outcome Remove(int from, ulong pathAt, bool directory)
    {
        if (TryResolve(from, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        var operation = directory ? FileOperation.RemoveDirectory : FileOperation.Remove;
        return LookFirst(
            path, wantsIt: true, new FileRequest { Operation = operation, Path = path }, new Transfer { Step = Step.Plain });
    }

    private Outcome Rename(int directory, ulong pathAt, int targetDirectory, ulong targetAt, ulong flags)
    {
        if (flags != 0) return Fail(Errno.EINVAL);
        if (TryResolve(directory, pathAt, out var path) is var error and not Errno.None) return Fail(error);
        if (TryResolve(targetDirectory, targetAt, out var target) is var second and not Errno.None) return Fail(second);
        var request = new FileRequest { Operation = FileOperation.Rename, Path = path, Target = target };
        return LookFirst(path, wantsIt: true, request, new Transfer { Step = Step.Rename });
    }

    private Outcome Control(ulong descriptor, int command, ulong argument)
    {
        const int duplicate = 0;
        const int getDescriptor = 1;
        const int setDescriptor = 2;
        const int getFlags = 3;
        const int setFlags = 4;
        const int duplicateClosing = 1030;
        if (_descriptors[descriptor] is not { } file) return Fail(Errno.EBADF);
        switch (command)
        {
            case duplicate or duplicateClosing:
                if (argument >= Descriptors.Max) return Fail(Errno.EINVAL);
                var copy = _descriptors.Add(file, (int)argument, command == duplicateClosing);
                return copy < 0 ? Fail(Errno.EMFILE) : Done((ulong)copy);
            case getDescriptor:
                return Done(_descriptors.ClosesOnExec(descriptor) ? 1UL : 0);
            case setDescriptor:
                _descriptors.SetClosesOnExec(descriptor, (argument & 1) != 0);
                return Done(0);
            case getFlags:
                return Done(file.Flags);
            case setFlags:
                var append = _abi[LinuxValue.OAppend];
                file.Flags = (file.Flags & ~append) | (argument & append);
                file.Appends = (argument & append) != 0;
                return Done(0);
            default:
                return Fail(Errno.EINVAL);
        }
    }

    /// <summary>No stream of a program is a terminal, so that it prints the same to a screen, a pipe and a relay.</summary>
    private Outcome DeviceControl(ulong descriptor, ulong request)
    {
        _ = request;
        return Fail(_descriptors[descriptor] is null ? Errno.EBADF : Errno.ENOTTY);
    }

    private Outcome Duplicate(ulong descriptor)
    {
        if (_descriptors[descriptor] is not { } file) return Fail(Errno.EBADF);
        var copy = _descriptors.Add(file, 0, closeOnExec: false);
        return copy < 0 ? Fail(Errno.EMFILE) : Done((ulong)copy);
    }

    private Outcome Duplicate(ulong descriptor, ulong to, ulong flags, bool sameIsFine)
    {
        if (_descriptors[descriptor] is not { } file || to >= Descriptors.Max) return Fail(Errno.EBADF);
        if (descriptor == to) return sameIsFine ? Done(to) : Fail(Errno.EINVAL);
        if (_descriptors[to] is not null) Forget(_descriptors.Remove(to));
        _descriptors.Put((int)to, file, Has(flags, LinuxValue.OCloexec));
        return Done(to);
    }

    private Outcome GetDirectory(ulong address, ulong size)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(_directory), 0];
        if ((ulong)bytes.Length > size) return Fail(Errno.ERANGE);
        return _host.Memory.TryCopyIn(address, bytes) ? Done((ulong)bytes.Length) : Fail(Errno.EFAULT);
    }

    private Outcome ChangeDirectory(ulong pathAt) =>
        TryResolve(CurrentDirectory, pathAt, out var path) is var error and not Errno.None
            ? Fail(error)
            : Issue(LookAt(path, noFollow: false), new Transfer { Step = Step.ChangeDirectory });

    private Outcome SetMask(ulong mask)
    {
        var old = _mask;
        _mask = (uint)mask & 0x1ff;
        return Done(old);
    }

    private bool Has(ulong flags, LinuxValue value) => (flags & _abi[value]) == _abi[value];

    /// <summary>A path from the root, as far as the program's own state says; links are the host's business.</summary>
    private Errno TryResolve(int directory, ulong pathAt, out string path)
    {
        if (_memory.TryReadPath(pathAt, out path) is var error and not Errno.None) return error;
        if (path.Length == 0) return Errno.ENOENT;
        if (path[0] == '/') return Errno.None;
        var from = _directory;
        if (directory != CurrentDirectory)
        {
            if (_descriptors[(uint)directory] is not { } file) return Errno.EBADF;
            if (!file.IsDirectory) return Errno.ENOTDIR;
            from = file.Path;
        }

        path = from.EndsWith('/') ? from + path : $"{from}/{path}";
        return path.Length > 4096 ? Errno.ENAMETOOLONG : Errno.None;
    }

    private Errno TryReadVector(ulong vector, ulong count, out List<(ulong Address, ulong Length)> parts)
    {
        parts = [];
        if (count > VectorMax) return Errno.EINVAL;
        var layout = _abi[LinuxLayout.Iovec];
        for (var i = 0UL; i < count; i++)
        {
            var at = vector + (i * (ulong)layout.Bytes);
            if (!_memory.TryRead(at, layout["base"], out var address) || !_memory.TryRead(at, layout["len"], out var length))
                return Errno.EFAULT;
            parts.Add(((ulong)address & _wordMask, (ulong)length & _wordMask));
        }

        return Errno.None;
    }

    private void SaveFiles(StateWriter writer)
    {
        _descriptors.Save(writer);
        writer.Write("directory", Encoding.UTF8.GetBytes(_directory));
        writer.Write("last_handle", _lastHandle);
        writer.Write("mask", _mask);
        writer.Write("last_request", _lastRequest);
        if (_transfer is { } transfer) transfer.Save(writer);
    }
}
