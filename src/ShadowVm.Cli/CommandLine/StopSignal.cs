using System.Runtime.InteropServices;

namespace ShadowVm.Cli.CommandLine;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks for an orderly end at a boundary, the second ends the process at once.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private const int AbortedExitCode = 130;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public StopSignal()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_stop.IsCancellationRequested) Environment.Exit(AbortedExitCode);
        _stop.Cancel();
    }
}
