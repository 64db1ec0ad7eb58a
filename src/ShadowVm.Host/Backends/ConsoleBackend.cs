using System.Collections.Concurrent;
using ShadowVm.Machine;
using ShadowVm.Machine.Console;

namespace ShadowVm.Host.Backends;

/// <summary>
/// The console on a pair of streams, usually the process's own. What the survivor repeats may stand there twice: a
/// plain stream remembers no number (at least once; a relay gives exactly once).
/// </summary>
public sealed class ConsoleBackend : IBackend
{
    private readonly ushort _device;
    private readonly byte _inputKind;
    private readonly Stream _output;
    private readonly Stream _errorOutput;
    private readonly ConcurrentDictionary<ulong, bool> _errors = new(); // numbers of what goes to the error output
    private readonly Func<Stream>? _input;
    private readonly IBackendHost _host;
    private readonly OrderedOutput _queue;
    private bool _broken;
    private volatile bool _inputOpen;

    /// <summary>Creates one.</summary>
    /// <param name="device">Index of the console on the bus.</param>
    /// <param name="inputKind">Kind of its inputs.</param>
    /// <param name="output">Where its bytes go.</param>
    /// <param name="input">Opens where its input comes from, or null for none; only who emits opens it.</param>
    /// <param name="host">Where to report to.</param>
    /// <param name="errorOutput">Where a program's error output goes, or null: with the rest.</param>
    public ConsoleBackend(
        ushort device, byte inputKind, Stream output, Func<Stream>? input, IBackendHost host, Stream? errorOutput = null)
    {
        (_device, _inputKind, _output, _input, _host) = (device, inputKind, output, input, host);
        _errorOutput = errorOutput ?? output;
        _inputOpen = input is not null;
        _queue = new OrderedOutput("shadowvm console", Write);
    }

    /// <inheritdoc/>
    public bool MayRaise => _inputOpen;

    /// <inheritdoc/>
    public long PendingBytes => _queue.PendingBytes;

    /// <inheritdoc/>
    public void Open(ulong generation)
    {
        if (_input is null) return;
        new Thread(ReadAll) { IsBackground = true, Name = "shadowvm console input" }.Start();
    }

    /// <inheritdoc/>
    public void Release(DeviceOutput output)
    {
        if (output.Kind == ConsoleMessages.ErrorBytes) _errors[output.Number] = true;
        _queue.Add(output.Number, output.Data);
    }

    /// <inheritdoc/>
    public bool Drain(int milliseconds) => _queue.Drain(milliseconds);

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    private void Write(ulong number, byte[] data)
    {
        try
        {
            if (!_broken)
            {
                var stream = _errors.TryRemove(number, out _) ? _errorOutput : _output;
                stream.Write(data);
                stream.Flush();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody reads any more (as after `| head`): the guest goes on, its text goes nowhere.
            _broken = true;
            _host.Trouble($"The console's output is closed: {e.Message}");
        }

        _host.Released(number);
    }

    private void ReadAll()
    {
        var buffer = new byte[256];
        try
        {
            using var input = _input!();
            while (input.Read(buffer) is var count && count > 0)
            {
                _host.Post(new DeviceInput(_device, _inputKind, Bound: false, buffer.AsSpan(0, count).ToArray()));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _host.Trouble($"The console's input is closed: {e.Message}");
        }

        _host.Post(new DeviceInput(_device, ConsoleMessages.End, Bound: false, []));
        _inputOpen = false;
    }
}
