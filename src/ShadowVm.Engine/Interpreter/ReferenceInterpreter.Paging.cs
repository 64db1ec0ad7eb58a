using ShadowVm.Engine.Memory;
using ShadowVm.Engine.Paging;
using ShadowVm.Isa;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

/// <content>
/// Accesses where the definition translates addresses. An access that reaches into another page translates both before
/// it touches either.
/// </content>
public sealed partial class ReferenceInterpreter : IAddressWalker
{
    private const int AccessBytesMax = 8;

    private readonly AddressTranslation? _translation;
    private readonly ulong[] _parts = new ulong[AccessBytesMax];
    private DecodedInstruction? _crossing;
    private Access _walkAccess;
    private ulong _walkAddress;
    private bool _asksOnly; // and reads no table
    private bool _looksOnly; // and changes none
    private bool _inputWritten;

    /// <summary>What addresses mean now; null where the definition translates none.</summary>
    internal AddressTranslation? Translation => _translation;

    private bool IsPaged => _translation is { IsFlat: false };

    bool IAddressWalker.IsIdentity()
    {
        var status = _status;
        var identity = true;
        _asksOnly = true;
        for (var access = Access.Fetch; access <= Access.Write && identity; access++)
        {
            _status = Status.Running;
            var page = Ask(0, access);
            identity = _status == Status.Running && _translation!.IsIdentity(page);
        }

        (_asksOnly, _status) = (false, status);
        return identity;
    }

    bool IAddressWalker.TryLook(ulong address, out PageValue page)
    {
        var status = _status;
        (_looksOnly, _status, _walkAccess, _walkAddress) = (true, Status.Running, Access.Read, address);
        _translation!.BeginWalk();
        page = Ask(address, Access.Read);
        var found = _status == Status.Running && (page.Rights & 1) != 0;
        (_looksOnly, _status) = (false, status);
        return found;
    }

    /// <summary>
    /// Physical address of a byte, and the last address of its page; false where the status says otherwise. A page above 4096 bytes
    /// counts as many of those: whether it was remembered as such mustn't show where an access reaches from RAM to what isn't.
    /// </summary>
    private bool Translate(ulong address, Access access, out ulong physical, out ulong last)
    {
        last = address | (GuestMemory.PageBytes - 1);
        if (_translation!.TryFind(address, access, out physical)) return true;
        (_walkAccess, _walkAddress) = (access, address);
        _translation.BeginWalk();
        var page = Ask(address, access);
        if (_status != Status.Running) return false;
        if (((page.Rights >> (access == Access.Fetch ? 2 : (int)access - 1)) & 1) == 0)
        {
            SetFault(access, address, Status.Faulted);
            return false;
        }

        physical = page.PhysicalOf(address);
        last = address | Math.Min(page.Inside, GuestMemory.PageBytes - 1);
        _translation.Remember(address, access, page, physical);
        return true;
    }

    private PageValue Ask(ulong address, Access access)
    {
        _frame.PassArgument(0, address);
        _frame.PassArgument(1, (ulong)access);
        return PageValue.Unpack(Invoke(_isa.Hooks.Translate!));
    }

    private ulong WalkLoad(Node n)
    {
        var address = Evaluate(n.A!);
        if (_status != Status.Running) return 0;
        var bytes = n.Width >> 3;
        if (_asksOnly || !_memory.TryRead(address, bytes, out var value))
        {
            SetFault(_walkAccess, _walkAddress, Status.Faulted);
            return 0;
        }

        var offset = address - _memory.Start;
        _translation!.Walked(offset);
        if ((offset & 7) + (ulong)bytes > 8) _translation.Walked(offset + (ulong)bytes - 1);
        return _isa.BigEndian ? Reverse(value, bytes) : value;
    }

    private void WalkUpdate(Node n)
    {
        var address = Evaluate(n.A!);
        var value = Evaluate(n.B!);
        if (_status != Status.Running) return;
        var bytes = n.Width >> 3;
        if (_isa.BigEndian) value = Reverse(value, bytes);
        if (_asksOnly || _looksOnly || !_memory.TryWrite(address, bytes, value)) SetFault(_walkAccess, _walkAddress, Status.Faulted);
    }

