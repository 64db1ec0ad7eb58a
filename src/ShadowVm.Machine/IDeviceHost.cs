using ShadowVm.Engine.Memory;

namespace ShadowVm.Machine;

/// <summary>What a device model may ask of the machine around it.</summary>
public interface IDeviceHost
{
    /// <summary>Guest time in nanoseconds at the instruction that is being carried out.</summary>
    ulong Time { get; }

    /// <summary>Guest RAM, for models that read and write it by themselves.</summary>
    GuestMemory Memory { get; }

    /// <summary>Hands an output to the monitor, which numbers it.</summary>
    /// <param name="device">Index of the issuing device.</param>
    /// <param name="kind">See <see cref="DeviceOutput.Kind"/>.</param>
    /// <param name="bound">See <see cref="DeviceOutput.Bound"/>.</param>
    /// <param name="data">A copy that nobody changes any more.</param>
    void Emit(ushort device, byte kind, bool bound, byte[] data);

    /// <summary>The guest ends with this exit code; no instruction after the current one is executed.</summary>
    void Exit(int code);
}
