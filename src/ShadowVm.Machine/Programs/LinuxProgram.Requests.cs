using System.Buffers.Binary;
using System.Text;
using ShadowVm.Isa.Linux;

namespace ShadowVm.Machine.Programs;

/// <content>
/// Requests to the host and what becomes of their replies. The outstanding request is kept (patent claims 3, 7, 11,
/// 15: the model takes the disconnect itself) and issued again, marked so, when whoever had it is lost.
/// </content>
public sealed partial class LinuxProgram
{
    private const ulong ExtendedStatusBytes = 256;

    private Transfer? _transfer;
    private ulong _lastRequest;

    /// <summary>The request that the program waits for, or null.</summary>
    internal FileRequest? Request => _waits == Waits.Host ? _transfer?.Request : null;

    private Outcome Issue(FileRequest request, Transfer then)
    {
        then.Request = request with { Id = ++_lastRequest };
        _transfer = then;
        Emit(then.Request);
        return Block(Waits.Host);
    }

    private void Emit(FileRequest request) =>
        _host.Emit(_index, (byte)request.Operation, bound: true, request.Encode());

    private void Reissue()
    {
        _transfer!.Request = _transfer.Request with { Again = true };
        Emit(_transfer.Request);
    }

    /// <summary>A request about an open file: who doesn't have it open, opens it by its path.</summary>
    private static FileRequest Of(OpenFile file, FileOperation operation) => new()
    {
        Operation = operation,
        Handle = file.Handle,
        Path = file.Path,
        Flags = (file.CanWrite ? FileFlags.Write : FileFlags.None) | (file.IsDirectory ? FileFlags.Directory : FileFlags.None),
    };

    private static FileRequest LookAt(string path, bool noFollow) => new()
    {
        Operation = FileOperation.StatusOf,
        Path = path,
        Flags = noFollow ? FileFlags.NoFollow : FileFlags.None,
    };

    /// <summary>
    /// Looks whether a path is there before it is made or removed: the answer is in the log, so that a request that a
    /// survivor issues again can find itself performed and still give the right result.
    /// </summary>
    private Outcome LookFirst(string path, bool wantsIt, FileRequest next, Transfer then)
    {
        (then.Next, then.WantsIt) = (next, wantsIt);
        return Issue(LookAt(path, noFollow: true), then);
    }

    private void Take(FileReply reply)
    {
        var transfer = _transfer!;
        if (reply.Id != transfer.Request.Id) return; // of a request that was issued again meanwhile
        _waits = Waits.Nothing;
        _transfer = null;
        var outcome = transfer.Next is null ? Continue(transfer, reply) : Looked(transfer, reply);
        if (outcome.Kind != OutcomeKind.Waits) Answer(outcome);
    }

    private Outcome Looked(Transfer transfer, FileReply reply)
    {
        var isThere = reply.Error == Errno.None;
        if (!isThere && (transfer.WantsIt || reply.Error != Errno.ENOENT)) return Fail(reply.Error);
        if (isThere && !transfer.WantsIt) return Fail(Errno.EEXIST);
        var next = transfer.Next!;
        transfer.Next = null;
        return Issue(next, transfer);
    }

    private Outcome Continue(Transfer transfer, FileReply reply)
    {
        if (reply.Error != Errno.None && transfer.Done == 0)
        {
            if (transfer is { Step: Step.Read, Flag: true }) _space.Unmap(transfer.Address, transfer.Parts[0].Length);
            return Fail(reply.Error);
        }

        switch (transfer.Step)
        {
            case Step.Open:
                return Opened(transfer, reply);
            case Step.Read:
                return ReadPart(transfer, reply);
            case Step.Write:
                return WrotePart(transfer, reply);
            case Step.FindEnd:
                transfer.Step = Step.Write;
                transfer.Offset = Math.Max(reply.Value, 0);
                return NextPart(transfer);
            case Step.SeekEnd:
                return Seek(transfer.File!, reply.Value + transfer.Offset, transfer.Address);
            case Step.ReadLink:
                return WriteLink(reply.Data.Span, transfer.Address, transfer.Length);
            case Step.List:
                return WriteEntries(transfer, reply.Data.Span);
            case Step.Rename:
                return Renamed(reply.Data.Span);
            case Step.Plain:
                return Done(0);
        }

        if (!FileStatus.TryRead(reply.Data.Span, out var status)) return Fail(Errno.EIO);
        return transfer.Step switch
        {
            Step.Status => WriteStatus(status, transfer.Address, transfer.Layout),
            Step.ExtendedStatus => WriteExtendedStatus(status, transfer.Address),
            Step.Access => CheckAccess(status, (int)transfer.Offset),
            _ => Enter(status, reply.Data.Span[FileStatus.Bytes..]),
        };
    }

