using System.Diagnostics;
using System.Globalization;

namespace ShadowVm.Host.Arbitration;

/// <summary>
/// A process that can be told from any other, also from a later one with the same number: the host it runs on, its
/// number there, and when it started.
/// </summary>
/// <param name="Host">
/// The host, this boot of it, and the process-number namespace (so that a container's numbers aren't taken for the
/// host's).
/// </param>
/// <param name="Pid">Process number.</param>
/// <param name="StartTime">
/// On Linux clock ticks since boot (field 22 of /proc/PID/stat), elsewhere 100 ns since 1601.
/// </param>
public readonly record struct ProcessIdentity(string Host, int Pid, ulong StartTime)
{
    /// <summary>Most characters in <see cref="Host"/>.</summary>
    public const int HostLengthMax = 256;

    /// <summary>This process.</summary>
    public static ProcessIdentity Current { get; } =
        new(HostIdentity(), Environment.ProcessId, ProcessTable.StartTime(Environment.ProcessId) ?? 0);

    /// <summary>Whether it is one of this host's processes, so that its number means something here.</summary>
    public bool IsOnThisHost => Host == Current.Host;

    /// <summary>The number and the start time.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"process {Pid}");

    private static string HostIdentity()
    {
        if (!OperatingSystem.IsLinux()) return Environment.MachineName;
        var machine = ReadLine("/etc/machine-id");
        var boot = ReadLine("/proc/sys/kernel/random/boot_id");
        string? numbers = null;
        try
        {
            numbers = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A kernel without namespaces has one.
        }

        return $"{machine}/{boot}/{numbers}";
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>What the operating system knows of a process.</summary>
internal static class ProcessTable
{
    private const int StatStartTime = 22;
    private const int StatState = 3;

    /// <summary>When a process started, or null where there is none.</summary>
    public static ulong? StartTime(int pid)
    {
        if (OperatingSystem.IsLinux())
        {
            return Field($"/proc/{pid}/stat", StatStartTime) is { } text
                ? ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
                : null;
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : (ulong)process.StartTime.ToFileTimeUtc();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether the process can still do anything. A zombie can't: it only waits for its parent to read its exit code.
    /// Every thread must have come to that: the first one is shown as a zombie while others still finish a write.
    /// </summary>
    public static bool CanAct(in ProcessIdentity identity)
    {
        if (StartTime(identity.Pid) != identity.StartTime) return false;
        if (!OperatingSystem.IsLinux()) return true;
        try
        {
            foreach (var task in Directory.EnumerateDirectories($"/proc/{identity.Pid}/task"))
            {
                if (Field(Path.Combine(task, "stat"), StatState) is not (null or "Z" or "X")) return true;
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Gone between two looks.
        }

        return false;
    }

    /// <summary>
    /// A field of a stat file, counted from 1 as proc(5) does, from the third on; null without the file.
    /// </summary>
    private static string? Field(string path, int number)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is the program's name in parentheses; it may hold spaces and parentheses.
        var end = text.LastIndexOf(')');
        if (end < 0) return null;
        var fields = text[(end + 2)..].Split(' ');
        return fields.Length > number - 3 ? fields[number - 3].Trim() : null;
    }
}
