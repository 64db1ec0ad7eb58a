using Microsoft.Win32.SafeHandles;

namespace ShadowVm.Host.Backends;

/// <summary>
/// A disk's file. Opened when the guest connects, so that a survivor opens it afresh; a write has happened when the
/// operating system says that it is on stable storage.
/// </summary>
public sealed class DiskFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private DiskFile(SafeFileHandle handle, long size)
    {
        _handle = handle;
        Sectors = (ulong)(size / DiskOptions.SectorBytes);
    }

    /// <summary>Number of whole sectors.</summary>
    public ulong Sectors { get; }

    /// <summary>
    /// At start: creates a missing file where a size is given, and finds out now what would otherwise fail later.
    /// </summary>
    /// <exception cref="HostException">The file is missing, can't be opened as asked, or has another size.</exception>
    public static void Prepare(DiskOptions options)
    {
        try
        {
            if (Directory.Exists(options.Path))
            {
                throw new HostException($"The disk '{options.Path}' is a folder; it must be a file.");
            }

            if (!File.Exists(options.Path))
            {
                if (options.Size is not { } size || options.ReadOnly)
                {
                    throw new HostException(
                        $"The disk file '{options.Path}' is missing; give size= to have it created.");
                }

                using var created = File.OpenHandle(options.Path, FileMode.CreateNew, FileAccess.ReadWrite);
                RandomAccess.SetLength(created, size);
                RandomAccess.FlushToDisk(created);
            }

            using var file = Open(options);
            var length = new FileInfo(options.Path).Length;
            if (options.Size is { } wanted && wanted != length)
            {
                throw new HostException(
                    $"The disk file '{options.Path}' has {length} bytes, not the {wanted} that size= says.");
            }

            if (length % DiskOptions.SectorBytes != 0 || length == 0)
            {
                throw new HostException(
                    $"The disk file '{options.Path}' has {length} bytes, no multiple of {DiskOptions.SectorBytes}.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new HostException(
                $"The disk file '{options.Path}' can't be opened for {Purpose(options)}: {e.Message}", inner: e);
        }
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="IOException">It can't be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    public static DiskFile Open(DiskOptions options)
    {
        var access = options.ReadOnly ? FileAccess.Read : FileAccess.ReadWrite;
        // Shared, so that a survivor can open it while the killed primary is still being reaped.
        var handle = File.OpenHandle(options.Path, FileMode.Open, access, FileShare.ReadWrite);
        return new DiskFile(handle, RandomAccess.GetLength(handle));
    }

    /// <summary>Reads sectors.</summary>
    /// <exception cref="IOException">The file fails.</exception>
    public byte[] Read(ulong sector, int count)
    {
        var bytes = new byte[count * DiskOptions.SectorBytes];
        var offset = (long)sector * DiskOptions.SectorBytes;
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(_handle, bytes.AsSpan(done), offset + done);
            if (read == 0) throw new EndOfStreamException($"the disk file ends before byte {offset + bytes.Length}");
            done += read;
        }

        return bytes;
    }

    /// <summary>Writes sectors, and returns when they are on stable storage.</summary>
    /// <exception cref="IOException">The file fails; what it holds now is not known.</exception>
    public void Write(ulong sector, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, (long)sector * DiskOptions.SectorBytes);
        RandomAccess.FlushToDisk(_handle);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static string Purpose(DiskOptions options) => options.ReadOnly ? "reading" : "reading and writing";
}
