using System.Diagnostics;

namespace ShadowVm.Cli.Output;

/// <summary>One line on stderr that is written over, where stderr is a terminal; nothing where it isn't.</summary>
internal sealed class ProgressLine
{
    private const int MillisecondsBetween = 100;

    private readonly Stopwatch _since = Stopwatch.StartNew();
    private int _length;

    public void Show(string text)
    {
        if (Console.IsErrorRedirected || (_length != 0 && _since.ElapsedMilliseconds < MillisecondsBetween)) return;
        _since.Restart();
        Console.Error.Write('\r' + text.PadRight(_length));
        _length = text.Length;
    }

    public void Clear()
    {
        if (_length != 0) Console.Error.Write('\r' + new string(' ', _length) + '\r');
        _length = 0;
    }
}
