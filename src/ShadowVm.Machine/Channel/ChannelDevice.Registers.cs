using static ShadowVm.Machine.Channel.ChannelRegisters;

namespace ShadowVm.Machine.Channel;

/// <content>The registers as the guest accesses them.</content>
public sealed partial class ChannelDevice
{
    private uint _tag;
    private uint _count;
    private ulong _sector;
    private ulong _address;
    private bool _interruptEnable;
    private ChannelResult _result;

    private uint OutstandingCount => _phase == Phase.Connecting ? 1 : (uint)_outstanding.Count;

    /// <inheritdoc/>
    public bool TryRead(ulong offset, int bytes, out ulong value)
    {
        value = 0;
        if (!Answers(offset, bytes)) return false;
        var wide = offset & ~7UL;
        if (IsWide(wide))
        {
            var whole = wide switch { Sector => _sector, Address => _address, _ => _capacity };
            value = bytes == 8 ? whole : (uint)(whole >> (int)((offset & 4) * 8));
            return true;
        }

        _events.TryPeek(out var head);
        uint? word = offset switch
        {
            Id => IdValue,
            ChannelRegisters.Version => VersionValue,
            Status => ReadStatus(),
            Result => (uint)_result,
            ChannelRegisters.Connection => _connection,
            Tag => _tag,
            Count => _count,
            Event => (uint)head.Kind,
            EventTag => head.Tag,
            EventConnection => head.Connection,
            EventStatus => (uint)head.Status,
            InterruptEnable => _interruptEnable ? 1U : 0,
            OutstandingMax => MaxOutstanding,
            _ => null,
        };
        value = word ?? 0;
        return word is not null;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong offset, int bytes, ulong value)
    {
        if (!Answers(offset, bytes)) return false;
        switch (offset)
        {
            case Command: _result = Carry((uint)value); return true;
            case Tag: _tag = (uint)value; return true;
            case Count: _count = (uint)value; return true;
            case InterruptEnable: _interruptEnable = (value & 1) != 0; return true;
            case Sector or Sector + 4: WriteWide(ref _sector, offset, bytes, value); return true;
            case Address or Address + 4: WriteWide(ref _address, offset, bytes, value); return true;
            default: return false;
        }
    }

    private static bool IsWide(ulong offset) => offset is Sector or Address or Capacity;

    private static bool Answers(ulong offset, int bytes) =>
        (bytes == 4 && offset < End && offset % 4 == 0) || (bytes == 8 && IsWide(offset));

    private static void WriteWide(ref ulong register, ulong offset, int bytes, ulong value)
    {
        if (bytes == 8) register = value;
        else if (offset % 8 == 0) register = (register & 0xffff_ffff_0000_0000) | (uint)value;
        else register = (uint)register | (value << 32);
    }

    private uint ReadStatus() =>
        (_phase == Phase.Connected ? StatusConnected : 0)
        | (_phase == Phase.Connecting ? StatusConnecting : 0)
        | (_events.Count > 0 ? StatusEvent : 0)
        | (OutstandingCount << StatusOutstandingShift);
}
