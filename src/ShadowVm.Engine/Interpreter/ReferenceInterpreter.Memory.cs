using System.Buffers.Binary;
using ShadowVm.Isa.Ir;

namespace ShadowVm.Engine.Interpreter;

public sealed partial class ReferenceInterpreter
{
    private Access _faultAccess;
    private ulong _faultAddress;

    // A handler's entry can't fault, or it would need an entry of its own: outside of RAM it reads 0 and stores nothing.
    private bool _entering;

    private void SetFault(Access access, ulong address, Status status) =>
        (_faultAccess, _faultAddress, _status) = (access, address, status);

    private ulong Load(Node n)
    {
        var address = Evaluate(n.A!);
        if (_status != Status.Running) return 0;
        var bytes = n.Width >> 3;
        if (n.Index != 0 && IsMisaligned(address, bytes, Access.Read)) return 0;
        if (IsPaged)
        {
            var loaded = LoadPaged(address, bytes);
            Forgive();
            return _isa.BigEndian ? Reverse(loaded, bytes) : loaded;
        }

        if (!_memory.TryRead(address, bytes, out var value))
        {
            if (_entering) return 0;
            if (!ReachDevice(Access.Read, address, address)) return 0;
            if (!_bus.TryRead(address, bytes, out value))
            {
                SetFault(Access.Read, address, Status.Faulted);
                return 0;
            }
        }

        return _isa.BigEndian ? Reverse(value, bytes) : value;
    }

    private void Store(Node n)
    {
        var address = Evaluate(n.A!);
        var value = Evaluate(n.B!);
        if (_status != Status.Running) return;
        var bytes = n.Width >> 3;
        if (n.Index != 0 && IsMisaligned(address, bytes, Access.Write)) return;
        if (_isa.BigEndian) value = Reverse(value, bytes);
        if (IsPaged)
        {
            StorePaged(address, bytes, value);
            Forgive();
            return;
        }

        if (_memory.TryWrite(address, bytes, value) || _entering) return;
        if (ReachDevice(Access.Write, address, address) && !_bus.TryWrite(address, bytes, value))
        {
            SetFault(Access.Write, address, Status.Faulted);
        }
    }

    private void ProbeStore(Node n)
    {
        var address = Evaluate(n.A!);
        if (_status != Status.Running) return;
        var bytes = n.Width >> 3;
        if (n.Index != 0 && IsMisaligned(address, bytes, Access.Write)) return;
        if (IsPaged)
        {
            ProbeStorePaged(address, bytes);
            Forgive();
        }
        else if (!_memory.Contains(address, (ulong)bytes) && !_entering) ReachDevice(Access.Write, address, address);
    }

    private bool IsMisaligned(ulong address, int bytes, Access access)
    {
        if ((address & ((ulong)bytes - 1)) == 0 || _entering) return false;
        SetFault(access, address, Status.Misaligned);
        return true;
    }

    /// <summary>Whether a device may be asked now; if not, the status says what to do instead.</summary>
    private bool ReachDevice(Access access, ulong physical, ulong address)
    {
        if (_entering) return false;
        if (!_bus.IsDevice(physical))
        {
            SetFault(access, address, Status.Faulted);
            return false;
        }

        if (_privileged) return true;
        _status = Status.NeedsDevice;
        return false;
    }

    private static ulong Reverse(ulong value, int bytes) =>
        BinaryPrimitives.ReverseEndianness(value) >> (64 - (bytes * 8));
}
