namespace ShadowVm.Machine.Channel;

/// <summary>An operation in the table of outstanding ones.</summary>
/// <param name="IsRead">A read, whose bytes arrive with the completion; else a write.</param>
/// <param name="Tag">Tag that the guest gave.</param>
/// <param name="Sector">First sector.</param>
/// <param name="Count">Number of sectors.</param>
/// <param name="Address">Guest physical address of the bytes, all in RAM.</param>
internal readonly record struct Operation(bool IsRead, uint Tag, ulong Sector, uint Count, ulong Address)
{
    /// <summary>Length in bytes.</summary>
    public int Bytes => (int)Count * ChannelRegisters.SectorBytes;
}
