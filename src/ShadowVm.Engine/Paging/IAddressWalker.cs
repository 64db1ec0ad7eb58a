using ShadowVm.Isa;

namespace ShadowVm.Engine.Paging;

/// <summary>Who can evaluate the definition's translate hook.</summary>
internal interface IAddressWalker
{
    /// <summary>
    /// Whether the hook gives, without a look at any table, all addresses as they are with all rights, for each kind of
    /// access. Nothing in memory changes.
    /// </summary>
    bool IsIdentity();

    /// <summary>
    /// Walks to the page of an address for a load that isn't made; false where the load would raise, or the walk change memory.
    /// </summary>
    bool TryLook(ulong address, out PageValue page);
}
