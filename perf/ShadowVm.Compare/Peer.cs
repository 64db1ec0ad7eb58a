namespace ShadowVm.Compare;

/// <summary>What a peer is to the comparison.</summary>
internal enum PeerKind
{
    /// <summary>ShadowVm, in one of its tiers.</summary>
    ShadowVm,

    /// <summary>Another emulator.</summary>
    Emulator,

    /// <summary>Another emulator, of programs: it starts no machine.</summary>
    User,

    /// <summary>The same source, compiled for this machine.</summary>
    Native,
}

/// <summary>Somebody who can run a workload.</summary>
/// <param name="Name">Column heading.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Command">Program and arguments for a piece of work.</param>
/// <param name="Reduced">Whether it is so slow that it does the hundredth.</param>
internal sealed record Peer(string Name, PeerKind Kind, Func<Work, (string Program, string[] Arguments)> Command, bool Reduced = false)
{
    /// <summary>How much of a workload this peer does.</summary>
    public Work WorkOf(Workload workload) => Reduced ? workload.Hundredth : workload.Full;
}
