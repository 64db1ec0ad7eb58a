using ShadowVm.Machine;
using ShadowVm.Replication;

namespace ShadowVm.Host.Replica;

/// <summary>
/// Between devices and roles: the opaque class of an interrupt or output is the device's index in the upper and the
/// kind in the lower half.
/// </summary>
internal static class Wire
{
    private const int DeviceShift = 16;

    public static Interrupt ToInterrupt(in DeviceInput input, ulong epoch) =>
        new(epoch, ClassOf(input.Device, input.Kind), input.Bound, input.Data);

    public static DeviceInput ToInput(Interrupt interrupt) =>
        new((ushort)(interrupt.Class >> DeviceShift), (byte)interrupt.Class, interrupt.Bound, interrupt.Data);

    public static Output ToOutput(in DeviceOutput output, ulong epoch) =>
        new(output.Number, epoch, ClassOf(output.Device, output.Kind), output.Bound, output.Data);

    public static DeviceOutput FromOutput(Output output) =>
        new(output.Number, (ushort)(output.Class >> DeviceShift), (byte)output.Class, output.Bound, output.Data);

    /// <summary>Whether two inputs say the same to the same device.</summary>
    public static bool AreSame(in DeviceInput one, in DeviceInput other) =>
        one.Device == other.Device && one.Kind == other.Kind && one.Data.AsSpan().SequenceEqual(other.Data);

    private static uint ClassOf(ushort device, byte kind) => ((uint)device << DeviceShift) | kind;
}
