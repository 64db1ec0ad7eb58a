using ShadowVm.Isa.Linux;

namespace ShadowVm.Host.Backends;

/// <summary>Where a program's path leads within a folder that it sees as its root.</summary>
public static class HostFolder
{
    /// <summary>The host's path, links followed within the folder; null where none leads there.</summary>
    public static string? Find(string folder, string path) =>
        new FileTree(folder, readOnly: true).Resolve(path, follow: true, out var host, out _) == Errno.None ? host : null;
}
