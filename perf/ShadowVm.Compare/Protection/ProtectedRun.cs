using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ShadowVm.Compare.Protection;

/// <summary>Runs a guest alone, or as a pair on loopback, and says how long its instructions took.</summary>
/// <param name="shadowvm">ShadowVm's program.</param>
/// <param name="latency">Latency of the disk, as --disk takes it.</param>
internal sealed class ProtectedRun(string shadowvm, string latency)
{
    private const string DiskSize = "4M";

    /// <summary>Seconds unprotected, with epochs of the default length: what stands for the bare machine.</summary>
    public async Task<double> Alone(Guest guest, long length, CancellationToken cancel)
    {
        using var folder = new Folder();
        string[] arguments =
        [
            "primary", .. guest.WorkFor(length), "--solo", "--listen", $"127.0.0.1:{FreePort()}", .. Disk(guest, folder),
            "--event-monitor", folder.Path("events"),
        ];
        var run = await Measured.Run(shadowvm, arguments, cancel);
        return Span(folder.Path("events"), run.Output);
    }

    /// <summary>Seconds of a pair, from the first instruction to the guest's end.</summary>
    public async Task<double> Pair(Guest guest, long length, string policy, CancellationToken cancel)
    {
        using var folder = new Folder();
        var end = $"127.0.0.1:{FreePort()}";
        string[] arguments =
        [
            "primary", .. guest.WorkFor(length), "--epoch-length", length.ToString(CultureInfo.InvariantCulture),
            "--commit", policy, "--listen", end, "--arbiter", folder.Path("."), .. Disk(guest, folder),
            "--event-monitor", folder.Path("events"),
        ];
        var primary = Measured.Run(shadowvm, arguments, cancel);
        var backup = Measured.Run(
            shadowvm, ["backup", "--primary", end, "--arbiter", folder.Path("."), .. Disk(guest, folder, created: false)], cancel);
        await Task.WhenAll(primary, backup);
        return Span(folder.Path("events"), (await primary).Output);
    }

    /// <summary>From the guest's first instruction to its end.</summary>
    private static double Span(string file, string output)
    {
        var times = new List<long>();
        foreach (var line in File.ReadLines(file))
        {
            using var e = JsonDocument.Parse(line);
            var isState = e.RootElement.GetProperty("event").GetString() == "state";
            if (isState && e.RootElement.GetProperty("state").GetString() is "protected" or "solo" or "ended")
            {
                times.Add(e.RootElement.GetProperty("at").GetInt64());
            }
        }

        if (times.Count < 2) throw new CompareException($"{file} has no beginning and end of a run that printed '{output}'");
        return (times[^1] - times[0]) / 1e9;
    }

    private string[] Disk(Guest guest, Folder folder, bool created = true) =>
        guest.HasDisk ? ["--disk", $"path={folder.Path("disk.img")},latency={latency}" + (created ? $",size={DiskSize}" : "")] : [];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A folder for one run.</summary>
    private sealed class Folder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shadowvm-");

        public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
