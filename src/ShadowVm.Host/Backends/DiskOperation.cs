using ShadowVm.Machine.Channel;

namespace ShadowVm.Host.Backends;

/// <summary>An operation that the role released.</summary>
/// <param name="Number">Number of the output.</param>
/// <param name="Request">What the guest asked.</param>
internal sealed record DiskOperation(ulong Number, ChannelRequest Request)
{
    private bool IsWrite => Request.Kind == ChannelRequestKind.Write;

    /// <summary>Whether the order of the two shows in what the disk holds or a read returns.</summary>
    public bool Conflicts(DiskOperation other) =>
        (IsWrite || other.IsWrite)
        && Request.Sector < other.Request.Sector + other.Request.Count
        && other.Request.Sector < Request.Sector + Request.Count;
}
