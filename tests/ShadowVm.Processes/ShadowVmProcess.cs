using System.Diagnostics;
using System.Text;

namespace ShadowVm.Processes;

/// <summary>The built program as a process: what a user gets, with a time-out and a kill at the end.</summary>
internal sealed class ShadowVmProcess : IDisposable
{
    private const int SecondsMax = 60;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private ShadowVmProcess(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Checkout.Program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Text(_output);

    public string Error => Text(_error);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static ShadowVmProcess Start(TemporaryFolder folder, params string[] arguments) => new(folder.Path, arguments);

    /// <summary>Runs to the end; gives exit code, stdout and stderr.</summary>
    public static (int ExitCode, string Output, string Error) Run(TemporaryFolder folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        return (process.WaitForExit(), process.Output, process.Error);
    }

    public int WaitForExit()
    {
        if (!_process.WaitForExit(TimeSpan.FromSeconds(SecondsMax)))
        {
            Assert.Fail($"still running after {SecondsMax} s; stdout: {Output}; stderr: {Error}");
        }

        _process.WaitForExit(); // the streams, too
        return _process.ExitCode;
    }

    /// <summary>Waits until a text has come on stderr.</summary>
    public void AwaitError(string text)
    {
        var watch = Stopwatch.StartNew();
        while (!Error.Contains(text))
        {
            if (watch.Elapsed.TotalSeconds > SecondsMax || (_process.HasExited && !Error.Contains(text)))
            {
                Assert.Fail($"'{text}' did not come on stderr: {Error}");
            }

            Thread.Sleep(5);
        }
    }

    /// <summary>Waits until a text has come on stdout.</summary>
    public void AwaitOutput(string text)
    {
        var watch = Stopwatch.StartNew();
        while (!Output.Contains(text) && !_process.HasExited && watch.Elapsed.TotalSeconds < SecondsMax) Thread.Sleep(2);
        Assert.Contains(text, Output);
    }

    /// <summary>Sends a signal by its number or name.</summary>
    public void Signal(string signal) => Process.Start("kill", [$"-{signal}", $"{_process.Id}"]).WaitForExit();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Signal("KILL");
            _process.WaitForExit(2000);
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}