    private bool FetchPaged()
    {
        if (!Translate(_pc, Access.Fetch, out var physical, out var last)) return false;
        if (last - _pc >= 3 || _unitMask == 3)
        {
            if (_decoded.TryFetch(physical, out var instruction)) return Fetched(instruction);
            SetFault(Access.Fetch, _pc, Status.Faulted);
            return false;
        }

        // The second half lies in another page, and is fetched only if there is one.
        if (!_memory.TryRead(physical, 2, out var first))
        {
            SetFault(Access.Fetch, _pc, Status.Faulted);
            return false;
        }

        if (_isa.LengthOf((uint)first) == 2) return Fetched(Decoded((uint)first));
        var behind = (_pc + 2) & _addressMask;
        if (!Translate(behind, Access.Fetch, out physical, out _)) return false;
        if (_memory.TryRead(physical, 2, out var second)) return Fetched(Decoded((uint)(first | (second << 16))));
        SetFault(Access.Fetch, behind, Status.Faulted);
        return false;
    }

    private bool Fetched(DecodedInstruction instruction)
    {
        _instruction = instruction;
        Follow(instruction.Length);
        return true;
    }

    private DecodedInstruction Decoded(uint word) =>
        _crossing is { } known && known.Word == word ? known : _crossing = _isa.Decode(word);

    /// <summary>A handler's entry doesn't fault.</summary>
    private void Forgive()
    {
        if (_entering) _status = Status.Running;
    }

    private ulong LoadPaged(ulong address, int bytes)
    {
        if (!TranslateWhole(address, bytes, Access.Read, out var physical, out var isWhole)) return 0;
        if (isWhole)
        {
            if (_memory.TryRead(physical, bytes, out var value)) return value;
            if (!ReachDevice(Access.Read, physical, address)) return 0;
            if (_bus.TryRead(physical, bytes, out value)) return value;
            SetFault(Access.Read, address, Status.Faulted);
            return 0;
        }

        var parts = 0UL;
        for (var i = bytes - 1; i >= 0; i--)
        {
            _memory.TryRead(_parts[i], 1, out var part);
            parts = (parts << 8) | part;
        }

        return parts;
    }

    private void StorePaged(ulong address, int bytes, ulong value)
    {
        if (!TranslateWhole(address, bytes, Access.Write, out var physical, out var isWhole)) return;
        if (isWhole)
        {
            if (_memory.TryWrite(physical, bytes, value)) return;
            if (ReachDevice(Access.Write, physical, address) && !_bus.TryWrite(physical, bytes, value))
            {
                SetFault(Access.Write, address, Status.Faulted);
            }

            return;
        }

        for (var i = 0; i < bytes; i++) _memory.TryWrite(_parts[i], 1, value >> (8 * i));
    }

    private void ProbeStorePaged(ulong address, int bytes)
    {
        if (TranslateWhole(address, bytes, Access.Write, out var physical, out var isWhole) && isWhole
            && !_memory.Contains(physical, (ulong)bytes))
        {
            ReachDevice(Access.Write, physical, address);
        }
    }

    /// <summary>
    /// Translates all of an access. Where it lies in several pages each byte's place is found, and must be in RAM: no
    /// device answers half an access.
    /// </summary>
    private bool TranslateWhole(ulong address, int bytes, Access access, out ulong physical, out bool isWhole)
    {
        isWhole = true;
        if (!Translate(address, access, out physical, out var last)) return false;
        if (last - address >= (ulong)bytes - 1) return true;
        isWhole = false;
        var (first, at) = (address, physical);
        for (var i = 0; i < bytes; i++)
        {
            var part = (address + (ulong)i) & _addressMask;
            if (i > 0 && (part > last || part < first))
            {
                if (!Translate(part, access, out at, out last)) return false;
                first = part;
            }

            _parts[i] = at + (part - first);
        }

        for (var i = 0; i < bytes; i++)
        {
            if (_memory.Contains(_parts[i], 1)) continue;
            SetFault(access, (address + (ulong)i) & _addressMask, Status.Faulted);
            return false;
        }

        return true;
    }
}
