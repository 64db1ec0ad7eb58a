namespace ShadowVm.Machine.Elf;

/// <summary>Numbers of the ELF format (System V ABI, chapters 4 and 5).</summary>
internal static class ElfConstants
{
    public const int IdentBytes = 16;
    public const int ClassAt = 4;
    public const int DataAt = 5;
    public const int VersionAt = 6;

    public const byte Class32 = 1;
    public const byte Class64 = 2;
    public const byte LittleEndian = 1;
    public const byte BigEndian = 2;
    public const byte CurrentVersion = 1;

    public const ushort TypeRelocatable = 1;
    public const ushort TypeExecutable = 2;
    public const ushort TypeShared = 3;
    public const ushort TypeCore = 4;

    public const uint SegmentLoad = 1;
    public const uint SegmentInterpreter = 3;
    public const uint FlagExecutable = 1;

    public const uint SectionProgram = 1;
    public const uint SectionSymbols = 2;
    public const ulong SectionExecutable = 4;

    public const int SymbolUntyped = 0;
    public const int SymbolFunction = 2;

    /// <summary>First of the section numbers that name no section (absolute, common and so on).</summary>
    public const ushort SectionReserved = 0xff00;

    public static ReadOnlySpan<byte> Magic => [0x7f, (byte)'E', (byte)'L', (byte)'F'];
}
