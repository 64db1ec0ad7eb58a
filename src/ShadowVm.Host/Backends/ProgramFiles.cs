namespace ShadowVm.Host.Backends;

/// <summary>
/// What of the host's files a program may reach; by default nothing. Paths never cross the channel: each replica has
/// its own.
/// </summary>
public sealed record ProgramFiles
{
    /// <summary>Folder that is the program's root, or null: it then has no files.</summary>
    public string? Root { get; init; }

    /// <summary>Nothing below the root is changed.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Folder whose files stand in front of the root's, read only: a system's libraries, or null.
    /// </summary>
    public string? Libraries { get; init; }
}
