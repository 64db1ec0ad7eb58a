using ShadowVm.Host.Configuration;
using ShadowVm.Host.Replica;

namespace ShadowVm.Host.LifeCycle;

/// <summary>Builds guests. The same configuration gives the same guest, to the bit, on every host.</summary>
public interface IGuestFactory
{
    /// <summary>Builds one, at reset.</summary>
    /// <param name="configuration">What both sides agreed on.</param>
    /// <param name="onTrouble">Told in a sentence of what is wrong without ending the guest.</param>
    /// <exception cref="HostException">What the configuration says can't be built: one sentence.</exception>
    IGuest Build(PairConfiguration configuration, Action<string> onTrouble);
}
