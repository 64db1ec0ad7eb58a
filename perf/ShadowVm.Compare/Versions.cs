using System.Runtime.InteropServices;

namespace ShadowVm.Compare;

/// <summary>What was measured with what: without it a figure says nothing.</summary>
internal static class Versions
{
    public static async Task<ResultTable> Read(Folders folders, string shadowvm, CancellationToken cancel)
    {
        var table = new ResultTable("Measured with", textual: true, "what", "version");
        table.Add("processor", $"{Processor()}, {Environment.ProcessorCount} processors");
        table.Add("system", RuntimeInformation.OSDescription);
        table.Add("ShadowVm", await First(shadowvm, "--version"));
        table.Add("commit", await First("git", "-C", folders.Root, "describe", "--always", "--dirty"));
        table.Add(".NET", $"{RuntimeInformation.FrameworkDescription}, SDK {await First("dotnet", "--version")}");
        table.Add("QEMU", await First("qemu-system-riscv64", "--version"));
        table.Add("gcc", await First("gcc", "--version"));
        table.Add("load before", Load());
        return table;

        async Task<string> First(string program, params string[] arguments) =>
            await Measured.FirstLine(program, arguments, cancel) ?? "not installed";
    }

    /// <summary>Load averages of 1, 5 and 15 minutes: whether somebody else was at work.</summary>
    public static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));

    private static string Processor() => File.ReadLines("/proc/cpuinfo")
        .Where(line => line.StartsWith("model name", StringComparison.Ordinal))
        .Select(line => line.Split(':')[1].Trim())
        .FirstOrDefault("unknown processor");
}
