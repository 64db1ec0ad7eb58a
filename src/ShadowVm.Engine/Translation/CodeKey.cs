using ShadowVm.Engine.Memory;

namespace ShadowVm.Engine.Translation;

/// <summary>
/// Where guest code is: its address, and where addresses are translated also the page of RAM behind it, since another
/// process may have other code there. Code that was made for one kind of address isn't used for the other.
/// </summary>
/// <param name="Pc">Guest address.</param>
/// <param name="Page">Number of the page in RAM, or <see cref="Flat"/> where addresses are those of memory.</param>
internal readonly record struct CodeKey(ulong Pc, int Page)
{
    /// <summary>Stands for the page where addresses are those of memory.</summary>
    public const int Flat = -1;

    /// <summary>Stands for the page of code that is not known without a walk.</summary>
    public const int Unknown = -2;

    /// <summary>Whether addresses are translated.</summary>
    public bool IsPaged => Page >= 0;

    /// <summary>The key of another address in the same page.</summary>
    public CodeKey At(ulong pc) => new(pc, Page);

    /// <summary>Offset in RAM, which may lie outside.</summary>
    public ulong OffsetIn(GuestMemory memory) => Page < 0
        ? Pc - memory.Start
        : ((ulong)Page << GuestMemory.PageShift) | (Pc & (GuestMemory.PageBytes - 1));

    /// <summary>A hash that costs next to nothing.</summary>
    public override int GetHashCode() => (int)(Pc >> 1) ^ (int)(Pc >> 32) ^ (Page * 31);
}
