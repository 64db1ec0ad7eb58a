using ShadowVm.Isa.Linux;

namespace ShadowVm.Host.Backends;

/// <summary>
/// A folder of the host as a program's root. Each part of a path is looked at by itself and links are followed within
/// the tree: neither <c>..</c> nor a symbolic link leads out of it. Another process that swaps a folder for a link
/// between this look and the use could: whoever may do that may read what the link points to anyway.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="readOnly">Whether nothing in it may change.</param>
internal sealed class FileTree(string folder, bool readOnly)
{
    private const int LinksMax = 40;

    private readonly string _folder = Path.GetFullPath(folder);

    public bool ReadOnly => readOnly;

    /// <summary>Finds where a program's path leads.</summary>
    /// <param name="path">The path, from the program's root.</param>
    /// <param name="follow">Whether a link at its end is followed.</param>
    /// <param name="host">The host's path.</param>
    /// <param name="seen">The program's path without links.</param>
    public Errno Resolve(string path, bool follow, out string host, out string seen)
    {
        var done = new List<string>();
        var left = new Stack<string>();
        Push(left, path);
        var links = 0;
        (host, seen) = (_folder, "/");
        while (left.TryPop(out var part))
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                if (done.Count > 0) done.RemoveAt(done.Count - 1);
                continue;
            }

            if (part.Length > 255) return Errno.ENAMETOOLONG;
            if (part.AsSpan().ContainsAny('\0', Path.DirectorySeparatorChar)) return Errno.EINVAL;
            done.Add(part);
            var at = HostPath(done);
            var isLast = !left.Any(each => each.Length != 0);
            if ((!isLast || follow || left.Count > 0) && LinkAt(at) is { } target)
            {
                if (++links > LinksMax) return Errno.ELOOP;
                if (target.StartsWith('/')) done.Clear();
                else done.RemoveAt(done.Count - 1);
                Push(left, target);
                continue;
            }

            // A slash at the end wants a folder as well.
            if (left.Count == 0 || Directory.Exists(at)) continue;
            if (File.Exists(at)) return Errno.ENOTDIR;
            if (!isLast) return Errno.ENOENT;
        }

        (host, seen) = (HostPath(done), "/" + string.Join('/', done));
        return Errno.None;
    }

    /// <summary>What a symbolic link says; null where there is none.</summary>
    public static string? LinkAt(string host)
    {
        try
        {
            return new FileInfo(host).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Push(Stack<string> left, string path)
    {
        var parts = path.Split('/');
        for (var i = parts.Length - 1; i >= 0; i--) left.Push(parts[i]);
    }

    private string HostPath(List<string> parts) => parts.Count == 0 ? _folder : Path.Combine([_folder, .. parts]);
}