    private Outcome Opened(Transfer transfer, FileReply reply)
    {
        var asked = transfer.File!;
        var file = new OpenFile
        {
            Kind = asked.Kind,
            Handle = asked.Handle,
            Path = reply.Data.Length is > 0 and <= 4096 ? Encoding.UTF8.GetString(reply.Data.Span) : asked.Path,
            Flags = asked.Flags,
            CanRead = asked.CanRead,
            CanWrite = asked.CanWrite,
            Appends = asked.Appends,
            IsDirectory = reply.Value != 0,
        };
        return Done((ulong)_descriptors.Add(file, 0, transfer.Flag));
    }

    /// <summary>Issues the next part of a read or write, or ends it.</summary>
    private Outcome NextPart(Transfer transfer)
    {
        if (transfer.Part == transfer.Parts.Count) return Finish(transfer);
        var (address, length) = transfer.Parts[transfer.Part];
        var count = (int)Math.Min(length - transfer.InPart, FileRequest.BytesMax);
        var request = Of(transfer.File!, transfer.Step == Step.Read ? FileOperation.Read : FileOperation.Write) with
        {
            Offset = transfer.Offset + (long)transfer.Done,
            Count = count,
        };
        if (request.Offset < 0) return Fail(Errno.EINVAL);
        if (transfer.Step != Step.Write) return Issue(request, transfer);
        var bytes = new byte[count];
        _host.Memory.TryCopyOut(address + transfer.InPart, bytes);
        return Issue(request with { Data = bytes }, transfer);
    }

    private Outcome ReadPart(Transfer transfer, FileReply reply)
    {
        var asked = transfer.Request.Count;
        if (reply.Error != Errno.None || reply.Data.Length > asked) return Finish(transfer);
        _host.Memory.TryCopyIn(transfer.Parts[transfer.Part].Address + transfer.InPart, reply.Data.Span);
        Advance(transfer, reply.Data.Length);
        return reply.Data.Length < asked ? Finish(transfer) : NextPart(transfer);
    }

    private Outcome WrotePart(Transfer transfer, FileReply reply)
    {
        var asked = transfer.Request.Count;
        if (reply.Error != Errno.None) return Finish(transfer);
        Advance(transfer, (int)Math.Clamp(reply.Value, 0, asked));
        return reply.Value < asked ? Finish(transfer) : NextPart(transfer);
    }

    private static void Advance(Transfer transfer, int bytes)
    {
        transfer.Done += (ulong)bytes;
        transfer.InPart += (ulong)bytes;
        if (transfer.InPart < transfer.Parts[transfer.Part].Length) return;
        transfer.Part++;
        transfer.InPart = 0;
    }

    private static Outcome Finish(Transfer transfer)
    {
        if (transfer.Step == Step.Read && transfer.Flag) return Done(transfer.Address);
        if (transfer.MovesFile) transfer.File!.Offset = transfer.Offset + (long)transfer.Done;
        return Done(transfer.Done);
    }

    private Outcome WriteLink(ReadOnlySpan<byte> text, ulong address, ulong size)
    {
        if ((ulong)text.Length > size) text = text[..(int)size];
        _host.Memory.TryCopyIn(address, text);
        return Done((ulong)text.Length);
    }

    /// <summary>struct linux_dirent64: inode, offset of the next, length, type, name.</summary>
    private Outcome WriteEntries(Transfer transfer, ReadOnlySpan<byte> entries)
    {
        const int fixedBytes = 19;
        var bytes = new byte[transfer.Request.Count];
        var (used, index) = (0, transfer.Request.Offset);
        while (entries.Length > 9)
        {
            var end = entries[9..].IndexOf((byte)0);
            if (end < 0) break;
            var length = (fixedBytes + end + 1 + 7) & ~7;
            if (used + length > bytes.Length) break;
            var entry = bytes.AsSpan(used, length);
            _memory.Put(entry, new StructField("ino", 0, 8), BinaryPrimitives.ReadUInt64LittleEndian(entries));
            _memory.Put(entry, new StructField("off", 8, 8), (ulong)++index);
            _memory.Put(entry, new StructField("reclen", 16, 2), (ulong)length);
            entry[18] = entries[8];
            entries.Slice(9, end).CopyTo(entry[fixedBytes..]);
            used += length;
            entries = entries[(9 + end + 1)..];
        }

        if (used == 0 && entries.Length > 9) return Fail(Errno.EINVAL);
        transfer.File!.Offset = index;
        _host.Memory.TryCopyIn(transfer.Address, bytes.AsSpan(0, used));
        return Done((ulong)used);
    }

