using ShadowVm.Engine;
using ShadowVm.Engine.DelayedTraps;

namespace ShadowVm.Vmm;

/// <content>
/// Traps that the processor delivers late (patent p. 12-17). Under protection they are buffered, and delivered where
/// both replicas stand at the same instruction: at a boundary, at a drain, before an interrupt, and before an
/// instruction that changes the guest's mode.
/// </content>
public sealed partial class VirtualMachine
{
    private readonly DelayedTrapMonitor? _traps;
    private readonly DrainPolicy _drainPolicy;

    /// <summary>Delayed traps that the guest hasn't got yet.</summary>
    public TrapVectors DelayedTraps => _traps?.All ?? default;

    /// <summary>Runs user instructions; what the processor hands over meanwhile goes where it belongs.</summary>
    private ExitReason RunUser(ref long counter)
    {
        if (_traps is null) return _engine.Run(ref counter);
        while (true)
        {
            var part = Math.Min(counter, _traps.Until);
            var left = part;
            var reason = _engine.Run(ref left);
            counter -= part - left;
            _traps.Advance(part - left);
            _traps.Trapped(_engine.TakeDelayed());
            _traps.TakeOver();
            if (!_traps.Buffers && Deliver(_traps.Take(), ref counter)) continue;
            if (counter == 0) return ExitReason.Counter;
            if (reason is not (ExitReason.Trapped or ExitReason.Counter)) return reason;
        }
    }

    /// <summary>
    /// The guest leaves user mode: the processor gives what it holds. True where a handler was entered instead of the
    /// instruction at pc.
    /// </summary>
    private bool TrapsBefore(ExitReason reason, ref long counter)
    {
        if (_traps is null || reason == ExitReason.Drain) return false;
        _traps.Flush();
        var first = !_traps.Buffers || (reason == ExitReason.Kernel && _engine.EntersNext);
        return first && Deliver(_traps.Take(), ref counter);
    }

    /// <summary>
    /// What the monitor does behind an instruction that it carried out (patent fig. 6). True where the epoch ends.
    /// </summary>
    private bool TrapsBehind(ExitReason reason, ref long counter)
    {
        if (_traps is null) return false;
        _traps.Advance(1);
        _traps.Trapped(_engine.TakeDelayed());
        if (reason != ExitReason.Drain) return false;
        if (!_traps.DrainPriv)
        {
            Deliver(_traps.DrainProcessor(), ref counter);
            return false;
        }

        _traps.Flush();
        if (_drainPolicy == DrainPolicy.EndEpoch) return true;
        Deliver(_traps.Take(), ref counter);
        return false;
    }

    /// <summary>Delivers all traps; false where there are none, or no room in the epoch.</summary>
    private bool DeliverAll(ref long counter)
    {
        if (_traps is null) return false;
        _traps.Flush();
        return Deliver(_traps.Take(), ref counter);
    }

    private bool Deliver(TrapVectors traps, ref long counter)
    {
        if (traps.IsEmpty) return false;
        if (counter == 0)
        {
            _traps!.Keep(traps); // for the boundary, which is here
            return false;
        }

        _engine.EnterDelayed(traps);
        _traps!.Advance(1);
        counter--;
        return true;
    }
}
