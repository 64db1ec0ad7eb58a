using ShadowVm.Machine.Clock;
using ShadowVm.Machine.Console;

namespace ShadowVm.Machine;

/// <content>
/// What a definition's firmware calls reach without addresses: the machine's first console and first clock.
/// </content>
public sealed partial class Bus
{
    /// <summary>Sends a byte to the console; false where the machine has none.</summary>
    public bool TryPutConsole(byte value)
    {
        var index = Array.FindIndex(_devices, device => device is Uart16550);
        if (index < 0) return false;
        ((Uart16550)_devices[index]).Put(value);
        Changed(index);
        return true;
    }

    /// <summary>Takes a byte that was typed; -1 where none waits or the machine has no console.</summary>
    public int TakeConsole()
    {
        var index = Array.FindIndex(_devices, device => device is Uart16550);
        if (index < 0) return -1;
        var value = ((Uart16550)_devices[index]).Take();
        Changed(index);
        return value;
    }

    /// <summary>Sets the clock's compare value; false where the machine has no clock.</summary>
    /// <param name="ticks">Time at which the timer rings, in the clock's ticks.</param>
    public bool TrySetTimer(ulong ticks)
    {
        var index = Array.FindIndex(_devices, device => device is Clint);
        if (index < 0) return false;
        ((Clint)_devices[index]).Compare = ticks;
        Changed(index);
        return true;
    }

    /// <summary>Reads the clock at the current instruction; false where the machine has none.</summary>
    /// <param name="ticks">Time in the clock's ticks.</param>
    public bool TryReadClock(out ulong ticks)
    {
        var clock = Array.Find(_devices, device => device is Clint) as Clint;
        ticks = clock?.Ticks ?? 0;
        return clock is not null;
    }
}
