namespace ShadowVm.Machine.Elf;

/// <summary>An image that is in guest RAM.</summary>
/// <param name="Name">Name that it was loaded under.</param>
/// <param name="Entry">Guest physical address of the first instruction, inside RAM.</param>
/// <param name="End">Guest physical address behind the last byte that belongs to the image.</param>
public sealed record LoadedImage(string Name, ulong Entry, ulong End);
