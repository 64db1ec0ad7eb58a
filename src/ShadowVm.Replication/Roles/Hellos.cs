using ShadowVm.Replication.Frames;

namespace ShadowVm.Replication.Roles;

/// <summary>Whether two replicas fit each other.</summary>
internal static class Hellos
{
    /// <summary>One sentence that says what doesn't fit, or null.</summary>
    public static string? Mismatch(Hello hello, PairIdentity identity, bool fromBackup)
    {
        if (hello.FromBackup != fromBackup) return $"both replicas want to be {(fromBackup ? "primary" : "backup")}";
        if (hello.ProtocolVersion != Hello.CurrentVersion)
        {
            return $"the {Other(fromBackup)} speaks protocol version {hello.ProtocolVersion}, this one {Hello.CurrentVersion}";
        }

        return hello.Build != identity.Build
            ? $"the {Other(fromBackup)} is build {hello.Build}, this one {identity.Build}"
            : null;
    }

    private static string Other(bool fromBackup) => fromBackup ? "backup" : "primary";
}
