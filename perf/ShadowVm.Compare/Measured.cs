using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ShadowVm.Compare;

/// <summary>What one run of a program took and said.</summary>
/// <param name="Cpu">Seconds of processor time, user and system, of the whole process with all its threads.</param>
/// <param name="Wall">Seconds from start to end.</param>
/// <param name="Output">Standard output, trimmed.</param>
internal sealed record Measured(double Cpu, double Wall, string Output)
{
    private const int Children = -1;

    // Far beyond what any run takes; a guest that hangs doesn't hang the comparison.
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program to its end, or until cancelled: it is killed then, with what it started.</summary>
    public static async Task<Measured> Run(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(_limit);
        var before = CpuOfChildren();
        var watch = Stopwatch.StartNew();
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(limited.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            throw new CompareException($"{Text()} didn't end within {_limit.TotalMinutes} minutes");
        }

        var wall = watch.Elapsed.TotalSeconds;
        var cpu = CpuOfChildren() - before;
        if (process.ExitCode != 0)
        {
            throw new CompareException($"{Text()} ended with {process.ExitCode}: {(await errors).Trim()} {(await output).Trim()}");
        }

        return new Measured(cpu, wall, (await output).Trim());

        string Text() => $"{program} {string.Join(' ', arguments)}";
    }

    /// <summary>The first line of what a program says, or null where it isn't installed or fails.</summary>
    public static async Task<string?> FirstLine(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        try
        {
            return (await Run(program, arguments, cancel)).Output.Split('\n')[0];
        }
        catch (CompareException)
        {
            return null;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new CompareException($"{start.FileName} didn't start");
        }
        catch (Win32Exception e)
        {
            throw new CompareException($"{start.FileName} can't be started: {e.Message}");
        }
    }

    // Runs are made one after the other, so the growth of what all ended children took is what the last one took.
    private static double CpuOfChildren()
    {
        if (GetUsage(Children, out var usage) != 0) throw new CompareException("getrusage failed");
        return usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6);
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    private static extern int GetUsage(int who, out Usage usage);

    // struct rusage of 64-bit Linux: two times of two words each, then 14 words that nobody asks for.
    [StructLayout(LayoutKind.Sequential, Size = 18 * sizeof(long))]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
