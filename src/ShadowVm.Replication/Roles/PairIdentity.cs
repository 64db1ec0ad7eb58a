namespace ShadowVm.Replication.Roles;

/// <summary>Who this replica is, for the hello.</summary>
/// <param name="Pair">The pair, new at each start; the backup learns it.</param>
/// <param name="Build">The program's version; both sides must be equal.</param>
public sealed record PairIdentity(Guid Pair, string Build);
