using ShadowVm.Machine.Channel;
using ShadowVm.Machine.Clock;
using ShadowVm.Machine.Console;
using ShadowVm.Machine.Finisher;

namespace ShadowVm.Machine.Description;

/// <summary>A kind of device that descriptions can name: the list of all models, and how each is made.</summary>
public sealed class DeviceKind
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <summary>All kinds.</summary>
    public static readonly IReadOnlyList<DeviceKind> All =
    [
        new("uart16550", UartRegisters.Count, [new("line", PropertyType.Line, IsRequired: false)],
            (device, index, host) => new Uart16550(device.Name, device.Size, device.Line("line"), index, host)),
        new("clint", ClintRegisters.End,
            [
                new("timer-line", PropertyType.Line, IsRequired: true),
                new("software-line", PropertyType.Line, IsRequired: true),
                new("frequency", PropertyType.Frequency, IsRequired: true),
            ],
            (device, _, host) => new Clint(
                device.Name,
                device.Size,
                device.Line("timer-line")!.Value,
                device.Line("software-line")!.Value,
                NanosecondsPerSecond / device.Property("frequency")!.Value,
                host)),
        new("finisher", 8, [],
            (device, _, host) => new TestFinisher(device.Name, device.Size, host)),
        new("channel", ChannelRegisters.End, [new("line", PropertyType.Line, IsRequired: false)],
            (device, index, host) => new ChannelDevice(device.Name, device.Size, device.Line("line"), index, host)),
    ];

    private readonly Func<DeviceDescription, ushort, IDeviceHost, IDevice> _make;

    private DeviceKind(
        string name,
        ulong minimumSize,
        PropertyRule[] properties,
        Func<DeviceDescription, ushort, IDeviceHost, IDevice> make)
    {
        Name = name;
        MinimumSize = minimumSize;
        Properties = properties;
        _make = make;
    }

    /// <summary>Name in descriptions.</summary>
    public string Name { get; }

    /// <summary>Smallest window in bytes that holds the registers.</summary>
    public ulong MinimumSize { get; }

    /// <summary>Properties beyond place and size.</summary>
    internal IReadOnlyList<PropertyRule> Properties { get; }

    /// <summary>The kind of a name, or null.</summary>
    public static DeviceKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Makes a model at reset.</summary>
    /// <param name="device">Its description, of this kind.</param>
    /// <param name="index">Its index on the bus.</param>
    /// <param name="host">The machine around it.</param>
    public IDevice Make(DeviceDescription device, ushort index, IDeviceHost host) => _make(device, index, host);
}
