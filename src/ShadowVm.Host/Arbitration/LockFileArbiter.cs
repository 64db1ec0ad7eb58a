using System.Text;

namespace ShadowVm.Host.Arbitration;

/// <summary>
/// The arbiter of DESIGN.md section 8 on storage that both replicas reach: who creates the file of a generation first
/// has it, for ever. Creating exclusively is one step in every local file system and in NFS from version 3 on. The
/// files stay: a generation is given once.
/// </summary>
public sealed class LockFileArbiter
{
    private readonly string _folder;
    private readonly Guid _pair;
    private readonly string _asker;
    private readonly HashSet<ulong> _won = [];

    /// <summary>Creates one for a pair.</summary>
    /// <param name="folder">A folder that both replicas reach; it must be there.</param>
    /// <param name="pair">The pair's identity, new at each start.</param>
    /// <param name="asker">Who asks, for people who look at the file.</param>
    public LockFileArbiter(string folder, Guid pair, string asker) => (_folder, _pair, _asker) = (folder, pair, asker);

    /// <summary>Finds out at start whether the folder can be used.</summary>
    /// <exception cref="HostException">It is missing or can't be written to.</exception>
    public static void Prepare(string folder)
    {
        try
        {
            var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The arbiter's folder '{folder}' can't be used: {e.Message}", inner: e);
        }
    }

    /// <summary>The file of a generation.</summary>
    public string PathOf(ulong generation) => Path.Combine(_folder, $"{_pair:N}-{generation}.lock");

    /// <summary>The test-and-set: true won, false lost, null no answer: ask again.</summary>
    public bool? TryTake(ulong generation)
    {
        if (_won.Contains(generation)) return true;
        var path = PathOf(generation);
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1);
            // Won by its creation; the content and its way to the disk are for people and for a crash of the host.
            _won.Add(generation);
            file.Write(Encoding.UTF8.GetBytes($"{_asker} since {DateTime.UtcNow:O}\n"));
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_won.Contains(generation)) return true;
            // The file is there: somebody was first, or a creation of ours whose answer got lost.
            return File.Exists(path) ? IsOurs(path) : null;
        }
    }

    private bool? IsOurs(string path)
    {
        try
        {
            return File.ReadAllText(path).StartsWith(_asker + " since ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
