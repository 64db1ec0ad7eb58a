using ShadowVm.Replication;

namespace ShadowVm.Host.Replica;

/// <summary>
/// What a role's actions reach besides channel and guest. Called on the role thread; nothing here may block. Answers
/// are posted back to the role thread.
/// </summary>
internal interface IReplicaSurroundings
{
    /// <summary>Build the guest; answer <see cref="RoleThread.PostConfigured"/> or
    /// <see cref="RoleThread.PostRefused"/>.</summary>
    void Configure(byte[] configuration);

    /// <summary>Let an output out; answer <see cref="RoleThread.PostReleased"/>.</summary>
    void Release(Output output);

    /// <summary>Ask until there is an answer: <see cref="RoleThread.PostArbiter"/>.</summary>
    void AskArbiter(ulong generation);

    /// <summary>Shut the old primary out; answer <see cref="RoleThread.PostFenced"/>.</summary>
    void Fence();

    /// <summary>This replica emits from now on.</summary>
    void TakingOver(TakeOverOrder order);

    /// <summary>Tell the operator.</summary>
    void Announce(ReplicaState state, ulong epoch, string detail);
}
