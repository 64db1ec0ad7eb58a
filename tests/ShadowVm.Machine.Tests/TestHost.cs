using ShadowVm.Engine.Memory;
using ShadowVm.Machine.Description;

namespace ShadowVm.Machine.Tests;

/// <summary>A machine around the devices: it numbers outputs as the monitor does and remembers what happened.</summary>
internal sealed class TestHost : IDeviceHost, IDisposable
{
    public const ulong RamStart = 0x8000_0000;
    public const ulong RamSize = 0x40000;

    public ulong Time { get; set; }

    public GuestMemory Memory { get; } = new(RamStart, RamSize);

    public List<DeviceOutput> Outputs { get; } = [];

    public int? ExitCode { get; private set; }

    /// <summary>The virt machine as it is shipped.</summary>
    public static MachineDescription Virt()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ShadowVm.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        var path = Path.Combine(folder.FullName, "isa", "machines", "virt.machine");
        return MachineDescription.Parse("virt.machine", File.ReadAllBytes(path));
    }

    public static byte[] Saved(Action<StateWriter> save)
    {
        var writer = new StateWriter();
        save(writer);
        return writer.Written.ToArray();
    }

    public void Emit(ushort device, byte kind, bool bound, byte[] data) =>
        Outputs.Add(new DeviceOutput((ulong)Outputs.Count + 1, device, kind, bound, data));

    public void Exit(int code) => ExitCode = code;

    public void Dispose() => Memory.Dispose();
}
