using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ShadowVm.Compare;

/// <summary>What one run of a program took and said.</summary>
/// <param name="Cpu">Seconds of processor time, user and system, of the whole process.</param>
/// <param name="Wall">Seconds from start to end.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed partial record Measured(double Cpu, double Wall, string Output, string Errors)
{
    private static Process? _running;

    /// <summary>Runs a program to its end.</summary>
    public static Measured Run(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var before = CpuOfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} didn't start");
        _running = process;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _running = null;
        var measured = new Measured(CpuOfChildren() - before, watch.Elapsed.TotalSeconds, output.Trim(), errors.Result.Trim());
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {measured.Errors}");
        }

        return measured;
    }

    /// <summary>Ends what runs now; nothing of a comparison outlives it.</summary>
    public static void Kill()
    {
        try
        {
            _running?.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static unsafe double CpuOfChildren()
    {
        const int Children = -1;
        // struct rusage begins with user and system time, two words each; the rest is room.
        var usage = stackalloc long[32];
        if (GetUsage(Children, usage) != 0) throw new InvalidOperationException("getrusage failed");
        return usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static unsafe partial int GetUsage(int who, long* usage);
}
