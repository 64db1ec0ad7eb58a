using ShadowVm.Host.Channel;
using ShadowVm.Host.Configuration;
using ShadowVm.Replication;

namespace ShadowVm.Host.LifeCycle;

/// <summary>The roles and the frames they speak in: what the outside drives without knowing it.</summary>
public interface IPairProtocol
{
    /// <summary>How frames become bytes.</summary>
    IFrameCodec Codec { get; }

    /// <summary>A role that starts as primary.</summary>
    /// <param name="actions">Where its actions go.</param>
    /// <param name="configuration">The guest.</param>
    /// <param name="encoded">The same as bytes, for the backup.</param>
    /// <param name="initial">Digest of the guest's state before the first instruction.</param>
    IRole Primary(IRoleActions actions, PairConfiguration configuration, byte[] encoded, Digest initial);

    /// <summary>A role that starts as backup; it learns all else from the primary.</summary>
    /// <param name="actions">Where its actions go.</param>
    IRole Backup(IRoleActions actions);
}
