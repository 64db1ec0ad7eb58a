using System.Diagnostics;
using System.Text;

namespace ShadowVm.Processes;

/// <summary>The built program as a process: what a user gets, with a time-out and a kill at the end.</summary>
internal sealed class ShadowVmProcess : IDisposable
{
    private const int SecondsMax = 60;

    private readonly Process _process;
    private readonly Thread[] _readers;
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
        _process.Start();
        _process.StandardInput.Close();
        // Threads of their own: the pool's are as few as the processors, and each reading would hold one.
        _readers = [Reader(_process.StandardOutput, _output), Reader(_process.StandardError, _error)];
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

        foreach (var reader in _readers) reader.Join();
        return _process.ExitCode;
    }

    /// <summary>Waits until a text has come on stderr.</summary>
    public void AwaitError(string text) => Await(() => Error.Contains(text), $"'{text}' on stderr");

    /// <summary>Waits until a text has come on stdout.</summary>
    public void AwaitOutput(string text) => Await(() => Output.Contains(text), $"'{text}' on stdout");

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

    private void Await(Func<bool> hasCome, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!hasCome())
        {
            if (watch.Elapsed.TotalSeconds > SecondsMax)
                Assert.Fail($"no {what} in {SecondsMax} s; stdout: {Output}; stderr: {Error}");
            if (_process.HasExited)
            {
                var exitCode = WaitForExit();
                Assert.True(hasCome(), $"ended with {exitCode} and no {what}; stdout: {Output}; stderr: {Error}");
            }

            Thread.Sleep(2);
        }
    }

    private static Thread Reader(StreamReader from, StringBuilder text)
    {
        var thread = new Thread(() =>
        {
            while (from.ReadLine() is { } line)
            {
                lock (text) text.Append(line).Append('\n');
            }
        });
        thread.IsBackground = true;
        thread.Start();
        return thread;
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}
