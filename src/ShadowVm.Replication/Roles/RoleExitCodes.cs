namespace ShadowVm.Replication.Roles;

/// <summary>Exit codes that belong to a replica, not to its guest.</summary>
public static class RoleExitCodes
{
    /// <summary>The peer or what it sent doesn't fit.</summary>
    public const int Refused = 2;

    /// <summary>The other replica holds the next generation.</summary>
    public const int LostArbitration = 3;

    /// <summary>The replicas differed at a boundary.</summary>
    public const int Diverged = 4;

    /// <summary>The peer was lost before the guest ran, or couldn't be fenced.</summary>
    public const int Failed = 5;

    /// <summary>An operator stopped the pair.</summary>
    public const int Stopped = 130;
}
