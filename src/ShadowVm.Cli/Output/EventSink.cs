using ShadowVm.Cli.CommandLine;
using ShadowVm.Host.LifeCycle;

namespace ShadowVm.Cli.Output;

/// <summary>Lines for people on stderr and, where asked for, JSON lines for programs in a file.</summary>
internal sealed class EventSink : IDisposable
{
    private readonly StreamWriter? _file;

    public EventSink(LineObserver lines, string? path)
    {
        Observer = lines;
        if (path is null) return;
        try
        {
            _file = new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--event-monitor: {path} can't be written: {e.Message}");
        }

        Observer = new EventObserver(_file, lines);
    }

    public IReplicaObserver Observer { get; }

    public void Dispose() => _file?.Dispose();
}
