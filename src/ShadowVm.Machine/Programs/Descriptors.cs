namespace ShadowVm.Machine.Programs;

/// <summary>What an open file is.</summary>
internal enum FileKind : byte
{
    Input,
    Output,
    ErrorOutput,
    Host,
    Null,
    Zero,
    Random,
}

/// <summary>An open file, which several descriptors may share.</summary>
internal sealed class OpenFile
{
    public FileKind Kind { get; init; }

    /// <summary>Number in requests, from 1; 0 where the host has no part in it.</summary>
    public uint Handle { get; init; }

    /// <summary>Where it lies now; a rename changes it.</summary>
    public string Path { get; set; } = "";

    /// <summary>As fcntl gives them back.</summary>
    public ulong Flags { get; set; }

    public bool CanRead { get; init; }

    public bool CanWrite { get; init; }

    public bool Appends { get; set; }

    public bool IsDirectory { get; init; }

    /// <summary>Where the next byte, or the next entry, is read or written.</summary>
    public long Offset { get; set; }

    /// <summary>Descriptors that share it.</summary>
    public int Users { get; set; }

    public void Save(StateWriter writer)
    {
        writer.Write("file", (ulong)Kind);
        writer.Write(Handle);
        writer.Write("path", System.Text.Encoding.UTF8.GetBytes(Path));
        writer.Write(Flags);
        writer.Write((CanRead ? 1UL : 0) | (CanWrite ? 2UL : 0) | (Appends ? 4UL : 0) | (IsDirectory ? 8UL : 0));
        writer.Write((ulong)Offset);
    }
}

/// <summary>A program's descriptors: numbers for open files.</summary>
internal sealed class Descriptors
{
    /// <summary>Most descriptors at a time.</summary>
    public const int Max = 1024;

    private readonly List<(OpenFile File, bool CloseOnExec)?> _table = [];

    public Descriptors()
    {
        Add(new OpenFile { Kind = FileKind.Input, CanRead = true }, 0, false);
        Add(new OpenFile { Kind = FileKind.Output, CanWrite = true, Flags = 1 }, 0, false);
        Add(new OpenFile { Kind = FileKind.ErrorOutput, CanWrite = true, Flags = 1 }, 0, false);
    }

    public OpenFile? this[ulong descriptor] => Slot(descriptor)?.File;

    public IEnumerable<OpenFile> Files => _table.Where(slot => slot is not null).Select(slot => slot!.Value.File).Distinct();

    /// <summary>The lowest free descriptor from a number on, or -1.</summary>
    public int Add(OpenFile file, int from, bool closeOnExec)
    {
        for (var i = from; i < Max; i++)
        {
            if (i < _table.Count && _table[i] is not null) continue;
            Put(i, file, closeOnExec);
            return i;
        }

        return -1;
    }

    /// <summary>Puts a file where none is.</summary>
    public void Put(int descriptor, OpenFile file, bool closeOnExec)
    {
        while (_table.Count <= descriptor) _table.Add(null);
        _table[descriptor] = (file, closeOnExec);
        file.Users++;
    }

    public bool HasRoom => _table.Count < Max || _table.Contains(null);

    /// <summary>Takes a descriptor away; the file, where it was the last that named it.</summary>
    public OpenFile? Remove(ulong descriptor)
    {
        if (Slot(descriptor) is not { } slot) return null;
        _table[(int)descriptor] = null;
        return --slot.File.Users == 0 ? slot.File : null;
    }

    public bool ClosesOnExec(ulong descriptor) => Slot(descriptor) is { CloseOnExec: true };

    public void SetClosesOnExec(ulong descriptor, bool value)
    {
        if (Slot(descriptor) is { } slot) _table[(int)descriptor] = (slot.File, value);
    }

    public void Save(StateWriter writer)
    {
        writer.Write("descriptors", (ulong)_table.Count);
        var files = Files.ToList();
        foreach (var slot in _table)
        {
            writer.Write(slot is { } used ? 1UL + (ulong)files.IndexOf(used.File) : 0);
            writer.Write(slot is { CloseOnExec: true } ? 1UL : 0);
        }

        foreach (var file in files) file.Save(writer);
    }

    private (OpenFile File, bool CloseOnExec)? Slot(ulong descriptor) =>
        descriptor < (ulong)_table.Count ? _table[(int)descriptor] : null;
}