    private Outcome Renamed(ReadOnlySpan<byte> paths)
    {
        var middle = paths.IndexOf((byte)0);
        if (middle <= 0 || paths.Length > 8193) return Done(0);
        var (from, to) = (Encoding.UTF8.GetString(paths[..middle]), Encoding.UTF8.GetString(paths[(middle + 1)..]));
        foreach (var file in _descriptors.Files)
        {
            if (file.Path == from) file.Path = to;
            else if (file.Path.StartsWith(from + "/", StringComparison.Ordinal)) file.Path = to + file.Path[from.Length..];
        }

        return Done(0);
    }

    private static Outcome CheckAccess(in FileStatus status, int mode)
    {
        const int executes = 1;
        const int writes = 2;
        if ((mode & executes) != 0 && (status.Mode & 0x49) == 0) return Fail(Errno.EACCES);
        return (mode & writes) != 0 && (status.Mode & 0x92) == 0 ? Fail(Errno.EACCES) : Done(0);
    }

    private Outcome Enter(in FileStatus status, ReadOnlySpan<byte> path)
    {
        if ((status.Mode & FileStatus.TypeMask) != FileStatus.Directory) return Fail(Errno.ENOTDIR);
        if (path.Length is > 0 and <= 4096) _directory = Encoding.UTF8.GetString(path);
        return Done(0);
    }

    private static FileStatus StatusOf(OpenFile file) => new(
        1 + (ulong)file.Kind,
        file.Kind < FileKind.Host ? FileStatus.Pipe | 0x180 : FileStatus.Character | 0x1b6,
        0, 0, 0, 0);

    private Outcome WriteStatus(in FileStatus status, ulong address, LinuxLayout which)
    {
        const ulong nanoseconds = NanosecondsPerSecond;
        var layout = _abi[which];
        var bytes = new byte[layout.Bytes];
        void Put(string field, ulong value) => _memory.Put(bytes, layout.Find(field), value);
        Put("dev", 1);
        Put("ino", status.Inode);
        Put("mode", status.Mode);
        Put("nlink", 1);
        Put("uid", UserId);
        Put("gid", UserId);
        Put("size", (ulong)status.Size);
        Put("blksize", 4096);
        Put("blocks", ((ulong)status.Size + 511) / 512);
        Put("atime", (ulong)status.Accessed / nanoseconds);
        Put("atime_nsec", (ulong)status.Accessed % nanoseconds);
        Put("mtime", (ulong)status.Modified / nanoseconds);
        Put("mtime_nsec", (ulong)status.Modified % nanoseconds);
        Put("ctime", (ulong)status.Changed / nanoseconds);
        Put("ctime_nsec", (ulong)status.Changed % nanoseconds);
        return _host.Memory.TryCopyIn(address, bytes) ? Done(0) : Fail(Errno.EFAULT);
    }

    /// <summary>struct statx, which is the same for all instruction sets.</summary>
    private Outcome WriteExtendedStatus(in FileStatus status, ulong address)
    {
        var bytes = new byte[ExtendedStatusBytes];
        void Put(int offset, int size, ulong value) => _memory.Put(bytes, new StructField("", offset, size), value);
        void PutTime(int offset, long time)
        {
            Put(offset, 8, (ulong)time / NanosecondsPerSecond);
            Put(offset + 8, 4, (ulong)time % NanosecondsPerSecond);
        }

        Put(0, 4, 0x7ff); // STATX_BASIC_STATS: what is filled in
        Put(4, 4, 4096);
        Put(16, 4, 1);
        Put(20, 4, UserId);
        Put(24, 4, UserId);
        Put(28, 2, status.Mode);
        Put(32, 8, status.Inode);
        Put(40, 8, (ulong)status.Size);
        Put(48, 8, ((ulong)status.Size + 511) / 512);
        PutTime(64, status.Accessed);
        PutTime(96, status.Changed);
        PutTime(112, status.Modified);
        Put(140, 4, 1);
        return _host.Memory.TryCopyIn(address, bytes) ? Done(0) : Fail(Errno.EFAULT);
    }
}
