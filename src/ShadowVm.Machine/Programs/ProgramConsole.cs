using ShadowVm.Machine.Console;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// A program's standard streams: what it writes leaves at the end of the epoch, as from any console, so that a relay
/// gives each byte once; what is typed waits until it is read.
/// </summary>
public sealed class ProgramConsole(ushort index, IDeviceHost host) : IDevice
{
    private readonly List<byte> _gathered = [];
    private readonly Queue<byte> _typed = new();
    private byte _kind = ConsoleMessages.Bytes;

    /// <summary>Told of input.</summary>
    internal Action? OnInput { get; set; }

    /// <summary>Nothing more comes.</summary>
    internal bool Ended { get; private set; }

    /// <summary>Bytes that wait.</summary>
    internal int Typed => _typed.Count;

    /// <inheritdoc/>
    public string Name => "console";

    /// <inheritdoc/>
    public ulong Size => 0;

    /// <inheritdoc/>
    public ulong Lines => 0;

    /// <inheritdoc/>
    public ulong? Deadline => null;

    /// <summary>Writes bytes to the output, or to the error output.</summary>
    internal void Write(ReadOnlySpan<byte> bytes, bool isError)
    {
        var kind = isError ? ConsoleMessages.ErrorBytes : ConsoleMessages.Bytes;
        if (kind != _kind) EndEpoch();
        _kind = kind;
        _gathered.AddRange(bytes);
        if (_gathered.Count >= 32 * 1024) EndEpoch();
    }

    /// <summary>Takes bytes that were typed.</summary>
    internal void Read(Span<byte> bytes)
    {
        foreach (ref var each in bytes) each = _typed.Dequeue();
    }

    /// <inheritdoc/>
    public bool TryRead(ulong offset, int bytes, out ulong value)
    {
        value = 0;
        return false;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong offset, int bytes, ulong value) => false;

    /// <inheritdoc/>
    public void Deliver(in DeviceInput input)
    {
        if (input.Kind == ConsoleMessages.End) Ended = true;
        else if (input.Kind == ConsoleMessages.Bytes)
            foreach (var each in input.Data) _typed.Enqueue(each);
        else return;
        OnInput?.Invoke();
    }

    /// <inheritdoc/>
    public void EndEpoch()
    {
        if (_gathered.Count == 0) return;
        host.Emit(index, _kind, bound: false, _gathered.ToArray());
        _gathered.Clear();
    }

    /// <inheritdoc/>
    public void AtBoundary(ulong time)
    {
    }

    /// <inheritdoc/>
    public void AddDisconnects(ICollection<DeviceInput> batch)
    {
    }

    /// <inheritdoc/>
    public void Save(StateWriter writer)
    {
        writer.Write("ended", Ended ? 1UL : 0);
        writer.Write("typed", _typed.ToArray());
        writer.Write("gathered", _gathered.ToArray());
        writer.Write("kind", _kind);
    }
}
