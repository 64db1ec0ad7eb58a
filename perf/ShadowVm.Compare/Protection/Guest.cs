using System.Globalization;

namespace ShadowVm.Compare.Protection;

/// <summary>A guest whose performance under protection is measured.</summary>
/// <param name="Name">Column heading.</param>
/// <param name="Title">What it does.</param>
/// <param name="WorkFor">Its arguments for epochs of some length.</param>
/// <param name="HasDisk">Whether it needs a disk.</param>
internal sealed record Guest(string Name, string Title, Func<long, string[]> WorkFor, bool HasDisk)
{
    private const int Operations = 64;

    // Instructions of one round of the bundled guest that computes.
    private const double ComputeRound = 179_687;

    /// <summary>All of them.</summary>
    /// <param name="images">Folder of the images of perf/Guests.</param>
    public static Guest[] All(string images)
    {
        var disk = Path.Combine(images, "disk.elf");
        return
        [
            new("cpu", "computes", length => ["compute", "--set", $"0={Rounds(length)}"], HasDisk: false),
            new("write", $"{Operations} random writes of 8 KiB, each waited for", _ => [disk, "--set", $"0={Operations}"], HasDisk: true),
            new(
                "read",
                $"{Operations} random reads of 8 KiB, each waited for",
                _ => [disk, "--set", $"0={Operations}", "--set", "1=1"],
                HasDisk: true),
        ];
    }

    // Some seconds under protection, whatever a boundary costs: short epochs get less work.
    private static string Rounds(long length) =>
        Math.Max(1, Math.Round(Math.Clamp(length * 1e5, 2e8, 15e9) / ComputeRound)).ToString(CultureInfo.InvariantCulture);
}
