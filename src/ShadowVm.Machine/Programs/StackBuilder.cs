using System.Text;
using ShadowVm.Machine.Elf;

namespace ShadowVm.Machine.Programs;

/// <summary>
/// Lays out the stack that a program starts with: from the top the strings, then the auxiliary vector, the
/// environment, the arguments and their count (System V psABI, "Process Initialization").
/// </summary>
internal sealed class StackBuilder(UserMemory memory, ulong top, ulong bottom)
{
    private readonly List<(ulong Kind, ulong Value)> _vector = [];
    private ulong _at = top;

    /// <summary>Puts a string on the stack.</summary>
    public ulong Text(string text) => Bytes([.. Encoding.UTF8.GetBytes(text), 0]);

    /// <summary>Puts bytes on the stack.</summary>
    public ulong Bytes(ReadOnlySpan<byte> bytes)
    {
        if (_at - bottom < (ulong)bytes.Length) throw TooMuch();
        _at -= (ulong)bytes.Length;
        if (!memory.Ram.TryCopyIn(_at, bytes)) throw TooMuch();
        return _at;
    }

    /// <summary>An entry of the auxiliary vector.</summary>
    public void Auxiliary(ulong kind, ulong value) => _vector.Add((kind, value));

    /// <summary>Writes the words; gives the stack pointer.</summary>
    public ulong Finish(List<ulong> arguments, List<ulong> environment, int alignment)
    {
        var words = new List<ulong> { (ulong)arguments.Count };
        words.AddRange(arguments);
        words.Add(0);
        words.AddRange(environment);
        words.Add(0);
        foreach (var (kind, value) in _vector)
        {
            words.Add(kind);
            words.Add(value);
        }

        words.Add(0);
        words.Add(0);
        var bytes = (ulong)(words.Count * memory.WordBytes);
        if (_at - bottom < bytes + (ulong)alignment) throw TooMuch();
        var pointer = (_at - bytes) & ~((ulong)alignment - 1);
        for (var i = 0; i < words.Count; i++) memory.TryWriteWord(pointer + (ulong)(i * memory.WordBytes), words[i]);
        return pointer;
    }

    private static ImageException TooMuch() => new("arguments and environment don't fit on the program's stack");
}
