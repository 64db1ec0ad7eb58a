using System.Text;
using ShadowVm.Isa.Linux;
using ShadowVm.Machine.Programs;

namespace ShadowVm.Host.Backends;

/// <summary>
/// Carries out a program's requests on the host's files. Handles are the program's; one that isn't open here is opened
/// by its path, so that a survivor needs nothing but the requests. Not for several threads.
/// </summary>
internal sealed class HostFiles : IDisposable
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    // Each folder has itself and the one above as its first entries.
    private static readonly string[] Dots = [".", ".."];

    private readonly FileTree? _root;
    private readonly FileTree? _libraries;
    private readonly Action<string> _trouble;
    private readonly Dictionary<uint, FileStream> _open = [];

    /// <summary>Creates it.</summary>
    /// <param name="files">What may be reached.</param>
    /// <param name="trouble">Gets a sentence for the operator.</param>
    public HostFiles(ProgramFiles files, Action<string> trouble)
    {
        _root = files.Root is { } root ? new FileTree(root, files.ReadOnly) : null;
        _libraries = files.Libraries is { } libraries ? new FileTree(libraries, readOnly: true) : null;
        _trouble = trouble;
    }

    /// <summary>Carries out a request; null where there is nothing to answer.</summary>
    public FileReply? Carry(FileRequest request)
    {
        if (request.Operation == FileOperation.Close)
        {
            if (_open.Remove(request.Handle, out var closed)) closed.Dispose();
            return null;
        }

        try
        {
            return Perform(request) with { Id = request.Id };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return Failed(ErrorOf(e)) with { Id = request.Id };
        }
    }

    public void Dispose()
    {
        foreach (var stream in _open.Values) stream.Dispose();
        _open.Clear();
    }

    private static FileReply Failed(Errno error) => new(0, error, 0, default);

    private static FileReply Done(long value = 0, byte[]? data = null) => new(0, Errno.None, value, data);

    private FileReply Perform(FileRequest request) => request.Operation switch
    {
        FileOperation.Open => Open(request),
        FileOperation.Read => Read(request),
        FileOperation.Write => Write(request),
        FileOperation.Status => Status(request, follow: true),
        FileOperation.StatusOf => Status(request, !request.Flags.HasFlag(FileFlags.NoFollow)),
        FileOperation.ReadLink => ReadLink(request),
        FileOperation.Truncate => Truncate(request),
        FileOperation.Sync => Sync(request),
        FileOperation.MakeDirectory => MakeDirectory(request),
        FileOperation.Remove => Remove(request, directory: false),
        FileOperation.RemoveDirectory => Remove(request, directory: true),
        FileOperation.Rename => Rename(request),
        _ => List(request),
    };

    /// <summary>Where a path leads: to the libraries where it is there and nothing is to change, else below the root.</summary>
    private Errno Find(string path, bool follow, bool changes, out FileTree tree, out string host, out string seen)
    {
        (tree, host, seen) = (_libraries ?? _root!, "", "");
        if (_libraries is not null && !changes
            && _libraries.Resolve(path, follow, out host, out seen) == Errno.None && Exists(host))
        {
            return Errno.None;
        }

        if (_root is null) return _libraries is not null && changes ? Errno.EROFS : Errno.ENOENT;
        tree = _root;
        var error = tree.Resolve(path, follow, out host, out seen);
        return error == Errno.None && changes && tree.ReadOnly ? Errno.EROFS : error;
    }

    private static bool Exists(string host) =>
        File.Exists(host) || Directory.Exists(host) || FileTree.LinkAt(host) is not null;

    private FileReply Open(FileRequest request)
    {
        var writes = (request.Flags & (FileFlags.Write | FileFlags.Create | FileFlags.Truncate)) != 0;
        var follow = !request.Flags.HasFlag(FileFlags.NoFollow);
        if (Find(request.Path, follow, changes: false, out var tree, out var host, out var seen) is var error and not Errno.None)
            return Failed(error);
        if (writes && tree != _root) // what the libraries have can't be opened for writing, nor hide the root's
        {
            error = Find(request.Path, follow, changes: true, out tree, out host, out seen);
            if (error != Errno.None) return Failed(error);
        }

        if (!follow && FileTree.LinkAt(host) is not null) return Failed(Errno.ELOOP);
        if (Directory.Exists(host))
            return writes ? Failed(Errno.EISDIR) : Done(1, Encoding.UTF8.GetBytes(seen));
        var isThere = File.Exists(host);
        if (request.Flags.HasFlag(FileFlags.Directory)) return Failed(isThere ? Errno.ENOTDIR : Errno.ENOENT);
        if (!isThere && !request.Flags.HasFlag(FileFlags.Create)) return Failed(Errno.ENOENT);
        if (writes && tree.ReadOnly) return Failed(Errno.EROFS);
        if (_open.Remove(request.Handle, out var old)) old.Dispose(); // of a try whose answer was lost
        _open[request.Handle] = OpenStream(host, request, isThere);
        return Done(0, Encoding.UTF8.GetBytes(seen));
    }

    private static FileStream OpenStream(string host, FileRequest request, bool isThere)
    {
        var options = new FileStreamOptions
        {
            Mode = isThere ? FileMode.Open : FileMode.OpenOrCreate,
            Access = request.Flags.HasFlag(FileFlags.Write) ? FileAccess.ReadWrite : FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (!isThere && options.Access == FileAccess.Read) File.Create(host).Dispose();
        else if (!isThere && !OperatingSystem.IsWindows()) options.UnixCreateMode = (UnixFileMode)(request.Mode & 0x1ff);
        var stream = Opened(host, options);
        if (request.Flags.HasFlag(FileFlags.Truncate)) stream.SetLength(0);
        return stream;
    }

    private static FileStream Opened(string host, FileStreamOptions options)
    {
        try
        {
            return new FileStream(host, options);
        }
        catch (UnauthorizedAccessException) when (options.Access == FileAccess.ReadWrite)
        {
            options.Access = FileAccess.Write; // a file that may be written and not read
            return new FileStream(host, options);
        }
    }

    /// <summary>The stream of a handle. A survivor opens it here for the first time.</summary>
    private FileStream StreamOf(FileRequest request)
    {
        if (_open.TryGetValue(request.Handle, out var stream)) return stream;
        try
        {
            var reply = Open(request with { Operation = FileOperation.Open, Flags = request.Flags & FileFlags.Write });
            if (reply.Error == Errno.None && _open.TryGetValue(request.Handle, out stream)) return stream;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // said below
        }

        _trouble($"The file '{request.Path}' that the program has open can't be opened again here.");
        throw new LostFileException();
    }

    private FileReply Read(FileRequest request)
    {
        var bytes = new byte[request.Count];
        var (handle, done) = (StreamOf(request).SafeFileHandle, 0);
        while (done < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(done), request.Offset + done) is var count && count > 0)
            done += count;
        return Done(done, bytes[..done]);
    }

    private FileReply Write(FileRequest request)
    {
        RandomAccess.Write(StreamOf(request).SafeFileHandle, request.Data.Span, request.Offset);
        return Done(request.Data.Length);
    }

    private FileReply Truncate(FileRequest request)
    {
        RandomAccess.SetLength(StreamOf(request).SafeFileHandle, request.Offset);
        return Done();
    }

    private FileReply Sync(FileRequest request)
    {
        if (!request.Flags.HasFlag(FileFlags.Directory)) RandomAccess.FlushToDisk(StreamOf(request).SafeFileHandle);
        return Done();
    }

    private FileReply Status(FileRequest request, bool follow)
    {
        if (Find(request.Path, follow, changes: false, out var tree, out var host, out var seen) is var error and not Errno.None)
            return Failed(error);
        if (StatusOf(tree, host, seen) is not { } status)
            return Failed(request.Operation == FileOperation.Status ? Errno.ESTALE : Errno.ENOENT);
        var path = Encoding.UTF8.GetBytes(seen);
        var data = new byte[FileStatus.Bytes + path.Length];
        status.Write(data);
        path.CopyTo(data, FileStatus.Bytes);
        return Done(status.Size, data);
    }

    private static FileStatus? StatusOf(FileTree tree, string host, string seen)
    {
        FileSystemInfo info = Directory.Exists(host) ? new DirectoryInfo(host) : new FileInfo(host);
        var link = FileTree.LinkAt(host);
        if (!info.Exists && link is null) return null;
        var type = link is not null ? FileStatus.Link
            : info is DirectoryInfo ? FileStatus.Directory
            : FileStatus.Regular;
        var permissions = OperatingSystem.IsWindows() ? 0x1edU : (uint)info.UnixFileMode & 0xfff;
        if (link is not null) permissions = 0x1ff;
        else if (tree.ReadOnly) permissions &= ~0x92U;
        var size = link is not null ? Encoding.UTF8.GetByteCount(link)
            : info is FileInfo file ? file.Length
            : 4096;
        return new FileStatus(
            Inode(seen), type | permissions, size,
            Nanoseconds(info.LastAccessTimeUtc), Nanoseconds(info.LastWriteTimeUtc), Nanoseconds(info.LastWriteTimeUtc));
    }

    private FileReply ReadLink(FileRequest request)
    {
        if (Find(request.Path, follow: false, changes: false, out _, out var host, out _) is var error and not Errno.None)
            return Failed(error);
        if (FileTree.LinkAt(host) is { } link) return Done(0, Encoding.UTF8.GetBytes(link));
        return Failed(Exists(host) ? Errno.EINVAL : Errno.ENOENT);
    }

    private FileReply MakeDirectory(FileRequest request)
    {
        if (Find(request.Path, follow: false, changes: true, out _, out var host, out _) is var error and not Errno.None)
            return Failed(error);
        if (Exists(host)) return request.Again && Directory.Exists(host) ? Done() : Failed(Errno.EEXIST);
        if (!Directory.Exists(Path.GetDirectoryName(host))) return Failed(Errno.ENOENT);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(host);
        else Directory.CreateDirectory(host, (UnixFileMode)(request.Mode & 0x1ff));
        return Done();
    }

    private FileReply Remove(FileRequest request, bool directory)
    {
        if (Find(request.Path, follow: false, changes: true, out _, out var host, out var seen) is var error and not Errno.None)
            return Failed(error);
        if (!Exists(host)) return request.Again ? Done() : Failed(Errno.ENOENT);
        var isDirectory = Directory.Exists(host) && FileTree.LinkAt(host) is null;
        if (directory && seen == "/") return Failed(Errno.EBUSY);
        if (directory != isDirectory) return Failed(directory ? Errno.ENOTDIR : Errno.EISDIR);
        if (!directory) File.Delete(host);
        else if (Directory.EnumerateFileSystemEntries(host).Any()) return Failed(Errno.ENOTEMPTY);
        else Directory.Delete(host);
        return Done();
    }

    private FileReply Rename(FileRequest request)
    {
        if (Find(request.Path, follow: false, changes: true, out _, out var host, out var seen) is var error and not Errno.None)
            return Failed(error);
        if (Find(request.Target, follow: false, changes: true, out _, out var target, out var seenTarget) is var other and not Errno.None)
            return Failed(other);
        var paths = Encoding.UTF8.GetBytes($"{seen}\0{seenTarget}");
        if (!Exists(host)) return request.Again && Exists(target) ? Done(0, paths) : Failed(Errno.ENOENT);
        if (host == target) return Done(0, paths);
        if (Directory.Exists(host) && FileTree.LinkAt(host) is null)
        {
            if (File.Exists(target)) return Failed(Errno.ENOTDIR);
            if ((target + "/").StartsWith(host + "/", StringComparison.Ordinal)) return Failed(Errno.EINVAL);
            if (Directory.Exists(target)) Directory.Delete(target); // an empty one gives way
            Directory.Move(host, target);
        }
        else if (Directory.Exists(target))
        {
            return Failed(Errno.EISDIR);
        }
        else
        {
            File.Move(host, target, overwrite: true);
        }

        return Done(0, paths);
    }

    private FileReply List(FileRequest request)
    {
        if (Find(request.Path, follow: true, changes: false, out _, out var host, out var seen) is var error and not Errno.None)
            return Failed(error);
        if (!Directory.Exists(host)) return Failed(Errno.ENOTDIR);
        var names = Directory.EnumerateFileSystemEntries(host).Select(entry => Path.GetFileName(entry)!)
            .Order(StringComparer.Ordinal);
        using var data = new MemoryStream();
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        foreach (var name in Dots.Concat(names).Skip((int)Math.Min(request.Offset, int.MaxValue)))
        {
            var at = Path.Combine(host, name);
            var type = TypeOf(name, at);
            var bytes = Encoding.UTF8.GetBytes(name);
            if (data.Length + bytes.Length + 10 > FileRequest.BytesMax) break;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(number, Inode(seen.TrimEnd('/') + "/" + name));
            data.Write(number);
            data.WriteByte(type);
            data.Write(bytes);
            data.WriteByte(0);
        }

        return Done(0, data.ToArray());
    }

    /// <summary>DT_DIR, DT_LNK or DT_REG.</summary>
    private static byte TypeOf(string name, string host) =>
        name is "." or ".." ? (byte)4
        : FileTree.LinkAt(host) is not null ? (byte)10
        : Directory.Exists(host) ? (byte)4 : (byte)8;

    /// <summary>
    /// FNV-1a over the path: the same on every host, as a file system's own number wouldn't be, and of 31 bits, so that
    /// a program with a narrow struct stat can take it.
    /// </summary>
    private static ulong Inode(string seen)
    {
        var hash = 0xcbf29ce484222325UL;
        foreach (var each in Encoding.UTF8.GetBytes(seen)) hash = (hash ^ each) * 0x100000001b3UL;
        return ((hash ^ (hash >> 32)) & 0x7fff_ffff) | 1;
    }

    private static long Nanoseconds(DateTime time) => Math.Max(0, time.Ticks - UnixEpochTicks) * 100;

    private static Errno ErrorOf(Exception e)
    {
        switch (e)
        {
            case LostFileException: return Errno.ESTALE;
            case FileNotFoundException or DirectoryNotFoundException: return Errno.ENOENT;
            case PathTooLongException: return Errno.ENAMETOOLONG;
            case UnauthorizedAccessException: return Errno.EACCES;
            case ArgumentException or NotSupportedException: return Errno.EINVAL;
        }

        // What the runtime knows no exception for, it hands on by the number of Linux.
        return e.HResult switch
        {
            17 => Errno.EEXIST,
            18 => Errno.EXDEV,
            20 => Errno.ENOTDIR,
            21 => Errno.EISDIR,
            26 or 27 => Errno.EFBIG,
            28 => Errno.ENOSPC,
            30 => Errno.EROFS,
            39 => Errno.ENOTEMPTY,
            40 => Errno.ELOOP,
            _ => Errno.EIO,
        };
    }

    /// <summary>A file that a program has open is not to be had here.</summary>
    private sealed class LostFileException : IOException;
}
