namespace ShadowVm.Machine.Elf;

/// <summary>What an image must be made for.</summary>
/// <param name="Machine">Machine number in the ELF header (e_machine).</param>
/// <param name="Bits">Width of addresses, 32 or 64.</param>
/// <param name="BigEndian">Byte order of the image.</param>
public readonly record struct ElfTarget(ushort Machine, int Bits, bool BigEndian);
