namespace ShadowVm.Isa.Assembly;

/// <summary>A section while it grows. The first pass only counts; the second one fills in bytes.</summary>
internal sealed class Section(string name, bool isExecutable, bool isWritable)
{
    public string Name { get; } = name;

    public bool IsExecutable { get; } = isExecutable;

    public bool IsWritable { get; } = isWritable;

    /// <summary>Where it begins, once that is settled.</summary>
    public ulong? Address { get; set; }

    /// <summary>Bytes so far, in this pass.</summary>
    public long Length { get; set; }

    public List<byte> Bytes { get; } = [];
}
