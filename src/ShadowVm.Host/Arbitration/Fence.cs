using System.ComponentModel;
using System.Diagnostics;

namespace ShadowVm.Host.Arbitration;

/// <summary>
/// Sees to it that nothing of the old primary can land any more, before the survivor issues anything. On one host the
/// old process is killed and seen gone; elsewhere an operator's command does it. Where neither is possible the answer
/// is no: silence alone proves nothing.
/// </summary>
public sealed class Fence
{
    private const int KillMilliseconds = 10_000;
    private const int CommandMilliseconds = 60_000;

    private readonly ProcessIdentity _old;
    private readonly string? _command;
    private readonly string _address;

    /// <summary>Creates one.</summary>
    /// <param name="old">The old primary's process.</param>
    /// <param name="command">An operator's command, or null.</param>
    /// <param name="address">The old primary's address, handed to the command.</param>
    public Fence(ProcessIdentity old, string? command, string address) =>
        (_old, _command, _address) = (old, command, address);

    /// <summary>Carries it out; may take seconds.</summary>
    /// <returns>Whether the old primary is out for good, and one sentence about how or why not.</returns>
    public (bool Done, string Detail) Carry()
    {
        if (_old.IsOnThisHost) return Kill();
        if (_command is not null) return RunCommand();
        return (false, $"The old primary at {_address} runs on another host and there is no --fence command.");
    }

    private (bool Done, string Detail) Kill()
    {
        if (_old.Pid == Environment.ProcessId) return (false, "The old primary is this very process.");
        var clock = Stopwatch.StartNew();
        var killed = false;
        while (ProcessTable.CanAct(_old))
        {
            if (!killed)
            {
                if (TryKill() is { } trouble) return (false, trouble);
                killed = true;
            }

            if (clock.ElapsedMilliseconds > KillMilliseconds)
            {
                return (false, $"The old primary, {_old}, was killed but is not gone after {KillMilliseconds} ms.");
            }

            Thread.Sleep(1);
        }

        return (true, killed ? $"The old primary, {_old}, was killed." : $"The old primary, {_old}, is gone.");
    }

    private string? TryKill()
    {
        try
        {
            using var process = Process.GetProcessById(_old.Pid);
            // Looked at again with the handle open: the number may have gone to another process meanwhile.
            if (ProcessTable.StartTime(_old.Pid) == _old.StartTime) process.Kill();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null; // gone by itself
        }
        catch (Win32Exception e)
        {
            return $"The old primary, {_old}, can't be killed: {e.Message}";
        }
    }

    private (bool Done, string Detail) RunCommand()
    {
        var start = new ProcessStartInfo
        {
            FileName = OperatingSystem.IsWindows() ? "cmd.exe" : "/bin/sh",
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        string[] arguments = OperatingSystem.IsWindows()
            ? ["/c", _command!]
            : ["-c", _command!, "sh", _address];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // The address also travels in the environment; as an argument it is $1.
        start.Environment["SHADOWVM_PEER"] = _address;
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            if (!process.WaitForExit(CommandMilliseconds))
            {
                process.Kill(entireProcessTree: true);
                return (false, $"The fence command '{_command}' took longer than {CommandMilliseconds} ms.");
            }

            return process.ExitCode == 0
                ? (true, $"The fence command '{_command}' has shut {_address} out.")
                : (false, $"The fence command '{_command}' ended with {process.ExitCode}.");
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return (false, $"The fence command '{_command}' can't be run: {e.Message}");
        }
    }
}
